/** What a session may read without asking for content: the directory, itself, the heads, the mirror, the log's lines. */

import { base64url, type DossierId, type OrganisationId, type TeamId } from '@ketenkluis/base';
import { decodeEntry } from '@ketenkluis/ledger';
import type { directory as directoryMessage, heads as headsMessage, me as meMessage } from '@ketenkluis/protocol';
import { asEpochWraps, epochRecipients, signersOf } from '@ketenkluis/seal';
import type { z } from 'zod';
import type { Caller } from './auth.ts';
import { vaultError } from './errors.ts';
import { requireAgentOrOwner } from './mirror.ts';
import { checkpointOf, consistencyTo, inclusionOf, proofOf } from './proofs.ts';
import { newestSnapshot } from './questions.ts';
import { batchesFor, byPlace, getStatements, parseRows, type StatementRow, toWire } from './storage/statements.ts';
import type { Tx } from './storage/storage.ts';
import type { Vault } from './vault.ts';

type Directory = z.infer<typeof directoryMessage>;

/** One page; statements of the directory are never removed, so that their order numbers them. */
export async function directory(
  vault: Vault,
  caller: Caller,
  { from, after, limit }: { readonly from?: number | undefined; readonly after: number; readonly limit: number },
): Promise<Directory> {
  const { practice, people } = caller;
  const { note, size } = await checkpointOf(vault, people.log);
  const { rows, batches, more } = await vault.storage.read(async (tx) => {
    const ahead = await tx
      .selectFrom('statement')
      .selectAll()
      .where('practice', '=', practice)
      .where('directory', '=', 1)
      .where('line', '<', size)
      .orderBy('line')
      .orderBy('item')
      .limit(limit + 1)
      .offset(after)
      .execute();
    const found = ahead.slice(0, limit);
    return { rows: found, batches: await batchesFor(tx, practice, found), more: ahead.length > limit };
  });
  const entries: Directory['entries'] = [];
  for (const [line, ofLine] of Map.groupBy(rows, (row) => row.line)) {
    const [stored] = await vault.storage.ledger.entries(people.log, line, line + 1);
    if (!stored) throw vaultError('internal', 'a line of the log is missing; run fsck');
    const { parts, salts, leaf } = decodeEntry(stored.stored);
    const proof = await inclusionOf(vault, people.log, line, size);
    const whole = { parts, salts, index: line, leaf, proof };
    for (const row of ofLine)
      entries.push({ statement: toWire(row), line: proofOf(whole, [row.item]), ended: row.ended !== null });
  }
  return {
    entries,
    next: more ? after + limit : null,
    batches,
    checkpoint: note,
    consistency: await consistencyTo(vault, people.log, from, size),
    log: { origin: people.log, key: await vault.keys.vkey(people.log) },
  };
}

export async function me(vault: Vault, { practice, people, session }: Caller): Promise<z.infer<typeof meMessage>> {
  const person = session.person;
  const at = vault.clock();
  const memberships = people.keys.memberships(at).filter((fact) => fact.person === person);
  // A substitute gets the team's key only while the place stands, and no lists.
  const places = people.keys
    .placesOf(person, at)
    .filter((place) => !memberships.some((fact) => fact.team === place.team));
  const owns = people.keys.owns(at).filter((fact) => fact.person === person);
  return vault.storage.read(async (tx) => {
    const stored = await tx.selectFrom('wraps').selectAll().where('practice', '=', practice).execute();
    const mine = new Map(stored.map((row) => [row.hash, row.bytes]));
    const handles = await tx
      .selectFrom('handle')
      .selectAll()
      .where('practice', '=', practice)
      .where('team', 'is not', null)
      .where('state', '=', 'live')
      .execute();
    const names = await tx
      .selectFrom('name')
      .select(['person', 'sealed'])
      .where('practice', '=', practice)
      .where('reader', '=', person)
      .orderBy('person')
      .limit(500)
      .execute();
    return {
      person,
      names: names.map((one) => ({ person: one.person, sealed: base64url(one.sealed) })),
      teams: [...memberships, ...places, ...owns].map(({ team, id, kind }) => ({
        team,
        membership: id,
        wraps: wrapsFor(
          people.keys.epochOf(team)?.payload.number ?? -1,
          (number) => people.keys.epochNumber(team, number)?.wraps,
        )
          .flatMap((hash) => mine.get(hash) ?? [])
          .filter((bytes) => epochRecipients(asEpochWraps(bytes)).includes(person))
          .map((bytes) => base64url(bytes)),
        handles: handles.flatMap((row) =>
          row.team === team && row.slot && kind === 'membership'
            ? [{ slot: row.slot, handle: row.handle, version: row.version }]
            : [],
        ),
      })),
    };
  });
}

const KEPT_EPOCHS = 16;
const wrapsFor = <T>(newest: number, of: (number: number) => T | undefined): T[] => {
  const out: T[] = [];
  for (let number = newest; number >= 0 && out.length < KEPT_EPOCHS; number--) {
    const hash = of(number);
    if (hash !== undefined) out.push(hash);
  }
  return out;
};

