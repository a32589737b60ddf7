/**
 * People of a partner (docs/spec/partners.md, "Visit"). Their own organisation says who they are: its directory, a membership of the
 * day that stands in its log, and the key on their card. What is wrong with any of it looks the same from outside (R22).
 */

import {
  type Bytes,
  base64url,
  canonicalJson,
  fromBase64url,
  type Instant,
  type OrganisationId,
  type PersonId,
} from '@ketenkluis/base';
import { openCheckpoint, openCommon, openItem, parseVkey, verifyInclusion } from '@ketenkluis/ledger';
import type { LedgerProof, openSession } from '@ketenkluis/protocol';
import {
  batchesFromWire,
  type Card,
  decodeStatement,
  encodeStatement,
  expectType,
  type FactOf,
  isVouched,
  type KeyDirectory,
  type Statement,
  signersOf,
  statementFromWire,
  statementsFromWire,
} from '@ketenkluis/seal';
import type { z } from 'zod';
import { isAssurance } from './assurance.ts';
import type { SessionRow } from './auth.ts';
import { append, item, ownCommon, SIGNED_CHECKS } from './lines.ts';
import { type People, partnerDirectory } from './people.ts';
import { appendPartner, partnerStatements } from './storage/partners.ts';
import type { Vault } from './vault.ts';

type GuestAsk = Extract<z.infer<typeof openSession>, { by: 'guest' }>;

/** Somebody of a partner in a session, as the directories stand now. */
export interface Guest {
  readonly organisation: OrganisationId;
  readonly partner: FactOf<'partner'>;
  readonly card: Card;
  /** Memberships of the day that still hold. */
  readonly memberships: readonly FactOf<'membership'>[];
}

/** What a guest proved at the door. */
export interface Welcomed {
  readonly organisation: OrganisationId;
  readonly directory: KeyDirectory;
  /** Of that directory, what this vault did not have yet, and from which place on. */
  readonly fresh: readonly Statement[];
  readonly after: number;
  readonly memberships: readonly Statement<'fact'>[];
  /** How sure their organisation's agent is who this is; null: it says nothing. */
  readonly assurance: Statement<'assurance'> | null;
  /** When the last of the memberships ends. */
  readonly until: Instant;
}

/** Does this membership hold at that time, for a team that the partner fact names, on top of the organisation's standing word? */
function holds(
  { payload, signers }: { readonly payload: FactOf<'membership'>; readonly signers: readonly string[] },
  directory: KeyDirectory,
  partner: FactOf<'partner'>,
  at: Instant,
): boolean {
  return (
    isVouched(payload) &&
    payload.practice === directory.organisation &&
    payload.from <= at &&
    payload.until !== null &&
    at < payload.until &&
    partner.teams.includes(payload.team) &&
    directory.isMember(payload.person, payload.team, at) &&
    directory.maySign(payload, signers, at)
  );
}

const professional = (directory: KeyDirectory, person: string, at: Instant): Card | undefined => {
  const card = directory.cardOf(person, at);
  return card?.kind === 'professional' ? card : undefined;
};

/** Does the line stand in the partner's log and hold this statement? Throws errors of `ledger` for what is no proof at all. */
function stands(
  line: LedgerProof,
  statement: Statement,
  checkpoint: { size: number; root: Bytes },
  kind: 'fact' | 'object' = 'fact',
): boolean {
  const leaf = fromBase64url(line.leaf);
  const included = verifyInclusion({
    index: line.index,
    size: checkpoint.size,
    leaf,
    proof: line.path.map((step) => fromBase64url(step)),
    root: checkpoint.root,
  });
  if (!included || line.common === null) return false;
  const { common } = line;
  const said = openCommon({ leaf, part: fromBase64url(common.part), salt: fromBase64url(common.salt) });
  if (!('practice' in statement.payload) || said.practice !== statement.payload.practice) return false;
  return line.items.some(({ position, part, salt }) => {
    const item = openItem({ leaf, index: position, part: fromBase64url(part), salt: fromBase64url(salt) });
    return item.object === statement.hash && item.kind === kind && item.outcome === 'success';
  });
}

/** What is known of the partner, lengthened by what came: it begins with all that is known, or it is refused. */
async function lengthened(
  vault: Vault,
  organisation: OrganisationId,
  known: readonly Statement[],
  after: number,
  brought: readonly Statement[],
): Promise<{ directory: KeyDirectory; fresh: readonly Statement[] } | undefined> {
  const overlap = known.slice(after);
  const begins =
    after <= known.length &&
    brought.length >= overlap.length &&
    overlap.every(({ hash }, i) => hash === brought[i]!.hash);
  if (!begins) return undefined;
  const fresh = brought.slice(overlap.length);
  return { directory: await partnerDirectory(organisation, [...known, ...fresh], vault.verifier), fresh };
}

