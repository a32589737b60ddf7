/**
 * The verified view of one organisation's keys (docs/spec/keys.md). Statements go in in the order of its ledger, each with the result
 * of its inclusion proof; what does not verify against what stood there before it is refused.
 */

import {
  type Bytes,
  DAY,
  fromBase64url,
  type Instant,
  lengthPrefixed,
  type OrganisationId,
  type TeamId,
  utf8,
  type Verifier,
} from '@ketenkluis/base';
import { ownerKey, signedByOwners, verifyAuthorityStep } from './authority.ts';
import { checkDemand, demandedOf, meetsDemand } from './demand.ts';
import { sealError } from './errors.ts';
import { guestMaySign, isVouched, maySign, type SignRules, takesSecond } from './rules.ts';
import { hashOf, type Statement, signersOf, verifyStatement } from './statement.ts';
import {
  type Authority,
  type Card,
  DIRECTORY_FACT_KINDS,
  type Epoch,
  type Fact,
  type FactOf,
  type Hash,
  type Payload,
} from './statements.ts';
import { witnessPolicy } from './witnesses.ts';

/** What the caller found about a statement's place in the organisation's ledger. */
export interface Place {
  /** The inclusion proof held, under a checkpoint the caller trusts. */
  readonly included: boolean;
  readonly index: number;
}

/** Somebody looks at it every year. */
const LONGEST_ASSUMPTION = 366 * DAY;
/** As long as a card. */
const LONGEST_OWN = 366 * DAY;
/** Who reads one dossier as the patient or for them, at once. */
const MAX_OWN = 8;

export type DirectoryFact = FactOf<(typeof DIRECTORY_FACT_KINDS)[number]>;
/**
 * Does this fact belong to the practice itself, and so into its directory? Not a membership of the day: it is brought to a partner
 * and kept nowhere (docs/spec/partners.md).
 */
export const isDirectoryFact = (fact: Fact): fact is DirectoryFact =>
  DIRECTORY_FACT_KINDS.some((kind) => kind === fact.kind) && !isVouched(fact);
const last = <T>(list: readonly T[] | undefined): T | undefined => list?.at(-1);

/** Teams that a fact of the directory says are the organisation's own. */
const ownTeamsIn = (fact: DirectoryFact): readonly TeamId[] => {
  return 'team' in fact ? [fact.team] : [];
};

/** Who joins gets the current key: only a record that keeps every member, on the same card, may keep it. None comes back later. */
function keyFits(chain: readonly Statement<'epoch'>[], before: Epoch, next: Epoch): boolean {
  if (next.kem !== before.kem) return !chain.some(({ payload }) => payload.kem === next.kem);
  return before.members.every(({ person, card }) =>
    next.members.some((member) => member.person === person && member.card === card),
  );
}

const CHAIN = utf8('ketenkluis.directory.v1');
/** The chain over the statements of a directory, in the order of the ledger (docs/spec/keys.md, "Position"). */
export const nextDigest = (before: Hash | null, statement: Hash): Hash =>
  hashOf(lengthPrefixed(CHAIN, before === null ? new Uint8Array(0) : fromBase64url(before), fromBase64url(statement)));

/** How much of the directory somebody knew: the number of its statements and their chain; null for none. */
interface DirectoryPosition {
  readonly count: number;
  readonly digest: Hash | null;
}

export class KeyDirectory implements SignRules {
  readonly organisation: OrganisationId;
  readonly #verifier: Verifier;
  readonly #authorities: Statement<'authority'>[] = [];
  readonly #cards = new Map<string, Statement<'card'>[]>();
  readonly #epochs = new Map<TeamId, Statement<'epoch'>[]>();
  readonly #facts = new Map<string, DirectoryFact>();
  /** Control policies, oldest first. */
  readonly #controls: { readonly hash: Hash; readonly fact: FactOf<'control'> }[] = [];
  /** Who signed each pool. */
  readonly #approved = new Map<string, readonly string[]>();
  readonly #ended = new Map<string, Instant>();
  /** What the practice asks of a sign-on: the last word, and who signed it. */
  #demanded: { readonly fact: FactOf<'demand'>; readonly signers: readonly string[] } | undefined;
  /** Patients' teams, live or not. */
  readonly #ownTeams = new Map<TeamId, FactOf<'own'>>();
  /** When what takes something away says that it counts, by its place in the ledger. */
  readonly #taken: { readonly index: number; readonly at: Instant }[] = [];
  readonly #chain: Hash[] = [];
  /** What partners' people brought of their own organisations' directories. */
  readonly #partners = new Map<OrganisationId, KeyDirectory>();
  #lastIndex = -1;

