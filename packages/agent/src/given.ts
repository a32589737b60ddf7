/**
 * What professionals stated of partners (docs/spec/partners.md, "The agent, at the next sync"): the agent states none of it and keeps all
 * of it. After a line that it cannot fold by itself it takes the statements from the vault, verifies each, and holds the whole against
 * the state that was signed.
 */

import type { DossierId, FactId, HandleId, Instant, TeamId } from '@ketenkluis/base';
import {
  type Batches,
  batchesFromWire,
  type Fact,
  type FactOf,
  type Grant,
  type Hash,
  type KeyDirectory,
  type Statement,
  signersOf,
  standingGrants,
  statementFromWire,
} from '@ketenkluis/seal';
import { agentError } from './errors.ts';
import type { Heads } from './link.ts';
import { stateOf } from './live.ts';
import type { Enrolled } from './plan.ts';
import type { LiveDossier, Register } from './register.ts';

type Own = Heads['dossiers'][number];
type Handed = LiveDossier['handed'];

const forked = (why: string) => agentError('vault-forked', `the log does not add up: ${why}; no snapshot is signed`);

/** The batch's own time; a statement signed by itself is judged now. */
const signedAt = ({ proof }: Statement, now: Instant): Instant =>
  'batch' in proof && proof.batch.payload.at < now ? proof.batch.payload.at : now;

interface Given {
  readonly facts: readonly { readonly fact: Fact; readonly hash: Hash; readonly by: string; readonly at: Instant }[];
  readonly grants: readonly { readonly grant: Grant; readonly hash: Hash }[];
}

/** Every statement verified, and every fact one that stands: what ended was signed too. Throws `agent/vault-forked`. */
async function readGiven(own: Own, batches: Batches, people: KeyDirectory, now: Instant): Promise<Given> {
  const standing = new Set(own.facts.map(({ fact, statement }) => `${fact} ${statement}`));
  const facts: { fact: Fact; hash: Hash; by: string; at: Instant }[] = [];
  const grants: { grant: Grant; hash: Hash }[] = [];
  for (const wire of own.given) {
    const statement = statementFromWire(wire, batches);
    const at = signedAt(statement, now);
    if (!(await people.verify(statement, at))) throw forked('a fact or grant is not signed by somebody who may');
    const { payload } = statement;
    if (payload.t === 'fact') {
      if (!standing.has(`${payload.id} ${statement.hash}`)) throw forked('a fact is shown that does not stand');
      facts.push({ fact: payload, hash: statement.hash, by: signersOf(statement)[0] ?? '', at });
    } else if (payload.t === 'grant') grants.push({ grant: payload, hash: statement.hash });
    else throw forked('a statement is shown where facts and grants belong');
  }
  return { facts, grants };
}

/** Each partner's step with the facts that end together with it. */
function handedOf({ facts, grants }: Given, people: KeyDirectory, now: Instant): Handed {
  const all = facts.map(({ fact }) => fact);
  return all.flatMap((step): Handed => {
    if (step.kind !== 'step' || step.until === null || people.isOwnTeam(step.team)) return [];
    const { team, from, until } = step;
    const together = all.filter(
      (one) =>
        one.from === from &&
        one.until === until &&
        ((one.kind === 'relation' && one.teams.includes(team)) ||
          (one.kind === 'write' && one.team === team) ||
          (one.kind === 'consent' && step.handles.every((handle) => one.handles.includes(handle)))),
    );
    // Where the patient took the consent back, nothing newer is sealed for them.
    const partner = people.partnerOf(team, now)?.organisation;
    const consents = all.filter((one) => one.kind === 'consent' && one.organisation === partner) as FactOf<'consent'>[];
    // What was assumed is looked at again at every sync (said.ts); until then it stands with its setting.
    // So is what the patient said through an `own`.
    const said = consents.filter((one) => one.assumed === undefined);
    const asked = new Set(said.flatMap(({ handles }) => handles));
    const desk = new Set(said.flatMap((one) => (one.through === undefined ? one.handles : [])));
    const through = [...new Set(said.flatMap((one) => one.through ?? []))];
    const rests = step.handles.some((handle) => asked.has(handle) && !desk.has(handle));
    const assuming = consents.filter((one) => one.assumed !== undefined && one.from === from && one.until === until);
    const assumed = step.handles.every((handle) => asked.has(handle)) ? undefined : assuming[0]?.assumed;
    const agreed = [...asked, ...assuming.flatMap(({ handles }) => handles)];
    return [
      {
        ...{ fact: step.id, team, handles: step.handles.filter((handle) => agreed.includes(handle)), until },
        facts: [step.id, ...together.map(({ id }) => id)],
        grants: grants.filter(({ grant }) => grant.fact === step.id).map(({ hash }) => hash),
        ...(assumed === undefined ? {} : { assumed }),
        ...(rests ? { through } : {}),
      },
    ];
  });
}

