/** "Wie kan wat zien": per patient and per colleague, what, why and until when. And what takes it away. */

import type { DossierId, FactId, Instant, OrganisationId, PersonId, TeamId } from '@ketenkluis/base';
import type { AssumptionGround } from './partners.ts';
import type { Removal } from './referrals.ts';
import type { Progress, Text } from './shared.ts';

/** Why somebody can see something, as the signed facts say it. */
export type Ground =
  /** Registered with the practice and enrolled in a programme. */
  | { readonly kind: 'standing'; readonly since: Instant }
  | {
      readonly kind: 'referral';
      readonly by: string | null;
      readonly at: Instant;
      readonly consent: Instant | null;
      readonly assumed: AssumptionGround | null;
    }
  /** An appointment with this team, and the days around it. */
  | { readonly kind: 'appointment'; readonly from: Instant; readonly until: Instant }
  /** The patient of the moment, handed to a substitute. */
  | { readonly kind: 'handed'; readonly at: Instant };

export interface Seer {
  readonly team: TeamId;
  readonly name: string;
  readonly role: Text | null;
  /** Another organisation's name; null for the practice's own. */
  readonly outside: string | null;
  /** Members today; of another organisation only it knows who. */
  readonly people: readonly string[];
  readonly parts: readonly Text[];
  readonly why: readonly Ground[];
  readonly until: Instant | null;
}

/** Whom a patient can shut out. */
export type Shut = 'outside' | OrganisationId | TeamId | PersonId;

/** What a patient shut, and to whom. */
export interface Restriction {
  readonly id: FactId;
  readonly kind: 'outside' | 'organisation' | 'team' | 'person';
  /** Null for everybody outside, and for whom this practice no longer knows. */
  readonly whom: string | null;
  /** Null: the whole dossier. */
  readonly parts: readonly Text[] | null;
  /** Null: nobody at the desk. */
  readonly by: string | null;
  readonly mine: boolean;
  readonly since: Instant;
  readonly until: Instant | null;
  readonly mayLift: boolean;
  /** This person may ask the other owners to sign for it too. */
  readonly mayAsk: boolean;
  /** An owner asked: who signed so far, of how many. */
  readonly asked: LiftAsked | null;
}
export interface LiftAsked {
  readonly id: string;
  readonly by: string;
  readonly signed: readonly string[];
  readonly needed: number;
  readonly signedByMe: boolean;
  readonly mine: boolean;
  /** Cards or teams have changed since: who asked asks anew. */
  readonly stale: boolean;
  readonly until: Instant | null;
}

export interface DossierAccess {
  readonly seers: readonly Seer[];
  /** A restriction does not stand here: who may see one asks for it (`restrictions`). */
  readonly restrict: {
    readonly organisations: readonly { readonly id: OrganisationId; readonly name: string }[];
    readonly teams: readonly { readonly id: TeamId; readonly name: string }[];
    readonly people: readonly { readonly id: PersonId; readonly name: string }[];
  } | null;
}

export interface ColleagueTeam {
  readonly team: TeamId;
  readonly name: string;
  readonly role: Text | null;
  readonly since: Instant;
  readonly until: Instant | null;
  /** Every part that this team's role sees of some patient. */
  readonly parts: readonly Text[];
}
export interface ColleagueAccess {
  readonly person: PersonId;
  readonly name: string;
  readonly role: Text;
  readonly me: boolean;
  readonly teams: readonly ColleagueTeam[];
  readonly unlockers: number | null;
  /** Places as a substitute: approved, or called in now. */
  readonly places: readonly {
    readonly name: string;
    readonly until: Instant;
    /** Called in now, until then. */
    readonly called: Instant | null;
  }[];
  readonly mayEnd: boolean;
}

export interface AccessSide {
  /** A line like every look at the log. */
  dossier(dossier: DossierId): Promise<DossierAccess>;
  colleague(person: PersonId): Promise<ColleagueAccess>;
  /** Null where restrictions cannot be stated yet. */
  readonly restrict: ((dossier: DossierId, shut: Shut) => Promise<void>) | null;
  /** What the patient shut, as far as this person recorded it or is an owner. A line. */
  restrictions(dossier: DossierId): Promise<readonly Restriction[]>;
  /** Over at once; at the patient's request. */
  lift(dossier: DossierId, restriction: FactId): Promise<void>;
  /** Asks the other owners. */
  askLift(dossier: DossierId, restriction: FactId): Promise<void>;
  /** Signs what another owner asked; who signs last lifts it. */
  agreeLift(dossier: DossierId, asked: string): Promise<'lifted' | 'proposed'>;
  /** Of the teams that got another key since then: dossiers with fresh keys, and all. Null: none did. No line. */
  readonly fresh: ((since: Instant) => Promise<Progress | null>) | null;
  /** All teams at once. The keys of who stays are made here, one by one, opening nothing. */
  readonly endMembership: ((person: PersonId, progress: (progress: Progress) => void) => Promise<Removal>) | null;
}
