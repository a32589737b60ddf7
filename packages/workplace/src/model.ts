/**
 * Everything the screens may ask of the world, and nothing else. Screens import this file only; the real side is
 * `adapter/`, the invented side is `dev/`. Every promise rejects with a `workplace/*` error (errors.ts).
 */

import type {
  DeviceId,
  DossierId,
  HandleId,
  Instant,
  InvitationId,
  LocalDate,
  PersonId,
  TeamId,
} from '@ketenkluis/base';

/** A name in both languages of the screen; comes from programme data or the directory, never from a translation file. */
export interface Text {
  readonly nl: string;
  readonly en: string;
}

/** Something with a value that changes, read by `useSyncExternalStore`. */
export interface Live<T> {
  get(): T;
  subscribe(changed: () => void): () => void;
}

// ---- the door --------------------------------------------------------------------------------------------------

export interface Me {
  readonly person: PersonId;
  readonly name: string;
  readonly role: Text;
  readonly practice: string;
  readonly teams: readonly { readonly team: TeamId; readonly name: string }[];
  /** Owners invite and confirm. */
  readonly owner: boolean;
}

export type LockReason = 'idle' | 'hour' | 'person';

export type Session =
  | { readonly stage: 'out' }
  | { readonly stage: 'open'; readonly me: Me; readonly unlockers: number }
  /** Nothing readable is in memory; only who it was. */
  | { readonly stage: 'locked'; readonly me: Me; readonly why: LockReason };

/** An identity this browser can open with a passphrase: its device key is in this browser's key store. */
export interface DoorDevice {
  readonly device: DeviceId;
  /** Initials and role, put there by the person at first sign-in; null before. */
  readonly label: string | null;
}

export interface Door {
  readonly devices: readonly DoorDevice[];
  /** Does this browser have passkeys at all? */
  readonly passkeys: boolean;
  /** "Others use this computer": only a phone or roaming key, no passphrase. */
  readonly shared: boolean;
}

export type Key =
  | { readonly by: 'passkey' }
  | { readonly by: 'passphrase'; readonly device: DeviceId; readonly passphrase: string };

// ---- the worklist ----------------------------------------------------------------------------------------------

export type Tone = 'bad' | 'warn' | 'good' | 'plain';

export interface Programme {
  readonly id: string;
  readonly name: Text;
  /** At most six letters for a narrow column. */
  readonly short: string;
}

export interface DueItem {
  readonly code: string;
  readonly label: Text;
  /** The programmes that ask for it. */
  readonly programmes: readonly string[];
  /** The day on which it should have been done; overdue is worked out on screen. */
  readonly due: LocalDate;
}

/** An indicator class such as "HbA1c above target": no raw value stands in a list. */
export interface ClassBadge {
  readonly code: string;
  readonly label: Text;
  readonly tone: Tone;
}

export interface WorklistRow {
  readonly dossier: DossierId;
  /** Family name first. */
  readonly name: string;
  /** As exact as the source knew it: `YYYY`, `YYYY-MM` or `YYYY-MM-DD`. */
  readonly birthDate: string | null;
  readonly programmes: readonly string[];
  readonly lastSeen: LocalDate | null;
  readonly due: readonly DueItem[];
  readonly classes: readonly ClassBadge[];
}

/** Confirmed by a snapshot that still holds, or not since when (design 8). */
export type Confirmation =
  | { readonly state: 'confirmed'; readonly at: Instant; readonly until: Instant }
  | { readonly state: 'stale'; readonly since: Instant | null };

export interface Worklist {
  readonly team: TeamId;
  readonly programmes: readonly Programme[];
  readonly rows: readonly WorklistRow[];
  /** The day to which the practice's records were read. */
  readonly asOf: LocalDate;
  readonly sealedAt: Instant;
  readonly confirmation: Confirmation;
  /** Rows dropped because the vault says that their dossier went since the list was sealed. */
  readonly gone: number;
}

// ---- one dossier -----------------------------------------------------------------------------------------------

export type Mark = 'no-unit' | 'implausible' | 'not-convertible' | 'no-value' | 'no-code' | 'preliminary' | 'unsure';

/** Days are as exact as the source knew them. */
export interface Problem {
  readonly code: string;
  readonly title: Text;
  readonly since: string | null;
  readonly marks: readonly Mark[];
}

export interface Medicine {
  readonly name: string;
  readonly group: Text;
  readonly atc: string;
  readonly dose: Text | null;
  readonly since: string | null;
  readonly until: string | null;
  readonly inUse: boolean;
}

export interface Allergy {
  readonly substance: Text;
  readonly since: string | null;
  readonly severe: boolean;
  readonly marks: readonly Mark[];
}

export interface Vaccination {
  readonly name: Text;
  readonly date: string;
}

