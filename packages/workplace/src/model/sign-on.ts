/** Signing on outside (docs/identity.md): at the door and while somebody works, and of a patient at the desk. */

import type { InvitationId } from '@ketenkluis/base';
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

/** What a practice asks patients to sign on with at the desk; `away`: the desk does not answer. */
export type PinWith =
  | { readonly name: string; readonly asks: 'substantial' | 'high'; readonly phone: boolean }
  | 'away'
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
}

/** What a practice asks for, as whoever manages it sees it. */
export interface SignOnSettings {
  /** Of this person, and so of everybody who works here; null: nothing beyond their own keys. */
  readonly level: SignOnLevel | null;
  /** The address of the desk; null: the host knows none. */
  readonly desk: string | null;
  /** Null: the desk does not answer. */
  readonly means:
    | readonly {
        readonly means: SignOnWay['means'];
        readonly name: string;
        readonly asks: 'substantial' | 'high' | null;
        readonly phone: boolean;
      }[]
    | null;
  /** Patients and who stands in for them, and of how many a sign-on is asked. */
  readonly patients: { readonly all: number; readonly asked: number };
}
