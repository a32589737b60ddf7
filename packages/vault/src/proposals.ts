/**
 * What waits for more owners' signatures (docs/spec/protocol.md, "Proposals"). The vault keeps it and counts nothing on it: the
 * proposer's statement names every hash, each owner's client checks what it signs, and only `statements` changes anything.
 */

import { canonicalJson, type Instant, MINUTE, plus } from '@ketenkluis/base';
import {
  type endProposal,
  MAX_PROPOSALS,
  PROPOSAL_LIFE,
  type postProposal,
  type proposals as proposalsMessage,
} from '@ketenkluis/protocol';
import {
  expectType,
  type Statement,
  signersOf,
  statementFromWire,
  takesSecond,
  verifyStatement,
} from '@ketenkluis/seal';
import type { z } from 'zod';
import { seesRestriction } from './access.ts';
import { aboutThePractice, checkWraps, isOwnBusiness } from './admin.ts';
import { keepToPeople, namesDossier } from './assurance.ts';
import { type Caller, denied, type Signed } from './auth.ts';
import { viewDossiers } from './changes.ts';
import { vaultError } from './errors.ts';
import { append, commonOf, item, SIGNED_CHECKS } from './lines.ts';
import { isDirectory, type People } from './people.ts';
import { consistencyTo, proofOf } from './proofs.ts';
import type { Tx } from './storage/storage.ts';
import type { Vault } from './vault.ts';
import { waiting } from './waiting.ts';

type Open = z.infer<typeof postProposal>['body'];
const bad = (why: string) => vaultError('bad-statement', why);

/** Somebody else of the practice may be the second signer (rules.ts). */
const needsSecond = ({ payload }: Statement): boolean => takesSecond(payload);
/** What such a door comes with: the card and the key of who is approved are for the owners alone to sign. */
const isOutward = (statements: readonly Statement[]): boolean =>
  statements.some(needsSecond) &&
  statements.every((one) => needsSecond(one) || one.payload.t === 'card' || one.payload.t === 'epoch');
const maySecond = ({ card }: Caller): boolean => card?.kind === 'professional' || card?.kind === 'trustee';

/** The end of what a patient shut, by the owners together (docs/spec/access.md, "Restriction"); it comes alone. */
const liftIn = (body: Pick<Open, 'statements'>): Statement<'withdrawal'> | undefined => {
  const [one, ...more] = body.statements.map((wire) => statementFromWire(wire));
  return one?.payload.t === 'withdrawal' && one.payload.dossier !== null && more.length === 0
    ? (one as Statement<'withdrawal'>)
    : undefined;
};

/** Does it end a restriction that stands and that this owner may see? Nobody learns of any other. */
async function standsFor(tx: Tx, caller: Caller, { payload }: Statement<'withdrawal'>, at: Instant): Promise<boolean> {
  const { practice } = caller;
  const view = (await viewDossiers(tx, practice, [payload.dossier!])).get(payload.dossier!);
  const target = view?.facts.get(payload.fact);
  return target?.fact.kind === 'restriction' && target.ended === null && seesRestriction(caller, target.fact, at);
}

/** For owners, and of what opens a door to outside for whoever may sign it too; reading it is no line. */
export async function listProposals(vault: Vault, caller: Caller): Promise<z.infer<typeof proposalsMessage>> {
  const { practice, people, session } = caller;
  const owner = people.isOwner(session.person);
  if (!owner && !maySecond(caller)) throw vaultError('not-allowed', 'what waits for owners is for owners');
  const at = vault.clock();
  const shown = await vault.storage.read(async (tx) => {
    const found: Open[] = [];
    for (const one of (await waiting(tx, practice, at)).values()) {
      const lift = liftIn(one);
      const statements = one.statements.map((wire) => statementFromWire(wire));
      // A patient's own reading waits here too, with their name.
      if (caller.raised !== null && statements.some(namesDossier)) continue;
      if (lift === undefined ? owner || isOutward(statements) : owner && (await standsFor(tx, caller, lift, at)))
        found.push(one);
    }
    return found;
  });
  return { proposals: shown };
}

async function requireOwner(vault: Vault, signed: Signed): Promise<void> {
  const decision = aboutThePractice(signed);
  if (decision.outcome === 'deny' || !signed.people.isOwner(signed.session.person))
    throw await denied(vault, signed, decision.outcome === 'deny' ? decision.reason : 'class-not-allowed');
}

/** An owner; or, in a request of class session, who signs as well what opens a door to outside. */
async function requireSigner(vault: Vault, signed: Signed, body: Open): Promise<void> {
  if (signed.request.payload.class === 'admin') return requireOwner(vault, signed);
  const decision = aboutThePractice(signed);
  const outward = isOutward(body.statements.map((wire) => statementFromWire(wire)));
  if (decision.outcome === 'deny' || !outward || !maySecond(signed))
    throw await denied(vault, signed, decision.outcome === 'deny' ? decision.reason : 'class-not-allowed');
}

