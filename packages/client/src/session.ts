/**
 * One person's open session. The unlocked keys live in this object only, as non-extractable CryptoKeys where the runtime has
 * them; `lock` drops them and everything derived from them, and a touch brings them back.
 */

import {
  type Bytes,
  type DeviceId,
  type DossierId,
  type FactId,
  fromBase64url,
  type HandleId,
  type Instant,
  KetenkluisError,
  type OrganisationId,
  type PersonId,
  type SessionId,
  type Signer,
  type TeamId,
  type Verifier,
} from '@ketenkluis/base';
import type { Checkpoint } from '@ketenkluis/ledger';
import {
  confirmSession,
  directory as directorySchema,
  ENDPOINTS,
  type EndpointName,
  me as meSchema,
  sessionIdentified,
  sessionState,
} from '@ketenkluis/protocol';
import {
  type AeadKey,
  asEpochWraps,
  type BlobKey,
  type FactOf,
  type Hash,
  hashOf,
  type KemKeyPair,
  type KemPrivateKey,
  type KeyDirectory,
  type KeyringHeader,
  suite,
  webSigner,
  webVerifier,
} from '@ketenkluis/seal';
import { type KeyringSecrets, type OpenedKeyring, openEpoch } from '@ketenkluis/seal/open';
import { z } from 'zod';
import { heldDesk, holdVault, type Raised, raisedBy } from './demand.ts';
import { clientError } from './errors.ts';
import type { Begun, OpenedCopy } from './kept.ts';
import { type LogView, openLog, type SeenCheckpoint } from './log.ts';
import { addPartners, type DirectoryWire, directoryWire } from './partner-keys.ts';
import type { Asker, LookContext } from './parts.ts';
import { type DirectoryAnswer, readDirectory, rememberPeople } from './people.ts';
import type { OpenedItem, ProvedState } from './release.ts';
import { type Ask, signedMessage, type Who } from './request.ts';
import type { Wire } from './wire.ts';

export type Me = z.infer<typeof meSchema>;

/** How the session was opened and is brought back. */
export interface SessionStart {
  readonly session: SessionId;
  readonly token: string;
  readonly person: PersonId;
  readonly device: DeviceId | null;
  /** Milliseconds of silence after which a touch is needed. */
  readonly idle: number;
  readonly until: Instant;
  /** The readable part of the person's keyring: which ways in there are. */
  readonly unlockers: KeyringHeader['unlockers'];
  /** What the person calls them, by unlocker id; opened with the keys. */
  readonly names: OpenedKeyring['names'];
}

/** What keyholders seal to: made for one session, kept nowhere. */
interface Recipient {
  readonly publicKey: Bytes;
  readonly hash: Hash;
  readonly key: KemPrivateKey;
}

type TeamSecret = Awaited<ReturnType<typeof openEpoch>>;

interface Keys {
  readonly signer: Signer;
  readonly kem: KemPrivateKey;
}

async function importKeys(person: PersonId, secrets: KeyringSecrets): Promise<Keys> {
  return {
    signer: await webSigner({ by: person, seed: secrets.sign }),
    kem: await suite(1).kem.importPrivate(secrets.kem),
  };
}

/** A visit to another organisation's vault (visit.ts): keys, card and team keys are those of the session at home. */
interface Visit {
  readonly home: Session;
  /** Memberships of the day that this vault was shown. */
  readonly vouched: readonly FactOf<'membership'>[];
}

export class Session {
  readonly wire: Wire;
  readonly verifier: Verifier = webVerifier;
  #start: SessionStart;
  #keys: Keys | null;
  #visit: Visit | null = null;
  readonly #guests = new Set<Session>();
  #log: LogView | null = null;
  #people: KeyDirectory | null = null;
  #peopleAt = 0;
  #peopleHashes: ReadonlySet<string> = new Set();
  #peopleWire: DirectoryWire = { statements: [], batches: [] };
  #me: Me | null = null;
  /** The sign-on that this client brought. */
  #raised: Raised | null = null;
  /** Until when recovery sheets stand in its place; nothing but what is marked `recovered` is asked from then on. */
  #recovered: Instant | null = null;
  /** Where each dossier looked at stood; what a note is written on. */
  readonly proved = new Map<DossierId, ProvedState>();
  /** Letters and messages of referrals that were opened here; forgotten with the keys. */
  readonly letters = new Map<HandleId, OpenedItem>();
  /** Copies of what was sent that were opened here (kept.ts), and messages that were begun and did not arrive yet; likewise. */
  readonly kept = new Map<HandleId, OpenedCopy>();
  readonly begun = new Map<FactId, Begun>();
  /** Keys of this session's own annexes, by team key and dossier, and those of others' that were opened here; gone with the keys. */
  readonly annexKeys = new Map<string, Promise<BlobKey>>();
  readonly annexOpened = new Map<string, AeadKey>();
  readonly #teamKeys = new Map<string, Promise<TeamSecret>>();
  /** Bundles of this vault that those keys opened. */
  readonly bundles: LookContext['bundles'] = new Map();
  #recipient: Promise<Recipient> | null = null;
  #turn: Promise<unknown> = Promise.resolve();