/** Nobody hands on what they could not open themselves (R41). Throws `agent/vault-forked`. */
function checkGivers(given: Given, { ids }: Enrolled, people: KeyDirectory): void {
  for (const { fact, by, at } of given.facts) {
    if (fact.kind !== 'step') continue;
    const teams = people.memberships(at).flatMap((one) => (one.person === by ? [one.team] : []));
    const visits = (ids.visits ?? []).filter(({ from, until }) => from <= at && at < until);
    const open = new Set<HandleId>([
      ...teams.flatMap((team) => (ids.steps[team] ?? []).flatMap(({ handles }) => handles)),
      ...visits.filter(({ team }) => teams.includes(team)).flatMap(({ handles }) => handles),
    ]);
    if (fact.handles.some((handle) => !open.has(handle)))
      throw forked('somebody handed on a part that they could not open themselves');
  }
}

/**
 * Nothing stands that no line brought, or that a line took away; and what a patient brought is theirs. Throws `agent/vault-forked`.
 */
function checkNamed({ facts }: LiveDossier, own: Own, given: Given, said: ReadonlyMap<Hash, string> = new Map()): void {
  const named = new Map<string, Hash>(Object.entries(facts));
  if (own.facts.some(({ fact, statement }) => named.get(fact) !== statement))
    throw forked('a fact stands that no line brought, or that a line took away');
  if (given.facts.some(({ hash, by }) => (said.get(hash) ?? by) !== by))
    throw forked('a patient brought what somebody else had signed');
}

/** That a partner answered is remembered when the message was taken over. */
function withAnswer(step: Handed[number], own: Own, before: LiveDossier): Handed[number] {
  const known = before.handed.some(({ fact, answered }) => fact === step.fact && answered);
  const under = (parent: HandleId | null) => parent !== null && step.handles.includes(parent);
  const there = own.handles.some((one) => one.class === 'inbox' && under(one.parent));
  return known || there ? { ...step, answered: true } : step;
}

/** Letters, notes and messages, with their grants: for own teams as their line said (monitor.ts), for partners' as they are shown. */
const notesOf = (before: LiveDossier, own: Own, given: Given): LiveDossier['notes'] => {
  const partners = new Set<string>(before.handed.flatMap((one) => one.grants));
  return own.handles
    .filter((one) => one.class !== 'source')
    .map(({ handle, descriptor }) => {
      const { grants = [], on } = before.notes.find((note) => note.handle === handle) ?? {};
      const shown = given.grants.filter(({ grant }) => grant.packs.includes(descriptor)).map(({ hash }) => hash);
      return {
        ...{ handle, descriptor, ...(on === undefined ? {} : { on }) },
        grants: [...new Set([...grants.filter((hash) => !partners.has(hash)), ...shown])],
      };
    });
};

