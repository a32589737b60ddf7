/**
 * Everything the screens may ask of the world, and nothing else. Screens import this file only; the real side is
 * `adapter/`, the invented side is `dev/`. Every promise rejects with a `workplace/*` error (errors.ts).
 */

import type { DeviceId, DossierId, HandleId, Instant, InvitationId, PersonId, TeamId } from '@ketenkluis/base';
import type { AccessSide } from './model/access.ts';
import type { ControlSide } from './model/control.ts';
import type { Door, DoorDevice, Key, LockReason, Session } from './model/door.ts';
import type { KeyholderSide } from './model/keyholders.ts';
import type { OversightSide } from './model/oversight.ts';
import type { OverviewsSide } from './model/overviews.ts';
import type { DeskSide, OwnSide } from './model/own.ts';
import type { PartnerSide } from './model/partners.ts';
import type { ColleagueUnlocker, Joining, People, Unlocker } from './model/people.ts';
import type { PetitionSide } from './model/petitions.ts';
import type { Deliveries, Dossier, Looks, Note, Saying, Worklist } from './model/record.ts';
import type { ReceivedSide, ReferralSide } from './model/referrals.ts';
import type { Live, Progress } from './model/shared.ts';
import type { PinSide, SignOnSide } from './model/sign-on.ts';
import type { TakeSide } from './model/take.ts';
import type { UrgentSide } from './model/urgent.ts';
import type { WitnessSide } from './model/witnesses.ts';

export type * from './model/access.ts';
export type * from './model/control.ts';
export { CHECKS, FOLLOW_UPS, VERDICTS } from './model/control.ts';
export type * from './model/door.ts';
export type * from './model/keyholders.ts';
export type * from './model/oversight.ts';
export type * from './model/overviews.ts';
export { OVERVIEW_FORMS, OVERVIEW_KINDS, SEEN_ACTIONS } from './model/overviews.ts';
export type * from './model/own.ts';
export type * from './model/partners.ts';
export { ASSUMPTION_GROUNDS } from './model/partners.ts';
export type * from './model/people.ts';
export type * from './model/petitions.ts';
export type * from './model/record.ts';
export type * from './model/referrals.ts';
export type * from './model/shared.ts';
export type * from './model/sign-on.ts';
export type * from './model/take.ts';
export { TAKE_KINDS } from './model/take.ts';
export type * from './model/urgent.ts';
export type * from './model/witnesses.ts';

export interface Workplace {
  readonly session: Live<Session>;
  /** Whoever the practice asks to sign on outside as well. */
  readonly signOn: SignOnSide;
  now(): Instant;

  /** A side that is null is not there: no screen speaks of it. */
  readonly referrals: ReferralSide | null;
  readonly received: ReceivedSide | null;
  readonly partners: PartnerSide | null;
  readonly access: AccessSide | null;
  readonly urgent: UrgentSide | null;
  readonly own: OwnSide | null;
  readonly desk: DeskSide | null;
  readonly pins: PinSide | null;
  readonly petitions: PetitionSide | null;
  readonly outside: WitnessSide;
  readonly control: ControlSide | null;
  readonly oversight: OversightSide | null;
  readonly overviews: OverviewsSide | null;
  readonly take: TakeSide | null;
  readonly held: KeyholderSide;

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
  /** These words are in the log before they filter anything (R38). */
  declareSearch(text: string): Promise<void>;
  /** The words behind the next opening; they go, sealed for the log officer, into its line (NEN 7513: the query). */
  searched(words: string): void;
  /** Why the next opening is, where no register will tell: a call, a talk with a colleague. Said in its line, and for that one opening. */
  because(why: Saying | null): void;
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
  /**
   * `proposed`: other owners must sign as well. With `substituteUntil` it is somebody whom colleagues may call in until then, not a
   * member; that always takes two people. Null where a vault knows no substitutes.
   */
  confirmInvitation(invitation: InvitationId, substituteUntil?: Instant): Promise<'admitted' | 'proposed'>;
  /** `signed`: everybody has, and an owner's workplace does the rest. */
  agreeProposal(id: string): Promise<'admitted' | 'signed' | 'proposed'>;
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
