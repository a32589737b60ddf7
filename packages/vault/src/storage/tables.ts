/**
 * The rows, once, for every database. Portable on purpose: text, whole numbers, bytes; every row leads with the practice,
 * no query crosses practices. Instants are UTC milliseconds, flags are 0 or 1, hashes and ids are text.
 */

import type {
  Bytes,
  DossierId,
  FactId,
  HandleId,
  Instant,
  OrganisationId,
  PersonId,
  RequestId,
  SessionId,
  TeamId,
} from '@ketenkluis/base';
import type { AssuranceLevel, FactKind, Hash, Payload, StatementType } from '@ketenkluis/seal';
import type { ColumnType } from 'kysely';

type Descriptor = Payload<'descriptor'>;
export type HandleState = 'live' | 'gone';
export type SessionStage = 'keyring' | 'open';
export type InvitationState = 'open' | 'joined' | 'confirmed' | 'ended';

interface Own {
  practice: OrganisationId;
}
/** One row per practice: which log is its own. */
interface PracticeTable extends Own {
  log: string;
  created: Instant;
}
/** Every signed object that is live, and every one of the directory for good. */
interface StatementTable extends Own {
  hash: Hash;
  type: StatementType;
  header: Bytes;
  /** Canonical JSON of the signatures; null for a statement under a batch. */
  sigs: string | null;
  batch: Hash | null;
  leaf: number | null;
  /** Inclusion path in the batch, 32 bytes each. */
  path: Bytes | null;
  dossier: DossierId | null;
  /** 1: part of the directory that clients verify. */
  directory: number;
  /** Entry and item that hold it. */
  line: number;
  item: number;
  ended: Instant | null;
}
interface FactTable extends Own {
  fact: FactId;
  kind: FactKind;
  hash: Hash;
  dossier: DossierId | null;
  person: PersonId | null;
  /** Of a step, of a write, and of a relation of one team. */
  team: TeamId | null;
  ended: Instant | null;
}
interface DossierTable extends Own {
  dossier: DossierId;
  seq: number;
  /** Number of the last item that changed the state. */
  changed: number;
  /** Commitment of the dossier's last item. */
  head: string | null;
  state: Hash;
  ended: number;
}
/** Where each item of a dossier stands in the log. */
interface DossierItemTable extends Own {
  dossier: DossierId;
  seq: number;
  line: number;
  item: number;
  at: Instant;
  /** 0: nothing; 1: the item changed the dossier's state; 2: and it brought something (`room.ts`). */
  change: number;
}
interface HandleTable extends Own {
  handle: HandleId;
  dossier: DossierId | null;
  team: TeamId | null;
  slot: Descriptor['slot'];
  class: Descriptor['class'];
  parent: HandleId | null;
  version: number;
  descriptor: Hash;
  state: HandleState;
  line: number;
}
interface PackTable extends Own {
  descriptor: Hash;
  bytes: Bytes;
}
/** One row per pack and team: the newest grant. */
interface GrantedTable extends Own {
  descriptor: Hash;
  team: TeamId;
  grant_hash: Hash;
  fact: FactId | null;
  dossier: DossierId | null;
}
interface WrapTable extends Own {
  descriptor: Hash;
  kind: 'c' | 'x';
  bundle: Hash;
  idx: number;
  ct: Bytes;
  /** The team for `c`; null for a holder. */
  recipient: string | null;
}
interface ListRowTable extends Own {
  team: TeamId;
  dossier: DossierId;
}
interface SnapshotTable extends Own {
  number: number;
  hash: Hash;
  until: Instant;
  size: number;
  root: Hash;
}
/** Rows of the newest snapshot only. */
interface SnapshotRowTable extends Own {
  dossier: DossierId;
  seq: number;
  state: Hash;
}
interface AnnexTable extends Own {
  hash: Hash;
  bytes: Bytes;
  line: number;
}
/** The signed requests behind lines. */
interface AskedTable extends Own {
  line: number;
  header: Bytes;
}
/** KKEW objects, named by the epoch that carries their hash. */
interface WrapsTable extends Own {
  hash: Hash;
  bytes: Bytes;
}
interface PersonTable extends Own {
  person: PersonId;
  keyring: Bytes | null;
  number: number;
}
interface CredentialTable extends Own {
  credential: string;
  person: PersonId;
  key: Bytes;
  counter: number;
  transports: string;
  /** Days (midnight UTC): when it came, when it was used last. */
  since: Instant;
  used: Instant | null;
  /** Opens nothing from then on. */
  ended: Instant | null;
}
interface DeviceTable extends Own {
  device: string;
  person: PersonId;
  sign: string;
  since: Instant;
  used: Instant | null;
  ended: Instant | null;
}
interface CounterTable extends Own {
  /** A device, or the person where no device is named. */
  source: string;
  value: number;
}
interface ChallengeTable extends Own {
  challenge: string;
  until: Instant;
}
interface SessionTable extends Own {
  session: SessionId;
  token: Hash;
  person: PersonId;
  device: string | null;
  /** Of a partner's person: the organisation that vouches. Null for people of the practice itself. */
  organisation: OrganisationId | null;
  /** Canonical JSON of the memberships of the day (KKST) that a guest brought; null for people of the practice itself. */
  vouched: Bytes | null;
  /** The passkey or device that opened it, or brought it back last; null for a person's own key. */
  unlocker: string | null;
  stage: SessionStage;
  opened: Instant;
  active: Instant;
  until: Instant;
  ended: Instant | null;
  /** 1: this session's reading of the log has its line. */
  log_read: number;
}
/** How sure it is who somebody is, per session (R26). */
interface SessionLevelTable extends Own {
  session: SessionId;
  level: AssuranceLevel;
  /** `key`, `device`, `passkey`; what was proved outside: `dezi`, `oidc`, `eid`; or `recovery`: with recovery sheets. */
  means: string;
  at: Instant;
  until: Instant | null;
  /** Hash of the agent's signed word; null for one's own ways in. */
  statement: Hash | null;
}
/** A challenge to whoever holds recovery sheets, until it is answered. */
interface RaisingTable extends Own {
  session: SessionId;
  /** SHA-256 of the answer; the answer itself is kept nowhere. */
  answer: Hash;
  /** SHA-256 of the recovery key that it was sealed to. */
  kem: Hash;
  /** Of the `recovery` line. */
  request: Hash;
  until: Instant;
}
interface InvitationTable extends Own {
  invitation: string;
  hash: Hash;
  until: Instant;
  state: InvitationState;
  person: PersonId | null;
}
interface JoinTable extends Own {
  invitation: string;
  person: PersonId;
  hash: Hash;
  header: Bytes;
  sigs: string;
}
/** A partner's directory as its people brought it: KKST objects in that organisation's own order. */
interface PartnerDirectoryTable extends Own {
  organisation: OrganisationId;
  idx: number;
  bytes: Bytes;
}
/** What a colleague or a partner is called, sealed to one reader. */
interface NameTable extends Own {
  person: PersonId | OrganisationId | FactId;
  reader: PersonId;
  sealed: Bytes;
}
/** What waits for more owners' signatures, as it came; gone once signed, refused or expired. */
interface ProposalTable extends Own {
  hash: Hash;
  until: Instant;
  /** Canonical JSON of the message. */
  body: Bytes;
}
/** The ledger's own tables lead with the log, which belongs to one practice. */
interface LogTable {
  log: string;
  size: number;
  at: ColumnType<Instant | null, Instant | null, Instant | null>;
  checkpoint: string | null;
}
interface EntryTable {
  log: string;
  idx: number;
  leaf: Bytes;
  stored: Bytes;
}
interface TileTable {
  log: string;
  level: number;
  idx: number;
  bytes: Bytes;
}
/** What a witness cosigned last of a log: `note` with the log's signature and its own; `fault` of the last post. */
interface CosignedTable {
  log: string;
  name: string;
  size: number;
  note: string | null;
  fault: string | null;
}