/** The live set as the vault shows it, of statements that were all verified or are this agent's own. */
function rebuilt(before: LiveDossier, own: Own, given: Given, handed: Handed, asked: readonly HandleId[]): LiveDossier {
  const holders = new Map(own.handles.map(({ descriptor, teams }) => [descriptor as string, new Set<TeamId>(teams)]));
  const below = own.handles.filter((one) => one.class !== 'source');
  const hanging = new Set<string>(below.map(({ descriptor }) => descriptor));
  const theirs = standingGrants(given.grants, new Set(holders.keys())).filter(({ grant }) =>
    grant.packs.some((pack) => !hanging.has(pack)),
  );
  const replaced = new Set(theirs.flatMap(({ grant }) => grant.packs.map((pack) => `${pack} ${grant.team}`)));
  const known = new Set<string>(given.grants.map(({ hash }) => hash));
  const grants = [
    ...before.grants
      .filter(({ hash }) => !known.has(hash))
      .map((one) => ({
        ...one,
        packs: one.packs.filter((pack) => holders.get(pack)?.has(one.team) && !replaced.has(`${pack} ${one.team}`)),
      })),
    ...theirs.map(({ grant: { team, packs, fact }, hash }) => ({
      ...{ hash, team, fact },
      packs: packs.filter((pack) => holders.get(pack)?.has(team)),
    })),
  ].filter(({ packs }) => packs.length > 0);
  const notes = notesOf(before, own, given);
  const open = (handle: HandleId) => handed.some((one) => one.handles.includes(handle));
  const gone = [...before.handed.flatMap(({ handles }) => handles), ...asked].filter((handle) => !open(handle));
  const { stated: _, ...rest } = before;
  return {
    ...rest,
    ...{ seq: own.seq, grants, notes, handed: handed.map((one) => withAnswer(one, own, before)) },
    facts: Object.fromEntries(own.facts.map(({ fact, statement }): [FactId, Hash] => [fact, statement])),
    reseal: [...new Set([...before.reseal, ...gone])],
  };
}

/**
 * Brings the dossiers that colleagues or partners changed up to what is live now. Answers those that do not add up: of them everything
 * is sealed again. Throws `agent/vault-forked`.
 */
export async function takeGiven(of: {
  readonly register: Register;
  readonly heads: Heads;
  readonly people: KeyDirectory;
  readonly handed: ReadonlySet<DossierId>;
  /** Parts whose shares were asked for, to be handed on. */
  readonly asked: ReadonlyMap<DossierId, readonly HandleId[]>;
  /** What patients brought themselves, and who (monitor.ts). */
  readonly said: ReadonlyMap<DossierId, ReadonlyMap<Hash, string>>;
  readonly now: Instant;
}): Promise<Set<DossierId>> {
  const { register, heads, people, handed, asked, said, now } = of;
  const batches = batchesFromWire(heads.batches);
  const stated = new Map(heads.dossiers.map((one) => [one.dossier, one]));
  const lost = new Set<DossierId>();
  for (const patient of Object.values(register.patients)) {
    const { enrolment, live } = patient;
    if (enrolment?.state !== 'enrolled' || live === null || !handed.has(enrolment.ids.dossier)) continue;
    const { dossier } = enrolment.ids;
    const own = stated.get(dossier);
    if (own === undefined) continue;
    const given = await readGiven(own, batches, people, now);
    checkGivers(given, enrolment, people);
    checkNamed(live, own, given, said.get(dossier));
    const next = rebuilt(live, own, given, handedOf(given, people, now), asked.get(dossier) ?? []);
    if (stateOf(dossier, next) === own.state) patient.live = next;
    else lost.add(dossier);
  }
  return lost;
}

/** Of a dossier that is sealed again whole: what hangs in it and what partners hold, so that both go on. Throws `agent/vault-forked`. */
export async function heldOf(of: {
  readonly enrolment: Enrolled;
  readonly before: LiveDossier;
  readonly own: Own;
  readonly batches: Batches;
  readonly people: KeyDirectory;
  /** What patients brought themselves, and who (monitor.ts). */
  readonly said: ReadonlyMap<Hash, string> | undefined;
  readonly now: Instant;
}): Promise<Pick<LiveDossier, 'notes' | 'handed'>> {
  const { enrolment, before, own, batches, people, said, now } = of;
  const given = await readGiven(own, batches, people, now);
  checkGivers(given, enrolment, people);
  checkNamed(before, own, given, said);
  const handed = handedOf(given, people, now).map((one) => withAnswer(one, own, before));
  return { notes: notesOf(before, own, given), handed };
}