export interface Reading {
  readonly date: string;
  /** What is shown, comparator and decimals included. */
  readonly text: Text;
  /** In the series' unit; null when it is no number or may not be read as one. */
  readonly value: number | null;
  /** The best of its day and fit to be read: only these are drawn. */
  readonly drawn: boolean;
  readonly marks: readonly Mark[];
}

export interface Target {
  readonly low: number | null;
  readonly high: number | null;
}

export interface Series {
  readonly code: string;
  readonly label: Text;
  readonly unit: string | null;
  readonly target: Target | null;
  /** Oldest first. */
  readonly readings: readonly Reading[];
}

export interface Note {
  readonly handle: HandleId;
  readonly text: string;
  readonly author: string;
  readonly at: Instant;
  readonly mine: boolean;
}

/** A part that the vault did not give; `reason` is the vault's word and an i18n key. */
export interface DeniedPart {
  readonly part: Text | null;
  readonly reason: string;
}

export type Kind = 'problems' | 'medication' | 'measurements' | 'allergies';

export interface Dossier {
  readonly dossier: DossierId;
  readonly name: string;
  readonly birthDate: string | null;
  readonly gender: 'male' | 'female' | 'other' | null;
  readonly phone: readonly string[];
  readonly died: boolean;
  readonly programmes: readonly Programme[];
  readonly asOf: LocalDate;
  readonly confirmation: Confirmation;
  readonly due: readonly DueItem[];
  readonly problems: readonly Problem[];
  readonly medication: readonly Medicine[];
  readonly allergies: readonly Allergy[];
  readonly vaccinations: readonly Vaccination[];
  readonly series: readonly Series[];
  readonly notes: readonly Note[];
  readonly mayWrite: boolean;
  /** Kinds that this person's role never sees: that none is shown does not mean that there is none. */
  readonly hidden: readonly Kind[];
  readonly denied: readonly DeniedPart[];
}

// ---- who looked ------------------------------------------------------------------------------------------------

export type LookKind =
  | 'look'
  | 'list'
  | 'write'
  | 'takeover'
  | 'delivery'
  | 'listed'
  | 'unlisted'
  | 'change'
  | 'audit'
  | 'declared';

export interface Look {
  /** Names the line on screen. */
  readonly entry: string;
  readonly at: Instant;
  readonly kind: LookKind;
  readonly outcome: 'permit' | 'deny';
  /** Null: not in this practice's directory (another organisation, or an old colleague). */
  readonly who: { readonly name: string; readonly role: Text } | null;
  readonly me: boolean;
  readonly parts: readonly Text[];
  readonly proof: LookProof;
}

export interface LookProof {
  readonly index: number;
  readonly leaf: string;
  readonly path: readonly string[];
}

export interface Looks {
  readonly lines: readonly Look[];
  /** `proved`: every line included under the checkpoint and the dossier's chain complete, checked in this browser. */
  readonly verdict: 'proved' | 'failed';
  readonly checkpoint: string;
  readonly size: number;
}

// ---- deliveries ------------------------------------------------------------------------------------------------

export interface Deliveries {
  readonly practice: string;
  readonly patients: number;
  readonly left: number;
  readonly byProgramme: readonly { readonly programme: Programme; readonly count: number }[];
  readonly scopes: readonly { readonly name: Text; readonly fields: readonly Text[]; readonly patients: number }[];
  readonly stayed: readonly { readonly reason: string; readonly count: number }[];
  readonly fields: { readonly kept: number; readonly dropped: number };
  readonly last: readonly {
    readonly number: number;
    readonly at: Instant;
    readonly changed: number;
    readonly packs: number;
    readonly bytes: number;
    readonly rejected: number;
  }[];
  readonly confirmation: Confirmation;
}

// ---- people and keys -------------------------------------------------------------------------------------------

export interface Colleague {
  readonly person: PersonId;
  readonly name: string;
  readonly role: Text;
  readonly teams: readonly string[];
  readonly me: boolean;
}

export interface OpenInvitation {
  readonly invitation: InvitationId;
  /** What the inviter typed. */
  readonly name: string;
  readonly team: string;
  readonly until: Instant;
  /** Null until somebody used the link; then the short code that the new colleague should read out. */
  readonly code: string | null;
}

/** What more owners must sign together; every part of it was checked here before it is shown. */
export interface Proposal {
  readonly id: string;
  readonly by: string;
  readonly mine: boolean;
  /** Null when this person cannot read it. */
  readonly name: string | null;
  readonly role: Text | null;
  readonly team: string;
  readonly until: Instant;
  /** The new colleague has the same twelve digits. */
  readonly code: string;
  /** Who signed, and how many must. */
  readonly signed: readonly string[];
  readonly signedByMe: boolean;
  readonly needed: number;
  /** Teams or keys have changed since: only the proposer can make it anew. */
  readonly stale: boolean;
}
/** Kept by the vault as a proposal, and not what owners signed. */
export interface BrokenProposal {
  readonly id: string;
  readonly broken: true;
}

