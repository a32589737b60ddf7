/** What this practice knows of its partners: their facts and the directories that were brought (docs/spec/partners.md). */

import type { OrganisationId } from '@ketenkluis/base';
import type { partners as partnersMessage, postPartnerDirectory } from '@ketenkluis/protocol';
import { type Hash, type Statement, statementsFromWire, statementsToWire } from '@ketenkluis/seal';
import type { z } from 'zod';
import { aboutThePractice } from './admin.ts';
import { type Caller, denied, type Signed } from './auth.ts';
import { vaultError } from './errors.ts';
import { append, commonOf, item, SIGNED_CHECKS } from './lines.ts';
import { partnerDirectory } from './people.ts';
import { consistencyTo, proofOf } from './proofs.ts';
import { appendPartner, partnerStatements } from './storage/partners.ts';
import { getStatements, parseRows } from './storage/statements.ts';
import type { Vault } from './vault.ts';

const bad = (why: string) => vaultError('bad-statement', why);

/** Every organisation that is or was a partner: keys and random ids, nothing of any patient. */
export async function listPartners(
  vault: Vault,
  { practice, people }: Caller,
): Promise<z.infer<typeof partnersMessage>> {
  const newest = new Map<OrganisationId, Hash>();
  for (const { fact, hash } of people.facts) if (fact.kind === 'partner') newest.set(fact.organisation, hash);
  return vault.storage.read(async (tx) => {
    const rows = await getStatements(tx, practice, [...newest.values()]);
    const directories = await partnerStatements(tx, practice);
    const partners = [];
    for (const [organisation, hash] of newest) {
      const row = rows.get(hash);
      if (!row) throw vaultError('internal', 'a partner fact is missing; run fsck');
      const [fact] = await parseRows(tx, practice, [row]);
      const wire = statementsToWire([fact!, ...(directories.get(organisation) ?? [])]);
      const [first, ...statements] = wire.statements;
      partners.push({ organisation, fact: first!, statements, batches: wire.batches });
    }
    return { partners };
  });
}

/** An owner brings a partner's directory, whole: it begins with what is known, and holds the record that was compared. */
export async function bringDirectory(vault: Vault, signed: Signed, body: z.infer<typeof postPartnerDirectory>['body']) {
  const { practice, request } = signed;
  const decision = aboutThePractice(signed);
  if (decision.outcome === 'deny') throw await denied(vault, signed, decision.reason);
  const { organisation } = body;
  const brought = statementsFromWire(body);
  const made = { fresh: [] as readonly Statement[], after: 0 };
  const line = await append(vault, {
    practice,
    log: signed.people.log,
    request,
    keys: ['directory', `partner/${organisation}`],
    before: async (at) => {
      const people = (await vault.people.of(practice)) ?? signed.people;
      const fact = people.keys.partners(at).find((one) => one.organisation === organisation);
      if (!fact) throw bad('no live partner fact names this organisation');
      const known = (await vault.storage.read((tx) => partnerStatements(tx, practice))).get(organisation) ?? [];
      if (brought.length < known.length || known.some(({ hash }, i) => hash !== brought[i]!.hash))
        throw vaultError('conflict', 'this directory does not begin with what is known of the partner');
      const directory = await partnerDirectory(organisation, brought, vault.verifier);
      if (!directory.holdsAuthority(fact.authority)) throw bad('this directory is not the one that was compared');
      if (people.keys.claimsOthers(directory)) throw bad('this directory names people of another partner');
      Object.assign(made, { fresh: brought.slice(known.length), after: known.length });
    },
    plan: async (_tx, at) => ({
      common: commonOf(vault, signed.people, request, at, { event: 'partner', action: 'U', outcome: 'success' }),
      items: [item({ kind: 'object', object: brought.at(-1)!.hash, checks: SIGNED_CHECKS })],
      effect: (write) => appendPartner(write, practice, organisation, made.after, made.fresh),
    }),
  });
  vault.people.forget(practice);
  return {
    line: proofOf(line),
    checkpoint: line.checkpoint,
    consistency: await consistencyTo(vault, signed.people.log, request.payload.checkpoint?.size, line.size),
    dossiers: [],
  };
}
