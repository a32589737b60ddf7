/** Signing on outside (docs/identity.md): at the door and while somebody works, and of a patient at the desk. */

import type { Instant, InvitationId } from '@ketenkluis/base';
import type { Live } from './shared.ts';

export type SignOnLevel = 'low' | 'substantial' | 'high';

/** One way to sign on outside, by the name that the practice gave it. */
export interface SignOnWay {
  readonly means: 'dezi' | 'oidc' | 'eid';
  readonly name: string;
  /** Where the person goes, and the host name in it, which they are shown before they go. */
  readonly href: string;
  readonly host: string;
}

/**
 * `cancelled`: the person stopped there. `expired`: it took too long. `refused`: the desk says no, and nobody is told why. `low`: the right
 * person, at a lower level than is asked. `other`: the vault knows another person under this session. `away`: desk or provider do not
 * answer. `none`: there is nothing to sign on with here. `failed`: something else.
 */
export type SignOnTrouble = 'cancelled' | 'expired' | 'refused' | 'low' | 'other' | 'away' | 'none' | 'failed';

export interface SignOn {
  /**
   * `asking`: the desk is asked what there is. `choose`: the person may go. `waiting`: they are there, in another tab. `checking`: they are
   * back. `stopped`: nothing to choose, only to try again.
   */
  readonly stage: 'asking' | 'choose' | 'waiting' | 'checking' | 'stopped';
  /** What is asked; null where the vault does not say. */
  readonly level: SignOnLevel | null;
  /** Patients, and who stands in for them. */
  readonly citizen: boolean;
  readonly ways: readonly SignOnWay[];
  /** The one that the person went to. */
  readonly way: SignOnWay | null;
  readonly trouble: SignOnTrouble | null;
}

/** Null: nobody is asked to sign on. */
export interface SignOnSide extends Live<SignOn | null> {
  /** The person follows the link now. False: it is too old; a new one is being made. */
  go(way: SignOnWay): boolean;
  again(): void;
  /** Back to the door; whoever was in is signed out. */
  stop(): void;
}

/** Whose sign-on is pinned: of who answered this invitation, or of the person in this proposal. */
export type PinOf = { readonly invitation: InvitationId } | { readonly proposal: string };
export type PinTrouble = Extract<SignOnTrouble, 'cancelled' | 'expired' | 'refused' | 'low' | 'away'>;
export type PinDone =
  | { readonly done: true; readonly level: 'substantial' | 'high'; readonly same: boolean }
  | { readonly done: false; readonly trouble: PinTrouble; readonly again: boolean };
export interface PinStart {
  readonly id: string;
  /** For the patient's own telephone: opened there, typed over or sent. Null: on this screen. */
  readonly link: string | null;
  readonly way: SignOnWay | null;
}

/** What a practice asks patients to sign on with at the desk; `away`: the desk does not answer; `shut`: nor does anybody get access without. */
export type PinWith =
  | {
      readonly name: string;
      readonly asks: 'substantial' | 'high';
      readonly phone: boolean;
      /** Asked of every patient: nobody gets access without. */
      readonly always: boolean;
    }
  | 'away'
  | 'shut'
  | null;

/** At the desk: a patient signs on, and what they are to the practice is pinned, or compared. */
export interface PinSide {
  with(): Promise<PinWith>;
  begin(of: PinOf, where: 'phone' | 'here'): Promise<PinStart>;
  /** The number on the telephone. */
  number(id: string, number: string): Promise<PinDone>;
  /** Until the other tab is back. */
  back(id: string): Promise<PinDone>;
  drop(id: string): Promise<void>;
  settings(): Promise<SignOnSettings>;
  /** What there is at this address. Refused with `desk-away`. */
  offered(desk: string): Promise<readonly OfferedWay[]>;
  /** Proposed to a second signer. Refused with `bad-demand`. */
  ask(asks: AskedOfSignOn): Promise<void>;
}

/** What a practice asks of a sign-on, as its owners signed it. */
export interface AskedOfSignOn {
  /** The address of the desk; null: there is none. */
  readonly desk: string | null;
  /** What counts there, and who vouches for it. */
  readonly ways: readonly { readonly means: SignOnWay['means']; readonly issuer: string }[];
  /** The level below which nothing opens; null: nothing beyond their own keys. */
  readonly staff: 'substantial' | 'high' | null;
  readonly patients: 'substantial' | 'high' | null;
}
/** A way at a desk as it shows itself. */
export interface OfferedWay {
  readonly means: SignOnWay['means'];
  readonly name: string;
  /** Null: the desk is too old to say. */
  readonly issuer: string | null;
  readonly asks: 'substantial' | 'high' | null;
  readonly phone: boolean;
}

/** What a practice asks for, as whoever manages it sees it. */
export interface SignOnSettings {
  /** Null: the practice never said; nothing is asked for in its name. */
  readonly signed: (AskedOfSignOn & { readonly since: Instant; readonly by: readonly string[] }) | null;
  /** What the vault says of it to this person; `differs`: not what the practice signed. */
  readonly host: { readonly level: SignOnLevel | null; readonly desk: string | null; readonly differs: boolean };
  /** What the desk offers and the practice named; null: the desk does not answer. */
  readonly means: readonly OfferedWay[] | null;
  /** Patients and who stands in for them, and how many of them signed on when they got access. */
  readonly patients: { readonly all: number; readonly asked: number };
  readonly mayChange: boolean;
}
