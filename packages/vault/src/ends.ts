/**
 * What a professional changes of a partner's part in one dossier, outside a referral (docs/spec/partners.md): ending it, and what the
 * patient said. Who treats the patient may, or an owner: those who may see who looked (audit.cedar), but for whoever only oversees. Ending opens nothing, and
 * neither does a consent without a step, nor a restriction at all.
 */

import { type Decision, decide } from '@ketenkluis/access';
import { type Instant, MINUTE, plus } from '@ketenkluis/base';
import type { EventCode } from '@ketenkluis/ledger';
import type { postConsent, postEnd } from '@ketenkluis/protocol';
import {
  type Fact,
  type Payload,
  type Statement,
  signersOf,
  statementsFromWire,
  verifyStatement,
} from '@ketenkluis/seal';
import type { z } from 'zod';
import { seesRestriction } from './access.ts';
import { annexFor } from './annex.ts';
import { teamsIn } from './apply.ts';
import { notAllowed, refresh, type Signed, shownReason } from './auth.ts';
import { type DossierView, liveHashes } from './changes.ts';
import { type DossierDraft, draftDossiers } from './draft.ts';
import { vaultError } from './errors.ts';
import { append, commonOf, reasonOf } from './lines.ts';
import { questionFor, readFor } from './questions.ts';
import { decidedItem } from './release.ts';
import { settleShares, writeDraft } from './settling.ts';
import type { Vault } from './vault.ts';
import { dropProposals } from './waiting.ts';
import { committedAnswer } from './write.ts';

const bad = (why: string) => vaultError('bad-statement', why);
/** The patient's own word is asked after as such; everybody else's as who may see who looked. */
const isOwnWord = ({ request }: Signed): boolean => request.payload.class === 'say';
type Body = z.infer<typeof postEnd>['body'] | z.infer<typeof postConsent>['body'];

interface Change {
  readonly event: EventCode;
  readonly action: 'C' | 'D';
  readonly kind: 'fact' | 'withdrawal';
  /** Who works here says one thing at a time. */
  readonly one?: true;
  /** Throws `vault/bad-statement` for what has no place here. */
  check(statement: Statement, who: Signed, at: Instant): void;
  apply(draft: DossierDraft, statement: Statement, view: DossierView, who: Signed, at: Instant): void;
}

async function changeDossier(vault: Vault, signed: Signed, body: Body, what: Change) {
  const { practice, people, request, at } = signed;
  const [asked, ...more] = request.payload.items;
  if (!asked?.dossier || asked.handle !== null || more.length > 0)
    throw vaultError('bad-request', 'this names one dossier');
  const { dossier } = asked;
  const statements = statementsFromWire(body);
  if (what.one && !isOwnWord(signed) && statements.length !== 2)
    throw bad('one thing that the patient said comes with the state');
  for (const statement of statements) {
    const { payload } = statement;
    const signers = signersOf(statement);
    // Owners together lift a restriction: `draft.withdraw` weighs them all.
    const together = what.event === 'consent' && payload.t === 'withdrawal';
    if (!signers.includes(signed.session.person) || (signers.length !== 1 && !together))
      throw bad(`this ${payload.t} is not signed by whoever sends it`);
    if (!('dossier' in payload) || payload.dossier !== dossier || payload.practice !== practice)
      throw bad('a statement is about another dossier');
    if (payload.t === 'state') continue;
    what.check(statement, signed, at);
  }
  const annex = annexFor(request.payload, body.annex);
  let who = signed;
  let forged: Error | undefined;
  const made = { draft: undefined as DossierDraft | undefined, refused: undefined as string | undefined };
  const line = await append(vault, {
    practice,
    log: people.log,
    request,
    keys: [dossier],
    before: async (now) => {
      who = await refresh(vault, signed);
      for (const statement of statements) {
        // Whether this person may end that fact is asked when the fact is read.
        const known = statement.payload.t === 'withdrawal' ? await holds(vault, who, statement, now) : undefined;
        if (!(known ?? (await who.people.keys.verify(statement, now))))
          forged ??= bad(`this ${statement.payload.t} is not signed by somebody who may`);
      }
    },
    plan: async (tx, now) => {
      const reading = await readFor(tx, practice, [asked]);
      const asking = questionFor({ ...who, at: now }, reading, asked);
      const audit = isOwnWord(signed) ? asking : { ...asking, class: 'audit' as const };
      // Who oversees reads; what the patient said is not theirs to write down.
      const question = { ...audit, facts: audit.facts.filter(({ fact }) => fact.kind !== 'oversight') };
      const decision: Decision = decide(question);
      if (decision.outcome === 'deny') {
        made.refused = decision.reason;
        const state = reading.dossiers.get(dossier)?.state ?? null;
        const reason = shownReason(who, reasonOf(decision.reason));
        const { event, action, kind } = what;
        return {
          common: commonOf(vault, people, request, now, { event, action, outcome: 'refused', reason }),
          items: [
            decidedItem(kind, decision, { dossier, handle: null, object: request.hash, state, annex: annex.hash }),
          ],
          annex,
        };
      }
      if (forged) throw forged;
      const draft = await draftDossiers(tx, practice, who.people, now, { dossiers: [dossier], handles: [] });
      made.draft = draft;
      const stood = liveHashes(draft.views.get(dossier)!);
      const states: Statement<'state'>[] = [];
      for (const statement of statements) {
        if (statement.payload.t === 'state') states.push(statement as Statement<'state'>);
        else what.apply(draft, statement, draft.views.get(dossier)!, who, now);
      }
      if (isOwnWord(signed)) draft.went(dossier, stood);
      draft.settle(states);
      return {
        common: commonOf(vault, people, request, now, { event: what.event, action: what.action, outcome: 'success' }),
        items: draft.items.map((one) => ({
          ...one,
          checks: decision.checks,
          facts: [...new Set([...one.facts, ...decision.facts])],
          relation: decision.relation,
          annex: annex.hash,
        })),
        changed: draft.changed(),
        annex,
        effect: async (write, sequenced) => {
          await writeDraft(write, practice, draft, sequenced.index, now);
          const ended = statements.flatMap(({ hash, payload }) => (payload.t === 'withdrawal' ? [hash] : []));
          if (ended.length > 0) await dropProposals(write, practice, ended, now);
        },
      };
    },
  });
  if (!made.draft) throw notAllowed(signed, made.refused ?? 'unknown');
  settleShares(vault, practice, made.draft, line.index);
  return committedAnswer(vault, signed, line, made.draft);
}