/** A patient handed to a substitute: the sealed word, until shortly after it ended. The fact stands in its own table. */
interface CalledTable extends Own {
  fact: FactId;
  dossier: DossierId;
  person: PersonId;
  until: Instant;
  note: Bytes;
}
/** The original of a message to another organisation, sealed to the team that sent it; until an owner removes it. */
interface KeptTable extends Own {
  id: HandleId;
  team: TeamId;
  /** Who kept it. */
  person: PersonId;
  at: Instant;
  line: number;
  /** When it was said to be at the other vault. */
  sent: Instant | null;
  /** SHA-256 of `sealed`. */
  hash: Hash;
  /** Bytes of `sealed`. */
  size: number;
  sealed: Bytes;
}
/** One step of a finding or one check of the log's review, with its sealed words. */
interface RecordTable extends Own {
  hash: Hash;
  line: number;
  kind: string;
  person: PersonId;
  finding: Hash | null;
  number: number | null;
  /** Who was asked. */
  whom: PersonId | null;
  /** Every reader's blob behind its length. */
  words: Bytes | null;
}
/** What patients ask, the answers, and where they want to be told (docs/spec/petition.md). */
interface PetitionTable extends Own {
  hash: Hash;
  line: number;
  at: Instant;
  kind: string;
  dossier: DossierId;
  person: PersonId;
  /** Of an answer: what it answers. */
  asked: Hash | null;
  /** The line of the answer. */
  answered: number | null;
  /** Every reader's blob behind its length. */
  words: Bytes | null;
}
/** What of that is asked of a partner. */
interface PosedTable extends Own {
  hash: Hash;
  organisation: OrganisationId;
}
/** Broken glass, one row per look; open until somebody else closed it. */
interface ReviewTable extends Own {
  request: RequestId;
  line: number;
  dossier: DossierId;
  person: PersonId;
  at: Instant;
  annex: Hash;
  closed: number | null;
  closer: PersonId | null;
  closed_at: Instant | null;
  finding: 'in-order' | 'not-in-order' | null;
}