  constructor(organisation: OrganisationId, verifier: Verifier) {
    this.organisation = organisation;
    this.#verifier = verifier;
  }

  /**
   * Takes the next statement of the ledger: authority, card, epoch, a fact of the practice itself, or a withdrawal of one.
   * Statements of one entry share its index. Throws `seal/not-included`, `seal/replayed`, `seal/bad-authority`, `seal/bad-card`,
   * `seal/bad-epoch`, `seal/not-signed` or `seal/bad-statement`; the directory is then as before.
   */
  async add(statement: Statement, place: Place): Promise<void> {
    if (!place.included || !Number.isSafeInteger(place.index) || place.index < this.#lastIndex) {
      throw sealError(
        'not-included',
        'a statement enters the directory only with its proven place in the ledger, in order',
      );
    }
    const { payload } = statement;
    const owner =
      'practice' in payload ? payload.practice : 'organisation' in payload ? payload.organisation : undefined;
    if (owner !== this.organisation) throw sealError('bad-statement', 'this statement belongs to another organisation');
    const taken = this.#takenAt(payload);
    await this.#apply(statement);
    if (taken !== undefined) this.#taken.push({ index: place.index, at: taken });
    this.#chain.push(nextDigest(last(this.#chain) ?? null, statement.hash));
    this.#lastIndex = place.index;
  }