/** Is the signature good, whatever it is under? */
const holds = async (vault: Vault, { people }: Signed, statement: Statement, at: Instant): Promise<boolean> =>
  verifyStatement(statement, (by) => people.keys.keyOf(by, at), vault.verifier);

/** Only what a partner stands on: its relation, step and write, and consents. */
function isOfPartner({ people }: Signed, fact: Fact): boolean {
  if (fact.kind === 'consent') return true;
  const teams = teamsIn(fact);
  return teams.length > 0 && teams.every((team) => !people.keys.isOwnTeam(team));
}

function checkEnd(payload: Payload<'withdrawal'>, at: Instant): void {
  if (payload.at > plus(at, 2 * MINUTE)) throw bad('this would count from later on; date it now');
}

/** Refused from this line on; grants and wraps go in it. */
export const end = (vault: Vault, signed: Signed, body: z.infer<typeof postEnd>['body']) =>
  changeDossier(vault, signed, body, {
    event: 'end',
    action: 'D',
    kind: 'withdrawal',
    check: ({ payload }, _who, at) => {
      if (payload.t !== 'withdrawal') throw bad(`a ${payload.t} statement has no place here`);
      checkEnd(payload, at);
    },
    apply: (draft, statement, view, who) => {
      const { fact } = (statement as Statement<'withdrawal'>).payload;
      const target = view.facts.get(fact);
      if (target && !isOfPartner(who, target.fact)) throw bad('only what a partner stands on ends here');
      draft.withdraw(statement as Statement<'withdrawal'>, signersOf(statement));
    },
  });

/** One consent, one restriction, or the end of one: by who sits with the patient, or by the patient (docs/spec/own.md). */
export const consent = (vault: Vault, signed: Signed, body: z.infer<typeof postConsent>['body']) =>
  changeDossier(vault, signed, body, {
    event: 'consent',
    one: true,
    action: 'C',
    kind: 'fact',
    check: ({ payload }, { practice }, at) => {
      if (payload.t === 'withdrawal') return checkEnd(payload, at);
      if (payload.t !== 'fact' || (payload.kind !== 'consent' && payload.kind !== 'restriction'))
        throw bad('only what the patient said has a place here');
      if (payload.from > plus(at, 2 * MINUTE)) throw bad('what the patient said counts from now');
      if (payload.kind === 'consent' && payload.organisation === practice)
        throw bad('inside the practice no consent is needed');
    },
    apply: (draft, statement, view, who, at) => {
      if (statement.payload.t === 'withdrawal') {
        const end = statement as Statement<'withdrawal'>;
        const said = view.facts.get(end.payload.fact);
        // Taking a consent back goes with a referral for who works here (`end`); the patient says it of itself.
        if (isOwnWord(who) && said?.fact.kind === 'consent') return draft.withdraw(end, signersOf(end));
        return lift(draft, end, view, who, at);
      }
      const { payload } = statement as Statement<'fact'>;
      const handles = 'handles' in payload ? (payload.handles ?? []) : [];
      if (handles.some((handle) => view.handles.get(handle)?.state !== 'live'))
        throw bad('this names a part that is not here');
      draft.fact(statement as Statement<'fact'>);
    },
  });

/** One answer for what is not there, is no restriction, is over, or is not for this person's eyes (docs/spec/access.md, "Restriction"). */
function lift(
  draft: DossierDraft,
  statement: Statement<'withdrawal'>,
  view: DossierView,
  who: Signed,
  at: Instant,
): void {
  const target = view.facts.get(statement.payload.fact);
  const stands = target?.fact.kind === 'restriction' && target.ended === null && seesRestriction(who, target.fact, at);
  if (!stands) throw bad('this ends no restriction that stands for you to lift');
  draft.withdraw(statement, signersOf(statement));
}
