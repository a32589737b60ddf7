/** Reading the log of one dossier, and saying beforehand what a client will do by itself (R38). Both are lines too. */

import { type Decision, decide } from '@ketenkluis/access';
import { base64url, type DossierId, type OrganisationId } from '@ketenkluis/base';
import type { EntryItem } from '@ketenkluis/ledger';
import type { auditAnswer, LedgerProof, postAudit, postDeclaration } from '@ketenkluis/protocol';
import type { Hash } from '@ketenkluis/seal';
import type { z } from 'zod';
import { annexFor } from './annex.ts';
import { notAllowed, refresh, type Signed, shownReason } from './auth.ts';
import { vaultError } from './errors.ts';
import { append, commonOf, item, SIGNED_CHECKS } from './lines.ts';
import { consistencyTo, inclusionOf, proofOf, proofOfStored } from './proofs.ts';
import { questionFor, readFor } from './questions.ts';
import { decidedItem, outcomeOf } from './release.ts';
import { lineProofs } from './states.ts';
import type { Vault } from './vault.ts';

const MAX_LINES = 20_000;

export async function audit(
  vault: Vault,
  signed: Signed,
  body: z.infer<typeof postAudit>['body'],
): Promise<z.infer<typeof auditAnswer>> {
  const { practice, people, request } = signed;
  const asked = request.payload.items[0];
  if (request.payload.items.length !== 1 || !asked?.dossier || asked.handle !== null)
    throw vaultError('bad-request', 'an audit names one dossier');
  const dossier: DossierId = asked.dossier;
  let who = signed;
  const found = { decision: undefined as Decision | undefined };
  const line = await append(vault, {
    practice,
    log: people.log,
    request,
    keys: [dossier],
    before: async () => {
      who = await refresh(vault, signed);
    },
    plan: async (tx, at) => {
      const reading = await readFor(tx, practice, [asked]);
      const decision = decide(questionFor({ ...who, at }, reading, asked));
      found.decision = decision;
      const annex = decision.outcome === 'permit' || body.annex !== null ? annexFor(request.payload, body.annex) : null;
      const row = reading.dossiers.get(dossier);
      return {
        common: commonOf(vault, people, request, at, { event: 'log-read', action: 'R', ...outcomeOf([decision]) }),
        items: [
          decidedItem('state', decision, {
            dossier,
            handle: null,
            object: request.hash,
            state: row?.state ?? null,
            annex: annex?.hash ?? null,
          }),
        ],
        annex,
      };
    },
  });
  if (found.decision?.outcome !== 'permit') {
    throw notAllowed(signed, found.decision?.reason ?? 'unknown');
  }
  const places = await vault.storage.read((tx) =>
    tx
      .selectFrom('dossier_item')
      .select(['line', 'item'])
      .where('practice', '=', practice)
      .where('dossier', '=', dossier)
      .where('at', '>=', body.from)
      .where('at', '<=', body.until)
      .where('line', '<', line.size)
      .orderBy('seq')
      .limit(MAX_LINES)
      .execute(),
  );
  const proofs = await lineProofs(vault, people.log, practice, dossier, places, line.size);
  const lines = await vault.storage.read(async (tx) => {
    const hashes = [...new Set(proofs.flatMap((proof) => annexOf(proof)))];
    const rows = hashes.length
      ? await tx
          .selectFrom('annex')
          .select(['hash', 'bytes'])
          .where('practice', '=', practice)
          .where('hash', 'in', hashes)
          .execute()
      : [];
    const annexes = new Map(rows.map((row) => [row.hash, base64url(row.bytes)]));
    return proofs.map((proof) => ({
      ...proof,
      annex: annexOf(proof).flatMap((hash) => annexes.get(hash) ?? [])[0] ?? null,
    }));
  });
  return {
    line: proofOf(line),
    checkpoint: line.checkpoint,
    consistency: await consistencyTo(vault, people.log, request.payload.checkpoint?.size, line.size),
    lines,
    ...(await erasedLines(vault, people.log, practice, line.size, [...lines, proofOf(line)], dossier)),
  };
}