  async #apply(statement: Statement): Promise<void> {
    const { payload } = statement;
    if (payload.t === 'authority') {
      const next = statement as Statement<'authority'>;
      if (payload.owners.some(({ person }) => last(this.#cards.get(person))?.payload.kind === 'patient'))
        throw sealError('bad-authority', 'a patient is no owner');
      await verifyAuthorityStep(last(this.#authorities), next, this.#verifier);
      this.#authorities.push(next);
    } else if (payload.t === 'card') await this.#addCard(statement as Statement<'card'>);
    else if (payload.t === 'epoch') await this.#addEpoch(statement as Statement<'epoch'>);
    else if (payload.t === 'fact') await this.#addFact(statement, payload);
    else if (payload.t === 'withdrawal') await this.#addWithdrawal(statement as Statement<'withdrawal'>);
    else throw sealError('bad-statement', `a ${payload.t} statement has no place in a key directory`);
  }

  /** From when it counts; undefined for what takes nothing away from anybody. */
  #takenAt(payload: Payload): Instant | undefined {
    if (payload.t === 'authority' || payload.t === 'withdrawal') return payload.at;
    return payload.t === 'card' && this.#cards.has(payload.subject) ? payload.from : undefined;
  }

  /**
   * The time to judge by what came in with line `index`: what it says of itself, but not before what the lines before it took away.
   * Who lost a key, a card or a mandate in an earlier line does nothing with it in a later one, whatever date that line bears.
   */
  timeAt(at: Instant, index: number): Instant {
    return this.#taken.reduce((time, one) => (one.index < index && one.at > time ? one.at : time), at);
  }

  get position(): DirectoryPosition {
    return { count: this.#chain.length, digest: last(this.#chain) ?? null };
  }
  /** Does this directory begin with what somebody knew at that position? A longer one does; one that hides a statement does not. */
  beginsWith({ count, digest }: DirectoryPosition): boolean {
    return count <= this.#chain.length && (this.#chain[count - 1] ?? null) === digest;
  }

  async #requireOwners(statement: Statement): Promise<Authority> {
    const record = this.authority;
    if (!record || !(await signedByOwners(statement, record, this.#verifier))) {
      throw sealError('not-signed', `this ${statement.payload.t} lacks the signatures of enough owners`);
    }
    return record;
  }

  async #addCard(statement: Statement<'card'>): Promise<void> {
    const card = statement.payload;
    const record = await this.#requireOwners(statement);
    const before = last(this.#cards.get(card.subject))?.payload;
    if (before && card.number <= before.number)
      throw sealError('replayed', 'this card is not newer than the one it follows');
    const owner = record.owners.find(({ person }) => person === card.subject);
    const taken = [...this.#cards.values()].some((list) => {
      return list.some(({ payload }) => payload.subject !== card.subject && payload.sign === card.sign);
    });
    const sound =
      card.from <= card.until &&
      (!before || (card.kind === before.kind && card.from >= before.from)) &&
      (!owner || (owner.sign === card.sign && owner.kem === card.kem && card.kind !== 'patient'));
    if (!sound || taken) throw sealError('bad-card', 'this card contradicts an earlier card, an owner or itself');
    this.#cards.set(card.subject, [...(this.#cards.get(card.subject) ?? []), statement]);
  }

  async #addEpoch(statement: Statement<'epoch'>): Promise<void> {
    const epoch = statement.payload;
    await this.#requireOwners(statement);
    const chain = this.#epochs.get(epoch.team) ?? [];
    const before = last(chain);
    const follows = before
      ? epoch.number === before.payload.number + 1 &&
        epoch.prev === before.hash &&
        keyFits(chain, before.payload, epoch)
      : epoch.number === 0 && epoch.prev === null;
    if (!follows) throw sealError('bad-epoch', `epoch ${epoch.number} does not follow the one before it`);
    const people = new Set(epoch.members.map(({ person }) => person));
    const own = this.#ownTeams.get(epoch.team);
    const patients = epoch.members.some(({ person }) => last(this.#cards.get(person))?.payload.kind === 'patient');
    const theirs = own !== undefined && epoch.members.length === 1 && epoch.members[0]!.person === own.person;
    if (own === undefined ? patients : !theirs || before !== undefined)
      throw sealError('bad-epoch', "a patient's team has the patient and one key, and no other team has a patient");
    const known = epoch.members.every(({ person, card }) => {
      return last(this.#cards.get(person))?.hash === card && this.cardOf(person, epoch.at) !== undefined;
    });
    if (!known || people.size !== epoch.members.length) {
      throw sealError('bad-epoch', `a member of epoch ${epoch.number} has no valid card in this ledger`);
    }
    this.#epochs.set(epoch.team, [...chain, statement]);
  }

  async #addFact(statement: Statement, fact: Fact): Promise<void> {
    if (!isDirectoryFact(fact)) {
      throw sealError('bad-statement', `a ${fact.kind} fact has no place in a key directory`);
    }
    if (this.#facts.has(fact.id)) throw sealError('replayed', 'this fact stands in the directory already');
    if (fact.kind === 'substitute' || fact.kind === 'hosting') {
      const at = this.timeAt(fact.from, Number.POSITIVE_INFINITY);
      if (!(await this.verify(statement, at))) {
        throw sealError(
          'not-signed',
          fact.kind === 'hosting'
            ? 'only an owner says who runs the vault'
            : 'whoever signed this may not call this substitute in',
        );
      }
    } else {
      const outward = takesSecond(fact);
      const record = await (outward ? this.#requireSecond(statement, fact) : this.#requireOwners(statement));
      this.#checkFact(record, fact);
    }
    if (fact.kind === 'control') this.#controls.push({ hash: statement.hash, fact });
    this.#facts.set(fact.id, fact);
    if (fact.kind === 'demand') this.#demanded = { fact, signers: signersOf(statement) };
    if (fact.kind === 'own') this.#ownTeams.set(fact.team, fact);
    if (fact.kind === 'pool') this.#approved.set(fact.id, signersOf(statement));
  }

  /** Owners enough and two people at least; whoever is no owner by the card of that time. */
  async #requireSecond(statement: Statement, fact: Fact): Promise<Authority> {
    const record = this.authority;
    const at = this.timeAt(fact.from, Number.POSITIVE_INFINITY);
    const key = (by: string) => this.#ownKeyOf(by, at);
    if (
      !record ||
      !maySign(this, fact, signersOf(statement), at) ||
      !(await verifyStatement(statement, key, this.#verifier, { threshold: 2 }))
    ) {
      throw sealError('not-signed', `this ${fact.kind} lacks the signatures of enough owners and of a second person`);
    }
    return record;
  }

  /** The people whom a fact names have the cards it needs. Throws `seal/bad-card`, `seal/bad-statement`. */
  #checkFact(record: Authority, fact: Exclude<DirectoryFact, FactOf<'substitute'> | FactOf<'hosting'>>): void {
    if (fact.kind === 'partner') {
      if (fact.organisation === this.organisation)
        throw sealError('bad-statement', 'an organisation is no partner of itself');
      const taken = [...this.#facts.values()].some(
        (other) =>
          other.kind === 'partner' &&
          other.organisation !== fact.organisation &&
          other.teams.some((team) => fact.teams.includes(team)),
      );
      if (taken || fact.teams.some((team) => this.isOwnTeam(team)))
        throw sealError('bad-statement', 'a team of a partner is of nobody else');
      return;
    }
    if (fact.kind === 'assumption') {
      if (fact.until <= fact.from || fact.until - fact.from > LONGEST_ASSUMPTION)
        throw sealError('bad-statement', 'a setting for assumed consent ends within 366 days');
      if (!fact.teams.every((team) => this.partnerOf(team, fact.from) !== undefined))
        throw sealError('bad-statement', 'consent is assumed for teams of partners only');
      return;
    }
    if (fact.kind === 'keyholders') {
      if (fact.from <= (this.#keyholders()?.from ?? -1))
        throw sealError('replayed', 'these keyholders were named before those that count now');
      if (!this.#holdersFit(fact))
        throw sealError('bad-card', 'keyholders are different, have cards of their own, and are as many as are needed');
      return;
    }
    if (fact.kind === 'witnesses') {
      witnessPolicy(fact);
      if (fact.from <= (this.witnesses?.from ?? -1))
        throw sealError('replayed', 'these witnesses were named before those that count now');
      return;
    }
    if (fact.kind === 'demand') {
      checkDemand(fact, this.demand);
      return;
    }
    if (fact.kind === 'control') {
      const before = last(this.#controls);
      const follows = fact.number === (before?.fact.number ?? 0) + 1 && fact.prev === (before?.hash ?? null);
      if (!follows || fact.until !== null || fact.from < (before?.fact.from ?? 0))
        throw sealError('bad-statement', 'this control policy does not follow the one before it');
      const known = [fact.board, ...fact.officers].every((person) => this.knows(person));
      if (!known || !fact.outside.every((person) => fact.officers.includes(person)))
        throw sealError('bad-card', 'this control policy names somebody without a card');
      return;
    }
    if (fact.kind === 'oversight') {
      if (!this.#epochs.has(fact.team) || this.#ownTeams.has(fact.team))
        throw sealError('bad-statement', 'only a team of the organisation itself may read who looked');
      return;
    }
    const card = last(this.#cards.get(fact.kind === 'mandate' ? fact.agent : fact.person));
    const fits =
      fact.kind === 'own'
        ? card?.hash === fact.card && card.payload.kind === 'patient'
        : card?.payload.kind !== 'patient' &&
          (fact.kind !== 'pool' || (card?.hash === fact.card && card.payload.kind === 'professional'));
    if (fact.kind === 'own') this.#checkOwn(fact);
    else if (fact.kind !== 'mandate' && this.#ownTeams.has(fact.team))
      throw sealError('bad-statement', "a patient's team has no other members");
    if (!card || !fits || (fact.kind === 'mandate') !== (card.payload.kind === 'agent')) {
      throw sealError('bad-card', `this ${fact.kind} is about somebody without a fitting card`);
    }
    if (fact.kind === 'pool') this.#checkPool(fact);
    if (fact.kind === 'mandate') {
      const answers = ownerKey(record, fact.responsible) ?? last(this.#cards.get(fact.responsible));
      if (!answers) throw sealError('bad-card', 'nobody known answers for this mandate');
    }
  }

  /** Different people on different machines, each on the newest card of a keyholder. */
  #holdersFit({ need, holders, from }: FactOf<'keyholders'>): boolean {
    const different = (list: readonly string[]) => new Set(list).size === list.length;
    return (
      need <= holders.length &&
      (need > 0 || holders.length === 0) &&
      different(holders.map(({ person }) => person)) &&
      different(holders.map(({ url }) => url)) &&
      holders.every(({ person, card }) => {
        const newest = last(this.#cards.get(person));
        const known = newest?.hash === card && newest.payload.kind === 'keyholder';
        return known && newest.payload.from <= from && from < newest.payload.until;
      })
    );
  }

  /** A team that was nobody's, a person who was nobody, an end within a year, and few enough of one dossier. Throws `seal/bad-statement`. */
  #checkOwn(fact: FactOf<'own'>): void {
    const owns = this.#live('own', fact.from);
    const known = [...this.#facts.values()].some((one) => 'person' in one && one.person === fact.person);
    if (fact.until <= fact.from || fact.until - fact.from > LONGEST_OWN)
      throw sealError('bad-statement', 'who reads their own dossier does so for at most 366 days');
    if (known || this.isOwnTeam(fact.team) || this.wasPartnerTeam(fact.team))
      throw sealError('bad-statement', 'a patient has a team of their own, and no other place');
    if (!meetsDemand(fact, this.demand))
      throw sealError('bad-statement', 'this practice asks more of whoever reads their own dossier');
    if (owns.filter(({ dossier }) => dossier === fact.dossier).length >= MAX_OWN)
      throw sealError('bad-statement', `a dossier is read by ${MAX_OWN} at most as the patient or for them`);
  }

  /** A team of the organisation itself, of which this person is no member; and nobody from outside calls in. */
  #checkPool({ team, person, activators, from }: FactOf<'pool'>): void {
    const at = this.timeAt(from, Number.POSITIVE_INFINITY);
    if (!this.isOwnTeam(team) || this.isMember(person, team, at))
      throw sealError('bad-statement', 'a substitute is approved for a team of the organisation that is not their own');
    if (!activators.every((one) => this.cardOf(one, at)?.kind === 'professional'))
      throw sealError('bad-statement', 'somebody without a card could call this substitute in');
  }

  async #addWithdrawal(statement: Statement<'withdrawal'>): Promise<void> {
    const { fact } = statement.payload;
    const target = this.#facts.get(fact);
    if (!target) throw sealError('bad-statement', 'this withdrawal ends a fact that the directory does not know');
    const at = this.timeAt(statement.payload.at, Number.POSITIVE_INFINITY);
    if (!(await this.verify(statement, at, { target }))) {
      throw sealError('not-signed', 'whoever signed this withdrawal may not end that fact');
    }
    this.#ended.set(fact, Math.min(at, this.#ended.get(fact) ?? at) as Instant);
  }

  /** The authority record in force. */
  get authority(): Authority | undefined {
    return last(this.#authorities)?.payload;
  }
  get authorityHash(): Hash | undefined {
    return last(this.#authorities)?.hash;
  }

  authorityAt(at: Instant): Authority | undefined {
    return this.#authorities.findLast(({ payload }) => payload.at <= at)?.payload;
  }

  /** The card in force: the newest one begun by then, if it has not ended. A newer card that ends at once is a revocation. */
  cardOf(person: string, at: Instant): Card | undefined {
    const card = this.#cards.get(person)?.findLast(({ payload }) => payload.from <= at)?.payload;
    return card && at < card.until ? card : undefined;
  }
  /** The newest card statement of a person, whatever its dates. */
  cardStatement(person: string): Statement<'card'> | undefined {
    return last(this.#cards.get(person));
  }
  cards(at: Instant): readonly Card[] {
    return [...this.#cards.keys()].flatMap((person) => this.cardOf(person, at) ?? []);
  }

  /** The signing key of an owner, a card holder, or somebody of a partner at that time; undefined: nobody. */
  keyOf(by: string, at: Instant): Bytes | undefined {
    return this.knows(by) ? this.#ownKeyOf(by, at) : this.#guestHome(by, at)?.keyOf(by, at);
  }
  #ownKeyOf(by: string, at: Instant): Bytes | undefined {
    const record = this.authorityAt(at);
    const card = this.cardOf(by, at);
    return (record && ownerKey(record, by)) ?? (card && fromBase64url(card.sign));
  }
  /** The key to wrap to. Only a card gives one: design 4, "wrap only to a key whose card is signed and included". */
  kemOf(person: string, at: Instant): Bytes | undefined {
    const card = this.cardOf(person, at);
    return card && fromBase64url(card.kem);
  }

  epochOf(team: TeamId): Statement<'epoch'> | undefined {
    return last(this.#epochs.get(team));
  }
  /** The newest epoch of an own team, or of a partner's team that may be referred to at that time. */
  epochFor(team: TeamId, at: Instant): Statement<'epoch'> | undefined {
    const partner = this.partnerOf(team, at);
    return partner ? this.#counted(partner)?.epochOf(team) : this.epochOf(team);
  }
  /** The newest of every team that works here. A patient's team has one key for good and stands beside them. */
  epochs(): readonly Statement<'epoch'>[] {
    const working = [...this.#epochs].filter(([team]) => !this.#ownTeams.has(team));
    return working.flatMap(([, list]) => last(list) ?? []);
  }
  epochNumber(team: TeamId, number: number): Epoch | undefined {
    return this.#epochs.get(team)?.find(({ payload }) => payload.number === number)?.payload;
  }

  #live<K extends DirectoryFact['kind']>(kind: K, at: Instant): FactOf<K>[] {
    return [...this.#facts.values()].filter((fact): fact is FactOf<K> & DirectoryFact => {
      const end = Math.min(
        fact.until ?? Number.POSITIVE_INFINITY,
        this.#ended.get(fact.id) ?? Number.POSITIVE_INFINITY,
      );
      return fact.kind === kind && fact.from <= at && at < end;
    });
  }
  memberships(at: Instant): readonly FactOf<'membership'>[] {
    return this.#live('membership', at);
  }
  /** Where people of this practice stand, who its partners are and for whom consent is assumed: every live fact but mandates. */
  standing(at: Instant): readonly DirectoryFact[] {
    return (['membership', 'pool', 'substitute', 'partner', 'assumption', 'oversight', 'own'] as const).flatMap(
      (kind) => this.#live(kind, at),
    );
  }
  mandatesOf(agent: string, at: Instant): readonly FactOf<'mandate'>[] {
    return this.#live('mandate', at).filter((mandate) => mandate.agent === agent);
  }
  poolAt(fact: string, at: Instant): FactOf<'pool'> | undefined {
    return this.#live('pool', at).find((pool) => pool.id === fact);
  }
  pools(at: Instant): readonly FactOf<'pool'>[] {
    return this.#live('pool', at);
  }
  /** Every place as substitute that stands at that time, within a pool that does. */
  places(at: Instant): readonly FactOf<'substitute'>[] {
    return this.#live('substitute', at).filter((place) => {
      const pool = this.poolAt(place.pool, at);
      const fits = pool?.person === place.person && pool.team === place.team;
      return (
        fits && pool.from <= place.from && place.until <= pool.until && this.cardOf(place.person, at) !== undefined
      );
    });
  }
  placesOf(person: string, at: Instant): readonly FactOf<'substitute'>[] {
    return this.places(at).filter((place) => place.person === person);
  }
  /** Of a pool: the first owner, in the order of the authority record, who approved it. Answers for what the substitute does (R27). */
  approverOf(pool: string): Authority['owners'][number]['person'] | undefined {
    const signed = this.#approved.get(pool) ?? [];
    return this.authority?.owners.find(({ person }) => signed.includes(person))?.person;
  }
  isMember(person: string, team: TeamId, at: Instant): boolean {
    const named = this.memberships(at).some((fact) => fact.person === person && fact.team === team);
    return named && this.cardOf(person, at) !== undefined;
  }

  /** Is this person in a team that may read who looked, of every dossier? */
  oversees(person: string, at: Instant): boolean {
    return this.#live('oversight', at).some(({ team }) => this.isMember(person, team, at));
  }

  /** The witnesses that count: those named last, whatever the time; undefined when nobody ever was. */
  get witnesses(): FactOf<'witnesses'> | undefined {
    return [...this.#facts.values()].findLast((fact) => fact.kind === 'witnesses');
  }

  /** What the practice asks of a sign-on: what was said last, whatever the time; undefined when it never said. */
  get demand(): FactOf<'demand'> | undefined {
    return this.#demanded?.fact;
  }
  /** Who signed that. */
  get demandedBy(): readonly string[] {
    return this.#demanded?.signers ?? [];
  }
  /** The level that it asks of this person; null: their own keys are enough. Programs are not asked. */
  demandOf(person: string, at: Instant): 'substantial' | 'high' | null {
    return demandedOf(this.demand, this.cardOf(person, at)?.kind);
  }

  /** Was this person ever an owner or the holder of a card here? */
  knows(person: string): boolean {
    return this.#cards.has(person) || this.#authorities.some(({ payload }) => ownerKey(payload, person) !== undefined);
  }
  isOwnTeam(team: TeamId): boolean {
    return this.#epochs.has(team) || [...this.#facts.values()].some((fact) => ownTeamsIn(fact).includes(team));
  }

  /**
   * Hangs a partner's verified directory under this one, or replaces it by a longer one. It counts only while a partner fact is live,
   * and only if its chain holds the authority record that this fact names. Throws `seal/bad-statement` for the own organisation, one
   * that no partner fact names, and a directory that does not begin with what is known.
   */
  addPartner(directory: KeyDirectory): void {
    const { organisation } = directory;
    const named = [...this.#facts.values()].some(
      (fact) => fact.kind === 'partner' && fact.organisation === organisation,
    );
    if (organisation === this.organisation || !named)
      throw sealError('bad-statement', 'no partner fact names this organisation');
    const before = this.#partners.get(organisation);
    if (before && !directory.beginsWith(before.position))
      throw sealError('bad-statement', "this partner's directory does not begin with what is known of it");
    this.#partners.set(organisation, directory);
  }
  /**
   * Does another partner call somebody of this directory its own? Such a person would be nobody's, and what they signed would not hold
   * any more: whoever takes a directory in refuses the later one. A vault may serve both, and signs nothing here.
   */
  claimsOthers(directory: KeyDirectory): boolean {
    const cards = [...directory.#cards].filter(([, list]) => last(list)?.payload.kind !== 'vault');
    const people = [
      ...cards.map(([person]) => person),
      ...directory.#authorities.flatMap(({ payload }) => payload.owners.map(({ person }) => person as string)),
    ];
    return [...this.#partners.values()].some(
      (other) => other.organisation !== directory.organisation && people.some((person) => other.knows(person)),
    );
  }
  /** What is known of a partner, whether it counts now or not. */
  partnerDirectory(organisation: OrganisationId): KeyDirectory | undefined {
    return this.#partners.get(organisation);
  }
  /** Live partner facts. */
  partners(at: Instant): readonly FactOf<'partner'>[] {
    return this.#live('partner', at);
  }
  #keyholders(): FactOf<'keyholders'> | undefined {
    return [...this.#facts.values()].findLast((fact) => fact.kind === 'keyholders');
  }
  /** Who holds pieces of what is sealed from now on: those named last, whatever the time; undefined when that is nobody. */
  get keyholders(): FactOf<'keyholders'> | undefined {
    const named = this.#keyholders();
    return named !== undefined && named.need > 0 ? named : undefined;
  }
  /** Did the practice ever name keyholders? */
  get hasKeyholders(): boolean {
    return this.#keyholders() !== undefined;
  }
  /** A fact that names keyholders, the last or not: what was sealed under it still needs them. */
  keyholdersBy(fact: string): FactOf<'keyholders'> | undefined {
    const found = this.#facts.get(fact);
    return found?.kind === 'keyholders' ? found : undefined;
  }
  /** Live settings for assumed consent. */
  assumptions(at: Instant): readonly FactOf<'assumption'>[] {
    return this.#live('assumption', at);
  }
  /** Who reads a dossier as the patient or for them, on a card that holds. */
  owns(at: Instant): readonly FactOf<'own'>[] {
    return this.#live('own', at).filter(({ person }) => this.cardOf(person, at)?.kind === 'patient');
  }
  ownOf(team: TeamId, at: Instant): FactOf<'own'> | undefined {
    return this.owns(at).find((fact) => fact.team === team);
  }
  /** Was this ever a patient's team? */
  wasOwnTeam(team: TeamId): boolean {
    return this.#ownTeams.has(team);
  }
  assumptionAt(fact: string, at: Instant): FactOf<'assumption'> | undefined {
    return this.assumptions(at).find(({ id }) => id === fact);
  }
  /** Who runs the vault and where, as an owner said it last. */
  hostingAt(at: Instant): FactOf<'hosting'> | undefined {
    return this.#live('hosting', at).at(-1);
  }
  /** The control policy in force: the newest that had begun. */
  controlAt(at: Instant): FactOf<'control'> | undefined {
    return this.#controls.findLast(({ fact }) => fact.from <= at)?.fact;
  }
  /** Every control policy that ever stood, oldest first, with its hash. */
  get controls(): readonly { readonly hash: Hash; readonly fact: FactOf<'control'> }[] {
    return this.#controls;
  }
  partnerOf(team: TeamId, at: Instant): FactOf<'partner'> | undefined {
    return this.isOwnTeam(team) ? undefined : this.partners(at).find((fact) => fact.teams.includes(team));
  }
  wasPartnerTeam(team: TeamId): boolean {
    return [...this.#facts.values()].some((fact) => fact.kind === 'partner' && fact.teams.includes(team));
  }
  /** Every team that a partner fact of this organisation ever named. */
  teamsOfPartner(organisation: OrganisationId): ReadonlySet<TeamId> {
    return new Set(
      [...this.#facts.values()].flatMap((fact) =>
        fact.kind === 'partner' && fact.organisation === organisation ? fact.teams : [],
      ),
    );
  }
  /** The directory that a partner fact speaks of, if its chain holds the record that was compared. */
  #counted(fact: FactOf<'partner'>): KeyDirectory | undefined {
    const directory = this.#partners.get(fact.organisation);
    return directory?.holdsAuthority(fact.authority) ? directory : undefined;
  }
  holdsAuthority(hash: Hash): boolean {
    return this.#authorities.some((record) => record.hash === hash);
  }
  /** The directory by which people of this organisation are judged at that time; undefined: they count for nothing. */
  partnerAt(
    organisation: OrganisationId,
    at: Instant,
  ): { readonly fact: FactOf<'partner'>; readonly directory: KeyDirectory } | undefined {
    for (const fact of this.partners(at)) {
      const directory = fact.organisation === organisation ? this.#counted(fact) : undefined;
      if (directory) return { fact, directory };
    }
    return undefined;
  }
  /** Where somebody is from who is nobody of this practice; undefined also when two organisations say that they are theirs. */
  #guestHome(by: string, at: Instant): KeyDirectory | undefined {
    if (this.knows(by)) return undefined;
    const homes = new Set(
      this.partners(at)
        .flatMap((fact) => this.#counted(fact) ?? [])
        .filter((one) => one.knows(by)),
    );
    return homes.size === 1 ? [...homes][0] : undefined;
  }
  /** The card of somebody of a partner, with the organisation that vouches for it. */
  guestCardOf(person: string, at: Instant): Card | undefined {
    return this.#guestHome(person, at)?.cardOf(person, at);
  }

  /** May these people sign that, at that time? The signatures themselves are `verifyStatement`'s. */
  maySign(payload: Payload, signers: readonly string[], at: Instant, target?: Fact): boolean {
    return maySign(this, payload, signers, at, target);
  }

  /**
   * The whole question: good signatures, enough of them, by people who may sign this at that time. `at` is when the ledger took the
   * statement in, not what the statement says of itself. A withdrawal needs its `target`.
   */
  async verify(statement: Statement, at: Instant, options: { readonly target?: Fact } = {}): Promise<boolean> {
    const { payload } = statement;
    const signers = signersOf(statement);
    const [by] = signers;
    // Own and partner ids never mix: whoever is known here is judged here alone.
    const home = by === undefined || signers.some((one) => this.knows(one)) ? undefined : this.#guestHome(by, at);
    if (home) {
      const may = guestMaySign(home, this.organisation, payload, signers, at);
      return may && (await verifyStatement(statement, (one) => home.keyOf(one, at), this.#verifier));
    }
    return (
      this.maySign(payload, signers, at, options.target) &&
      (await verifyStatement(statement, (one) => this.#ownKeyOf(one, at), this.#verifier))
    );
  }
}