/** Agents compare with it before they seal; it names no content and no person. */
export async function heads(vault: Vault, caller: Caller): Promise<z.infer<typeof headsMessage>> {
  requireAgentOrOwner(vault, caller);
  const { practice } = caller;
  return vault.storage.read(async (tx) => {
    const dossiers = await tx.selectFrom('dossier').selectAll().where('practice', '=', practice).execute();
    const handles = await tx
      .selectFrom('handle')
      .selectAll()
      .where('practice', '=', practice)
      .where('state', '=', 'live')
      .execute();
    const granted = await tx
      .selectFrom('granted')
      .select(['descriptor', 'team'])
      .where('practice', '=', practice)
      .execute();
    const listed = await tx
      .selectFrom('list_row')
      .select(['team', 'dossier'])
      .where('practice', '=', practice)
      .execute();
    const live = dossiers.filter((row) => row.ended === 0);
    const facts = await liveFacts(
      tx,
      practice,
      live.map((row) => row.dossier),
    );
    const given = await givenIn(tx, caller);
    const teams = Map.groupBy(granted, (row) => row.descriptor);
    const byDossier = Map.groupBy(handles, (row) => row.dossier);
    const states = await tx
      .selectFrom('statement')
      .selectAll()
      .where('practice', '=', practice)
      .where('type', '=', 'state')
      .orderBy('line')
      .execute();
    const steps = new Map(states.map((row) => [row.dossier, row]));
    const newest = await newestSnapshot(tx, practice);
    const snapshot = newest && (await getStatements(tx, practice, [newest.hash])).get(newest.hash);
    return {
      dossiers: live.map(({ dossier, changed, state }) => ({
        dossier,
        seq: changed,
        state,
        transition: steps.has(dossier) ? toWire(steps.get(dossier)!) : null,
        handles: (byDossier.get(dossier) ?? []).map((row) => ({
          handle: row.handle,
          version: row.version,
          descriptor: row.descriptor,
          class: row.class,
          parent: row.parent,
          teams: (teams.get(row.descriptor) ?? []).map(({ team }) => team),
        })),
        given: (given.byDossier.get(dossier) ?? []).map(toWire),
        facts: facts.get(dossier) ?? [],
      })),
      ended: dossiers.filter((row) => row.ended === 1).map((row) => row.dossier),
      teams: (byDossier.get(null) ?? []).map((row) => ({
        team: row.team as TeamId,
        handle: row.handle,
        version: row.version,
        descriptor: row.descriptor,
        slot: row.slot ?? '',
        listed: row.slot === 'worklist' ? listed.filter((one) => one.team === row.team).map((one) => one.dossier) : [],
      })),
      snapshot: snapshot ? toWire(snapshot) : null,
      batches: await batchesFor(tx, practice, [...(snapshot ? [snapshot] : []), ...steps.values(), ...given.rows]),
    };
  });
}

/**
 * What professionals stated and handed on for partners: facts of partners' teams and consents that were not withdrawn, and the grants
 * for those teams. No restriction: that is for the vault's decision, the patient and the auditor.
 */
async function givenIn(tx: Tx, { practice, people }: Caller) {
  const teams = [...new Set(people.facts.flatMap(({ fact }) => (fact.kind === 'partner' ? fact.teams : [])))];
  const facts = await tx
    .selectFrom('fact')
    .select('hash')
    .where('practice', '=', practice)
    .where('ended', 'is', null)
    .where('dossier', 'is not', null)
    .where((eb) => eb.or([eb('kind', '=', 'consent'), ...(teams.length ? [eb('team', 'in', teams)] : [])]))
    .execute();
  const grants = teams.length
    ? await tx
        .selectFrom('granted')
        .select('grant_hash')
        .distinct()
        .where('practice', '=', practice)
        .where('team', 'in', teams)
        .execute()
    : [];
  const hashes = [...facts.map(({ hash }) => hash), ...grants.map((row) => row.grant_hash)];
  const rows: StatementRow[] = [];
  const CHUNK = 5000;
  for (let from = 0; from < hashes.length; from += CHUNK)
    rows.push(...(await getStatements(tx, practice, hashes.slice(from, from + CHUNK))).values());
  rows.sort(byPlace);
  const parsed = await parseRows(tx, practice, rows);
  const byPeople = rows.filter((_, i) => {
    return signersOf(parsed[i]!).every((by) => people.keys.cardStatement(by)?.payload.kind !== 'agent');
  });
  return { rows: byPeople, byDossier: Map.groupBy(byPeople, (row) => row.dossier) };
}

async function liveFacts(tx: Tx, practice: OrganisationId, dossiers: readonly DossierId[]) {
  const all = new Map<DossierId, { fact: Id; kind: Kind; statement: Hash }[]>();
  const CHUNK = 1000;
  for (let from = 0; from < dossiers.length; from += CHUNK) {
    const rows = await tx
      .selectFrom('fact')
      .select(['dossier', 'fact', 'kind', 'hash'])
      .where('practice', '=', practice)
      .where('dossier', 'in', dossiers.slice(from, from + CHUNK))
      .where('kind', '!=', 'call')
      .where('ended', 'is', null)
      .execute();
    for (const { dossier, fact, kind, hash } of rows) {
      if (dossier !== null) all.set(dossier, [...(all.get(dossier) ?? []), { fact, kind, statement: hash }]);
    }
  }
  return all;
}
type Fact = z.infer<typeof headsMessage>['dossiers'][number]['facts'][number];
type Id = Fact['fact'];
type Kind = Fact['kind'];
type Hash = Fact['statement'];