/** Each year that was erased, with the line that says so, and the leaves on which what is left of this dossier's chain goes on. */
async function erasedLines(
  vault: Vault,
  log: string,
  practice: OrganisationId,
  size: number,
  shown: readonly LedgerProof[],
  dossier: DossierId,
) {
  const rows = await vault.storage.read((tx) =>
    tx.selectFrom('erased').selectAll().where('practice', '=', practice).where('line', '<', size).execute(),
  );
  const erased = await Promise.all(
    rows.map(async ({ year, from_line: from, to_line: to, line }) => {
      const [stored] = await vault.storage.ledger.entries(log, line, line + 1);
      return { year, from, to, line: await proofOfStored(vault, log, stored!, size, [0]) };
    }),
  );
  if (erased.length === 0) return {};
  const chain = shown
    .flatMap(({ items }) =>
      items.map(({ part }) => JSON.parse(Buffer.from(part, 'base64url').toString('utf8')) as EntryItem),
    )
    .filter((one) => one.dossier === dossier && one.seq !== null)
    .sort((a, b) => a.seq! - b.seq!);
  const before: LedgerProof[] = [];
  const last = new Map(
    (
      await vault.storage.read((tx) =>
        tx
          .selectFrom('erased_last')
          .select(['seq', 'line'])
          .where('practice', '=', practice)
          .where('dossier', '=', dossier)
          .execute(),
      )
    ).map((row) => [row.seq, row.line]),
  );
  for (const [at, { seq }] of chain.entries()) {
    const index = last.get(seq! - 1);
    if (index === undefined || seq! <= (chain[at - 1]?.seq ?? 0) + 1) continue;
    const [found] = await vault.storage.ledger.entries(log, index, index + 1);
    const path = await inclusionOf(vault, log, index, size);
    before.push({
      ...{ index, leaf: base64url(found!.leaf), path: path.map((step) => base64url(step)) },
      ...{ common: null, items: [] },
    });
  }
  return { erased, before };
}

const annexOf = (proof: { readonly items: readonly { readonly part: string }[] }): Hash[] =>
  proof.items.flatMap(({ part }) => {
    const { annex } = JSON.parse(Buffer.from(part, 'base64url').toString('utf8')) as { annex: Hash | null };
    return annex ?? [];
  });

const kindOf = (asked: string) => (asked === 'list' ? 'list' : asked === 'audit' ? 'state' : 'release');

/** A search, print, export or copy at the client: the line stands before it happens. */
export async function declaration(vault: Vault, signed: Signed, body: z.infer<typeof postDeclaration>['body']) {
  const { practice, people, request } = signed;
  if (!request.payload.declared) throw vaultError('bad-request', 'a declaration says of itself that it is one');
  const asked = request.payload.items;
  const logItself = request.payload.class === 'audit';
  const whole = asked.length > 0 && asked.every(({ dossier, handle }) => dossier !== null && handle === null);
  if (logItself && !whole) throw vaultError('bad-request', 'who looked is taken along by dossier');
  let who = signed;
  const found = { decisions: [] as Decision[] };
  const line = await append(vault, {
    practice,
    log: people.log,
    request,
    keys: asked.flatMap((one) => [...(one.dossier ? [one.dossier] : []), ...(one.handle ? [one.handle] : [])]),
    before: async () => {
      who = await refresh(vault, signed);
    },
    plan: async (tx, at) => {
      const reading = await readFor(tx, practice, asked);
      const decisions = asked.map((one) => decide(questionFor({ ...who, at }, reading, one)));
      found.decisions = decisions;
      const { outcome, reason: why } =
        asked.length === 0 ? { outcome: 'success' as const, reason: null } : outcomeOf(decisions);
      const reason = why && shownReason(who, why);
      const annex = outcome === 'success' || body.annex !== null ? annexFor(request.payload, body.annex) : null;
      const items = asked.map((one, i) =>
        decidedItem(kindOf(request.payload.class), decisions[i]!, {
          dossier: one.dossier,
          handle: one.handle,
          object: request.hash,
          state: one.dossier === null ? null : (reading.dossiers.get(one.dossier)?.state ?? null),
          annex: annex?.hash ?? null,
        }),
      );
      return {
        common: commonOf(vault, people, request, at, { event: body.event, action: 'E', outcome, reason }),
        // Searching a list that is open already names no object of its own.
        items:
          items.length > 0
            ? items
            : [item({ kind: 'object', object: request.hash, checks: SIGNED_CHECKS, annex: annex?.hash ?? null })],
        annex,
      };
    },
  });
  const denied = found.decisions.find((one) => one.outcome === 'deny');
  if (denied?.outcome === 'deny') throw notAllowed(signed, denied.reason);
  return {
    line: proofOf(line),
    checkpoint: line.checkpoint,
    consistency: await consistencyTo(vault, people.log, request.payload.checkpoint?.size, line.size),
    dossiers: [],
  };
}