/** A whole of statements that the directory could take next, each signed by whoever asks and by nobody but owners. */
async function check(vault: Vault, signed: Signed, people: People, body: Open, at: Instant) {
  const { practice, session } = signed;
  const proposal = expectType(statementFromWire(body.proposal), 'proposal');
  const statements = body.statements.map((one) => statementFromWire(one));
  const { payload } = proposal;
  const known = (fact: string) => people.facts.find((one) => one.fact.id === fact)?.fact;
  if (![proposal, ...statements].every((one) => isOwnBusiness(one, practice)))
    throw bad('a statement belongs to another practice');
  if (!(await people.keys.verify(proposal, at))) throw bad('a proposal is signed by an owner');
  if (payload.until <= at || payload.until > plus(payload.at, PROPOSAL_LIFE) || payload.at > plus(at, 2 * MINUTE))
    throw bad('a proposal lives at most seven days');
  if (statements.map(({ hash }) => hash).join() !== payload.statements.join())
    throw bad('the statements that came are not those of the proposal');
  checkWraps(statements, body.wraps);
  const lift = liftIn(body);
  if (lift !== undefined && lift.payload.at > plus(at, 2 * MINUTE))
    throw bad('this would count from later on; date it now');
  for (const one of statements) {
    if (lift === undefined && !isDirectory(one, known)) throw bad(`a ${one.payload.t} needs no second owner`);
    const signers = signersOf(one);
    const may = (by: string) => {
      const kind = needsSecond(one) ? people.keys.cardOf(by, at)?.kind : undefined;
      return people.isOwner(by) || kind === 'professional' || kind === 'trustee';
    };
    // Who is no owner signs what needs a second person, and nothing else.
    const signs = people.isOwner(session.person) || needsSecond(one);
    if ((signs && !signers.includes(session.person)) || !signers.every(may))
      throw bad('each statement is signed by whoever sends it, and by those only who may');
    if (!(await verifyStatement(one, (by) => people.keys.keyOf(by, at), vault.verifier)))
      throw bad('a signature does not hold');
  }
  const { position } = people.keys;
  if (position.count !== payload.people.count || position.digest !== payload.people.digest)
    throw vaultError('conflict', 'cards or teams have changed since; propose it anew');
  return { proposal, statements };
}

const signaturesIn = (body: Open): readonly (readonly string[])[] =>
  body.statements.map((one) => signersOf(statementFromWire(one)));

/** A new proposal, or one more signature under one that waits. */
export async function propose(vault: Vault, signed: Signed, body: Open) {
  await requireSigner(vault, signed, body);
  keepToPeople(
    signed,
    body.statements.map((one) => statementFromWire(one)),
  );
  const { practice, people, request } = signed;
  const made = { proposal: undefined as Statement<'proposal'> | undefined };
  const line = await append(vault, {
    practice,
    log: people.log,
    request,
    keys: ['directory', 'proposals'],
    before: async (at) => {
      const now = (await vault.people.of(practice)) ?? people;
      made.proposal = (await check(vault, signed, now, body, at)).proposal;
    },
    plan: async (tx, at) => {
      const { hash, payload } = made.proposal!;
      const open = await waiting(tx, practice, at);
      const lift = liftIn(body);
      if (lift !== undefined && !(await standsFor(tx, signed, lift, at)))
        throw bad('this ends no restriction that stands for you to lift');
      const before = open.get(hash);
      if (before === undefined) {
        if (payload.by !== signed.session.person) throw vaultError('conflict', 'this proposal waits no more');
        if (open.size >= MAX_PROPOSALS)
          throw vaultError('too-many', 'too many proposals wait; sign or refuse some first');
      } else {
        const next = signaturesIn(body);
        const more = signaturesIn(before).every((had, i) => had.every((by) => next[i]!.includes(by)));
        if (!more) throw vaultError('conflict', 'another owner signed meanwhile; look again');
      }
      // Wraps and names stay as the proposer sent them.
      const next = canonicalJson(before === undefined ? body : { ...before, statements: body.statements });
      const action = before === undefined ? 'C' : 'U';
      return {
        common: commonOf(vault, people, request, at, { event: 'proposal', action, outcome: 'success' }),
        items: [item({ kind: 'object', object: hash, checks: SIGNED_CHECKS })],
        effect: async (write) => {
          await write.deleteFrom('proposal').where('practice', '=', practice).where('until', '<=', at).execute();
          await write
            .insertInto('proposal')
            .values({ practice, hash, until: payload.until, body: next })
            .onConflict((on) => on.columns(['practice', 'hash']).doUpdateSet({ body: next }))
            .execute();
        },
      };
    },
  });
  return answer(vault, signed, line);
}

/** Any owner may say no: it goes, and the line stays. */
export async function endProposalOf(vault: Vault, signed: Signed, body: z.infer<typeof endProposal>['body']) {
  await requireOwner(vault, signed);
  const { practice, people, request } = signed;
  const line = await append(vault, {
    practice,
    log: people.log,
    request,
    keys: ['directory', 'proposals'],
    before: async () => {
      // Somebody may have stopped being an owner while this waited for its turn.
      if (!((await vault.people.of(practice)) ?? people).isOwner(signed.session.person))
        throw vaultError('not-allowed', 'what waits for owners is for owners');
    },
    plan: async (tx, at) => {
      const open = (await waiting(tx, practice, at)).get(body.proposal);
      const lift = open && liftIn(open);
      if (open === undefined || (lift !== undefined && !(await standsFor(tx, signed, lift, at))))
        throw vaultError('conflict', 'this proposal waits no more');
      return {
        common: commonOf(vault, people, request, at, { event: 'proposal', action: 'D', outcome: 'success' }),
        items: [item({ kind: 'object', object: body.proposal, checks: SIGNED_CHECKS })],
        effect: async (write) => {
          await write
            .deleteFrom('proposal')
            .where('practice', '=', practice)
            .where('hash', '=', body.proposal)
            .execute();
        },
      };
    },
  });
  return answer(vault, signed, line);
}

async function answer(vault: Vault, { people, request }: Signed, line: Awaited<ReturnType<typeof append>>) {
  return {
    line: proofOf(line),
    checkpoint: line.checkpoint,
    consistency: await consistencyTo(vault, people.log, request.payload.checkpoint?.size, line.size),
    dossiers: [],
  };
}