  private constructor(wired: Wire, start: SessionStart, keys: Keys | null) {
    this.wire = wired;
    this.#start = start;
    this.#keys = keys;
  }

  /** `stage` is what the vault said: a keyring session is confirmed with the person's own signature first. */
  static async begin(
    wired: Wire,
    start: SessionStart,
    secrets: KeyringSecrets,
    stage: 'keyring' | 'open',
  ): Promise<Session> {
    // Loads while the first list is fetched; whoever opens something waits for it, and learns there if it failed.
    wired.ports.policy?.().catch(() => undefined);
    const session = new Session(wired, start, await importKeys(start.person, secrets));
    if (stage === 'keyring') await session.#confirm();
    return session;
  }

  /** A session at another organisation's vault; it locks with the one at home. */
  static guest(wired: Wire, start: SessionStart, visit: Visit): Session {
    wired.ports.policy?.().catch(() => undefined);
    const session = new Session(wired, start, null);
    session.#visit = visit;
    visit.home.#guests.add(session);
    return session;
  }

  async #confirm(): Promise<void> {
    const { identity, sheets } = this.wire.ports;
    try {
      await this.#confirmOnce();
    } catch (error) {
      const needed = error instanceof KetenkluisError && error.detail.problem === 'vault/identity-needed';
      if (!needed || (identity === undefined && sheets === undefined)) throw error;
      if (sheets === undefined) await this.identify();
      else this.#recovered = await sheets(this);
      await this.#confirmOnce();
    }
  }

  /** Raises the level of this session by the sign-on outside, also where the own vault asks for none but a partner's does (R26). */
  async identify(): Promise<void> {
    const { identity } = this.wire.ports;
    if (identity === undefined) throw clientError('not-open', 'there is no sign-on outside here');
    const desk = await heldDesk(this);
    const assurance = await identity({ practice: this.practice, person: this.person, session: this.id, desk });
    const raised = raisedBy(assurance, desk);
    const { message } = await this.signed({ class: 'session', action: 'session-identity' }, { assurance });
    await this.call('session-identity', sessionIdentified, message);
    this.#raised = raised;
  }

  async #confirmOnce(): Promise<void> {
    const { message } = await this.signed({ class: 'session', action: 'session-confirm' }, {});
    confirmSession.parse(message);
    const state = await this.call('session-confirm', sessionState, message);
    this.#start = { ...this.#start, idle: state.idle, until: state.until };
  }

  get person(): PersonId {
    return this.#start.person;
  }
  get id(): SessionId {
    return this.#start.session;
  }
  get token(): string {
    return this.#start.token;
  }
  get practice(): OrganisationId {
    return this.wire.place.pins.practice as OrganisationId;
  }
  /** Whom this person acts for: of the practice itself, or of a partner on a visit. */
  get organisation(): OrganisationId {
    return this.#visit === null ? this.practice : this.#visit.home.practice;
  }
  /** The session at home of somebody on a visit. */
  get home(): Session | null {
    return this.#visit?.home ?? null;
  }
  get idle(): number {
    return this.#start.idle;
  }
  get until(): Instant {
    return this.#start.until;
  }
  get unlockers(): SessionStart['unlockers'] {
    return this.#start.unlockers;
  }
  get unlockerNames(): SessionStart['names'] {
    return this.#start.names;
  }
  /** After the vault took a changed keyring. */
  set unlockers(next: SessionStart['unlockers']) {
    this.#start = { ...this.#start, unlockers: next };
  }
  get isOpen(): boolean {
    return this.#visit === null ? this.#keys !== null : this.#visit.home.isOpen;
  }
  get device(): DeviceId | null {
    return this.#start.device;
  }
  now(): Instant {
    return this.wire.ports.clock();
  }

  keys(): Keys {
    if (this.#visit !== null) return this.#visit.home.keys();
    if (this.#keys === null) throw clientError('not-open', 'the keys are locked; unlock to go on');
    return this.#keys;
  }

  who(): Who {
    return {
      practice: this.practice,
      organisation: this.organisation,
      person: this.person,
      device: this.#start.device,
      session: this.id,
      signer: this.keys().signer,
      audience: this.wire.place.origin,
    };
  }

  /** The key pair of this session for keyholders' pieces; forgotten with the others. */
  recipient(): Promise<Recipient> {
    this.keys();
    this.#recipient ??= (async () => {
      const { kem } = suite(1);
      const { seed, publicKey } = await kem.generate(this.wire.ports.random);
      return { publicKey, hash: hashOf(publicKey), key: await kem.importPrivate(seed) };
    })();
    return this.#recipient;
  }

  /** Forgets every key; the session at the vault stays and waits for a touch. */
  lock(): void {
    this.#keys = null;
    this.#start = { ...this.#start, names: {} };
    this.#teamKeys.clear();
    this.bundles.clear();
    this.#recipient = null;
    this.letters.clear();
    this.kept.clear();
    this.begun.clear();
    this.annexKeys.clear();
    this.annexOpened.clear();
    this.#me = null;
    for (const guest of this.#guests) guest.lock();
  }

  /** A visit goes on after a touch, with what the own organisation vouches for now. */
  revisit(start: SessionStart, vouched: Visit['vouched']): void {
    if (this.#visit === null || start.session !== this.id || start.person !== this.person) {
      throw clientError('wrong-secret', 'this visit belongs to somebody else');
    }
    this.#start = start;
    this.#visit = { ...this.#visit, vouched };
  }

  /** The vault gave another token for this session; nothing is unlocked by that. */
  renew(token: string): void {
    this.#start = { ...this.#start, token };
  }

  /** After the vault accepted a touch: the same session, the same person. */
  async unlock(start: SessionStart, secrets: KeyringSecrets, stage: 'keyring' | 'open'): Promise<void> {
    if (start.session !== this.id || start.person !== this.person) {
      throw clientError('wrong-secret', 'this key belongs to somebody else; change user instead');
    }
    this.#keys = await importKeys(start.person, secrets);
    this.#start = { ...start, device: start.device ?? this.#start.device };
    if (stage === 'keyring') await this.#confirm();
  }

  /** Ends the session here and at the vault. What the device itself remembers (checkpoints, device keys) stays. */
  async close(): Promise<void> {
    const token = this.token;
    await Promise.all([...this.#guests].map((guest) => guest.close()));
    if (this.#visit !== null) this.#visit.home.#guests.delete(this);
    this.lock();
    this.#log = null;
    this.#people = null;
    await this.wire.call('session-close', z.unknown(), { body: {}, token }).catch(() => undefined);
  }

  async signed<B>(ask: Ask, body: B) {
    return await signedMessage(this.who(), this.wire.ports, ask, body);
  }

  async call<S extends z.ZodType>(name: EndpointName, answer: S, body?: unknown, tail?: string): Promise<z.infer<S>> {
    // A locked session asks nothing, whatever still runs on the screen.
    this.keys();
    if (this.#recovered !== null && !('recovered' in ENDPOINTS[name]))
      throw clientError('refused', 'sheets do not stand for a sign-on here; sign in again without them', {
        detail: { problem: 'vault/identity-needed' },
      });
    const rest = { ...(body === undefined ? {} : { body }), ...(tail === undefined ? {} : { tail }) };
    return await this.wire.call(name, answer, { token: this.token, ...rest });
  }

  /**
   * Requests that name the last checkpoint go one after the other, so that each answer is checked against what the one before
   * it taught.
   */
  inTurn<T>(work: () => Promise<T>): Promise<T> {
    const next = this.#turn.then(work);
    this.#turn = next.catch(() => undefined);
    return next;
  }

  async log(): Promise<LogView> {
    const { pins } = this.wire.place;
    this.#log ??= await openLog({
      practice: pins.practice,
      log: pins.log,
      storage: this.wire.ports.storage,
      verifier: this.verifier,
    });
    return this.#log;
  }

  async seen(): Promise<SeenCheckpoint | null> {
    return (await this.log()).seen();
  }

  /**
   * The practice's keys, verified; read again when `fresh` or when the log has grown by a change of people. Everything rests on them, so the
   * vault is held here to what the practice asks of a sign-on. Throws `client/asks-less`, `client/desk-differs`.
   */
  async people(fresh = false): Promise<KeyDirectory> {
    const people = this.#people !== null && !fresh ? this.#people : await this.directory();
    const recovered = this.#recovered !== null && this.now() < this.#recovered;
    if (this.#visit === null && !recovered) await holdVault(this, people, this.#raised);
    return people;
  }

  /** The same before the sign-on. */
  directory(): Promise<KeyDirectory> {
    return this.inTurn(() => this.#readPeople());
  }

  async #readPeople(): Promise<KeyDirectory> {
    const log = await this.log();
    const { pins } = this.wire.place;
    const pages: { readonly answer: DirectoryAnswer; readonly checkpoint: Checkpoint }[] = [];
    for (let after: number | null = 0; after !== null; ) {
      const from = log.seen();
      const tail = `?after=${after}${from === null ? '' : `&from=${from.size}`}`;
      const answer: DirectoryAnswer = await this.call('directory', directorySchema, undefined, tail);
      if (answer.log.origin !== pins.log.origin || answer.log.key !== pins.log.key) {
        throw clientError('log-changed', 'this vault shows another log than the practice told you');
      }
      const shown: number = after + answer.entries.length;
      if (answer.next !== null && (answer.next !== shown || answer.entries.length === 0)) {
        throw clientError('bad-answer', 'the pages of the key directory do not follow each other');
      }
      pages.push({ answer, checkpoint: await log.accept(answer.checkpoint, answer.consistency, from) });
      after = answer.next;
    }
    const { people, hashes, partnered } = await readDirectory({
      practice: this.practice,
      authority: pins.authority,
      pages,
      verifier: this.verifier,
    });
    await rememberPeople(this.wire.ports.storage, people);
    if (partnered) await addPartners(this, people, (await this.#visit?.home.people()) ?? null);
    this.#people = people;
    this.#peopleWire = directoryWire(pages.map(({ answer }) => answer));
    this.#peopleAt = pages.at(-1)!.checkpoint.size;
    this.#peopleHashes = new Set(hashes);
    return people;
  }

  /** Size of the log under which the directory was read. */
  get peopleAt(): number {
    return this.#peopleAt;
  }

  /** Hashes of every statement that the directory held when it was last read. */
  get peopleHashes(): ReadonlySet<string> {
    return this.#peopleHashes;
  }

  /** The directory as it was read, to be shown to a partner. */
  get peopleWire(): DirectoryWire {
    return this.#peopleWire;
  }

  /** Who asks, as `decide()` wants to know it. */
  async asker(): Promise<Asker> {
    const now = this.now();
    const visit = this.#visit;
    const people = visit === null ? await this.people() : await visit.home.people();
    return {
      organisation: this.organisation,
      card: people.cardOf(this.person, now) ?? null,
      owner: visit === null && (people.authority?.owners.some(({ person }) => person === this.person) ?? false),
      vouched: visit?.vouched ?? [],
    };
  }

  async me(fresh = false): Promise<Me> {
    if (this.#me === null || fresh) this.#me = await this.call('me', meSchema);
    return this.#me;
  }

  /** Forgets the pointers to lists and wraps, for example after a new delivery. */
  forgetMe(): void {
    this.#me = null;
  }

  /** A team's private key of one epoch. Throws `client/no-key-here`. */
  async teamKey(team: TeamId, epoch: number): Promise<KemPrivateKey> {
    return (await this.#teamSecret(team, epoch)).key;
  }

  /** The key pair of the team's current epoch, to hand it to a joiner. Throws `client/no-key-here`. */
  async teamPair(team: TeamId): Promise<KemKeyPair> {
    const newest = (await this.people()).epochOf(team)?.payload;
    if (newest === undefined) throw clientError('no-key-here', 'this team has no key yet');
    return { seed: (await this.#teamSecret(team, newest.number)).seed, publicKey: fromBase64url(newest.kem) };
  }

  #teamSecret(team: TeamId, epoch: number): Promise<TeamSecret> {
    if (this.#visit !== null) return this.#visit.home.#teamSecret(team, epoch);
    const name = `${team} ${epoch}`;
    const known = this.#teamKeys.get(name);
    if (known) return known;
    const opening = this.#openTeamKey(team, epoch);
    this.#teamKeys.set(name, opening);
    opening.catch(() => this.#teamKeys.delete(name));
    return opening;
  }

  /** Looks through the wraps of every record with this epoch's key: who joined later has it from a later record. */
  async #openTeamKey(team: TeamId, epoch: number): Promise<TeamSecret> {
    const { kem } = this.keys();
    const people = await this.people();
    const wanted = people.epochNumber(team, epoch)?.kem;
    const own = (await this.me()).teams.find((one) => one.team === team);
    const newest = people.epochOf(team)?.payload.number ?? -1;
    for (let number = newest; number >= 0 && wanted !== undefined; number--) {
      const stated = people.epochNumber(team, number);
      if (stated?.kem !== wanted) continue;
      for (const text of own?.wraps ?? []) {
        const bytes: Bytes = fromBase64url(text);
        try {
          return await openEpoch({ wraps: asEpochWraps(bytes), epoch: stated, to: this.person, key: kem });
        } catch {
          // Wraps of another record; the next ones may be it.
        }
      }
    }
    throw clientError('no-key-here', 'the vault has no key of this team for you; ask a colleague to add you again');
  }
}