/** How the patient heard of an emergency look: the last word on it. */
interface ToldTable extends Own {
  request: RequestId;
  dossier: DossierId;
  line: number;
  person: PersonId;
  at: Instant;
  how: 'letter' | 'phone' | 'in-person' | 'not';
  on_day: string | null;
}

/** Of items that went with their year, the last before each that stands: the line whose leaf proves what the next one names. */
interface ErasedLastTable extends Own {
  dossier: DossierId;
  seq: number;
  line: number;
}
/** Lines of a year that retention took (docs/spec/retention.md), and the line that says so. */
interface ErasedTable extends Own {
  log: string;
  year: number;
  from_line: number;
  /** The first line that stays. */
  to_line: number;
  line: number;
  at: Instant;
}

export interface Schema {
  erased: ErasedTable;
  erased_last: ErasedLastTable;
  practice: PracticeTable;
  statement: StatementTable;
  fact: FactTable;
  dossier: DossierTable;
  dossier_item: DossierItemTable;
  handle: HandleTable;
  pack: PackTable;
  granted: GrantedTable;
  wrap: WrapTable;
  list_row: ListRowTable;
  snapshot: SnapshotTable;
  snapshot_row: SnapshotRowTable;
  annex: AnnexTable;
  asked: AskedTable;
  wraps: WrapsTable;
  person: PersonTable;
  credential: CredentialTable;
  device: DeviceTable;
  counter: CounterTable;
  challenge: ChallengeTable;
  session: SessionTable;
  session_level: SessionLevelTable;
  raising: RaisingTable;
  invitation: InvitationTable;
  joining: JoinTable;
  partner_directory: PartnerDirectoryTable;
  name: NameTable;
  proposal: ProposalTable;
  called: CalledTable;
  review: ReviewTable;
  record: RecordTable;
  petition: PetitionTable;
  posed: PosedTable;
  kept: KeptTable;
  told: ToldTable;
  log: LogTable;
  entry: EntryTable;
  tile: TileTable;
  cosigned: CosignedTable;
}