async function check(vault: Vault, people: People, ask: GuestAsk, at: Instant): Promise<Welcomed | undefined> {
  const { organisation, person } = ask;
  const partner = people.keys.partners(at).find((fact) => fact.organisation === organisation);
  if (!partner || people.keys.knows(person)) return undefined;
  const known = await vault.storage.read(async (tx) =>
    (await partnerStatements(tx, people.practice)).get(organisation),
  );
  const batches = batchesFromWire(ask.batches);
  const brought = statementsFromWire(ask);
  const longer = await lengthened(vault, organisation, known ?? [], ask.after, brought);
  if (!longer?.directory.holdsAuthority(partner.authority)) return undefined;
  if (longer.fresh.length > 0 && people.keys.claimsOthers(longer.directory)) return undefined;
  const { directory, fresh } = longer;
  if (!professional(directory, person, at)) return undefined;
  const memberships = ask.memberships.map((one) => ({
    statement: expectType(statementFromWire(one.statement, batches), 'fact'),
    line: one.line,
  }));
  const checkpoint = await openCheckpoint(ask.checkpoint, { log: parseVkey(partner.log) }, vault.verifier);
  for (const { statement, line } of memberships) {
    const { payload } = statement;
    const fits =
      payload.kind === 'membership' &&
      payload.person === person &&
      holds({ payload, signers: signersOf(statement) }, directory, partner, at) &&
      (await directory.verify(statement, at)) &&
      stands(line, statement, checkpoint);
    if (!fits) return undefined;
  }
  const assurance =
    ask.assurance === undefined ? null : expectType(statementFromWire(ask.assurance.statement, batches), 'assurance');
  if (assurance !== null) {
    const { payload } = assurance;
    const fits =
      payload.practice === organisation &&
      payload.person === person &&
      isAssurance(payload, at) &&
      (await directory.verify(assurance, at)) &&
      stands(ask.assurance!.line, assurance, checkpoint, 'object');
    if (!fits) return undefined;
  }
  const ends = memberships.map(({ statement }) => statement.payload.until ?? at);
  return {
    organisation,
    directory,
    fresh,
    after: (known ?? []).length,
    memberships: memberships.map(({ statement }) => statement),
    assurance,
    until: Math.max(...ends) as Instant,
  };
}

/** Undefined for whatever is wrong; the person's own signature is checked by the door. Never throws. */
export async function welcome(
  vault: Vault,
  people: People | undefined,
  ask: GuestAsk,
  at: Instant,
): Promise<Welcomed | undefined> {
  if (!people) return undefined;
  try {
    return await check(vault, people, ask, at);
  } catch {
    // Whatever does not parse or verify is no guest.
    return undefined;
  }
}

export const packVouched = (memberships: readonly Statement[]): Bytes =>
  canonicalJson(memberships.map((statement) => base64url(encodeStatement(statement))));

/** What a guest brought that was not known yet: a line, and kept. Throws `vault/conflict` when somebody brought more meanwhile. */
export async function keepDirectory(
  vault: Vault,
  { practice, log }: People,
  { organisation, fresh, after }: Welcomed,
  actor: PersonId,
): Promise<void> {
  const newest = fresh.at(-1);
  if (!newest) return;
  await append(vault, {
    practice,
    log,
    request: null,
    keys: ['directory', `partner/${organisation}`],
    plan: async () => ({
      common: ownCommon(vault, practice, {
        event: 'partner',
        action: 'U',
        class: 'session',
        outcome: 'success',
        actor,
        organisation,
      }),
      items: [item({ kind: 'object', object: newest.hash, checks: SIGNED_CHECKS })],
      effect: (tx) => appendPartner(tx, practice, organisation, after, fresh),
    }),
  });
  vault.people.forget(practice);
}

/** The session's guest as everything stands now; undefined: the partner, the card or the organisation counts no more. */
export function guestOf(people: People, session: SessionRow, at: Instant): Guest | undefined {
  const { organisation, person, vouched } = session;
  if (organisation === null || vouched === null || people.keys.knows(person)) return undefined;
  const home = people.keys.partnerAt(organisation, at);
  const card = home && professional(home.directory, person, at);
  if (!home || !card) return undefined;
  const memberships = (JSON.parse(new TextDecoder().decode(vouched)) as string[]).flatMap((text) => {
    const statement = decodeStatement(fromBase64url(text));
    const { payload } = statement;
    if (payload.t !== 'fact' || payload.kind !== 'membership' || payload.person !== person) return [];
    return holds({ payload, signers: signersOf(statement) }, home.directory, home.fact, at) ? [payload] : [];
  });
  return { organisation, partner: home.fact, card, memberships };
}