export interface People {
  readonly colleagues: readonly Colleague[];
  readonly teams: readonly { readonly team: TeamId; readonly name: string }[];
  readonly invitations: readonly OpenInvitation[];
  readonly mayInvite: boolean;
  readonly proposals: readonly (Proposal | BrokenProposal)[];
  /** Roles that a new colleague can have. */
  readonly roles: readonly { readonly role: string; readonly name: Text }[];
}

export interface Unlocker {
  readonly id: string;
  readonly kind: 'passkey' | 'passphrase';
  readonly here: boolean;
  /** What its owner calls it. */
  readonly name: string | null;
  /** Days. */
  readonly since: Instant;
  readonly used: Instant | null;
}

/** A colleague's way in as an owner sees it: its name is sealed with the colleague's keys. */
export type ColleagueUnlocker = Pick<Unlocker, 'id' | 'kind' | 'since' | 'used'>;

/** A new colleague's way in; keys are made on this device and nothing opens before the inviter confirms. */
export interface Joining {
  readonly until: Instant;
  readonly state: 'open' | 'joined' | 'confirmed' | 'ended';
  /** Once; a second passkey is added after the first sign-in. */
  addPasskey(where: 'here' | 'phone'): Promise<void>;
  addPassphrase(passphrase: string): Promise<void>;
  /** Answers the short code. */
  finish(): Promise<string>;
  confirmed(): Promise<boolean>;
}

export interface Progress {
  readonly done: number;
  readonly total: number;
}

export interface Workplace {
  readonly session: Live<Session>;
  now(): Instant;

  door(): Promise<Door>;
  setShared(shared: boolean): Promise<void>;
  signIn(key: Key): Promise<void>;
  /** A `#/apparaat/...` link: keeps its keys unreadable in this browser and answers which device it became. */
  takeDevice(link: string): Promise<DoorDevice>;
  /**
   * A `#/praktijk/...` link: this browser knows the practice from now on, and nobody in it. Refused with `bad-link` where it belongs to
   * another address, or where this browser knows another practice here already.
   */
  takePractice(link: string): Promise<void>;
  /** The link of this practice, for a computer that others use. */
  practiceLink(): Promise<string>;
  forgetDevice(device: DeviceId): Promise<void>;
  lock(why: LockReason): void;
  /** One gesture back to where one was. */
  unlock(key: Key): Promise<void>;
  /** The person is still there: puts the idle lock off. */
  active(): void;
  /** Another user: nothing of this one stays but device keys. */
  leave(): Promise<void>;

  worklist(progress?: (progress: Progress) => void): Promise<Worklist>;
  /** The list in memory goes; asking again opens it anew, which is another line in the log. */
  forgetWorklist(): void;
  /** Written to the log before the first letter filters anything (R38). */
  declareSearch(): Promise<void>;
  /** The words behind the next opening; they go, sealed for the log officer, into its line (NEN 7513: the query). */
  searched(words: string): void;
  dossier(dossier: DossierId): Promise<Dossier>;
  looks(dossier: DossierId): Promise<Looks>;
  deliveries(): Promise<Deliveries | null>;

  draft(dossier: DossierId): Promise<string>;
  /** Sealed under the person's own key before it is kept; an empty text removes it. */
  saveDraft(dossier: DossierId, text: string): Promise<void>;
  /** How many sealed drafts wait here. */
  drafts(): Promise<number>;
  writeNote(dossier: DossierId, text: string): Promise<Note>;
  takeOver(dossier: DossierId, note: HandleId): Promise<void>;

  people(): Promise<People>;
  invite(team: TeamId, name: string, role: string): Promise<string>;
  /** `proposed`: other owners must sign as well. */
  confirmInvitation(invitation: InvitationId): Promise<'admitted' | 'proposed'>;
  agreeProposal(id: string): Promise<'admitted' | 'proposed'>;
  refuseProposal(id: string): Promise<void>;
  /** By its proposer, after something else changed. */
  renewProposal(id: string): Promise<void>;
  joining(link: string): Promise<Joining>;

  unlockers(): Promise<readonly Unlocker[]>;
  /** A change of unlockers asks for one gesture with an unlocker that works. */
  addPasskey(where: 'here' | 'phone', name: string, key: Key): Promise<void>;
  addPassphrase(passphrase: string, name: string, key: Key): Promise<void>;
  removeUnlocker(id: string, key: Key): Promise<void>;
  /** For an owner, after a colleague lost a device. */
  colleagueUnlockers(person: PersonId): Promise<readonly ColleagueUnlocker[]>;
  endColleagueUnlocker(person: PersonId, id: string): Promise<void>;
}
