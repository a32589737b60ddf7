/** "Mijn dossier": opened and proved here; the words are fetched. */

import { buildView, type CareRecord, type ProgrammeId, parseRecords, type ScopeId } from '@ketenkluis/care';
import {
  type Audit,
  declare,
  type OpenedDossier,
  type OwnDossier,
  openOwn,
  ownDossiersOf,
  ownLog,
  readContent,
  scopeContent,
} from '@ketenkluis/client';
import { hostingOf } from '@ketenkluis/client/hosting';
import { workplaceError } from '../errors.ts';
import type { OwnRecord, OwnSide, OwnView, Text } from '../model.ts';
import type { Inside } from './inside.ts';
import type { Surroundings } from './people.ts';

export async function mine(inside: Inside): Promise<OwnDossier> {
  const [own] = await ownDossiersOf(inside.session);
  if (own === undefined) throw workplaceError('denied', 'no dossier is yours here', { detail: { reason: 'gone' } });
  return own;
}

const text = (nl: string, en = nl): Text => ({ nl, en });

interface Read {
  readonly record: OwnRecord | null;
  readonly scopes: ReadonlyMap<string, ScopeId>;
}
function read({ parts }: OpenedDossier): Read {
  const scopes = new Map<string, ScopeId>();
  const records: CareRecord[] = [];
  const programmes = new Set<ProgrammeId>();
  let asOf: OwnRecord['asOf'] | null = null;
  for (const part of parts) {
    if (part.outcome !== 'permit' || part.envelope.type !== 'fhir') continue;
    const content = readContent(scopeContent, part.content);
    scopes.set(part.handle, content.scope as ScopeId);
    // The summary for emergencies repeats what the other parts hold.
    if (content.scope === 'emergency') continue;
    for (const one of content.programmes) programmes.add(one as ProgrammeId);
    records.push(...parseRecords(content.records));
    if (asOf === null || content.asOf > asOf) asOf = content.asOf;
  }
  if (asOf === null) return { record: null, scopes };
  const view = buildView(records, [...programmes], asOf);
  return {
    scopes,
    record: {
      asOf,
      name: [view.identity?.given, view.identity?.family].filter((one) => one !== undefined).join(' ') || null,
      problems: view.problems.map(({ names, onset }) => ({ name: names, more: onset ? text(onset) : null })),
      medication: view.medication.filter(({ inUse }) => inUse).map(({ name }) => ({ name: text(name), more: null })),
      allergies: view.allergies.map(({ names }) => ({ name: names, more: null })),
      measurements: view.series.flatMap(({ names, unit, points }) => {
        const last = points.find(({ usable }) => usable);
        if (last === undefined) return [];
        return [{ name: names, more: unit === undefined ? null : text(unit), value: last.text, date: last.date }];
      }),
    },
  };
}

export const ownSide = ({ open }: Surroundings): OwnSide => ({
  open: () => open(openView),
  declareCopy: () => open(declareCopy),
});

/** The log that was proved for the screen: what is asked of a line is asked of that reading. */
const logs = new WeakMap<Inside, { readonly own: OwnDossier; readonly log: Audit }>();
export async function openedOwn(inside: Inside): Promise<{ readonly own: OwnDossier; readonly log: Audit }> {
  const held = logs.get(inside);
  if (held !== undefined) return held;
  const own = await mine(inside);
  const read = { own, log: await ownLog(inside.session, own) };
  logs.set(inside, read);
  return read;
}

async function openView(inside: Inside): Promise<OwnView> {
  const own = await mine(inside);
  const { session } = inside;
  const { record, scopes } =
    own.handles.length === 0 ? { record: null, scopes: new Map<string, ScopeId>() } : read(await openOwn(session, own));
  const log = await ownLog(session, own);
  logs.set(inside, { own, log });
  const people = await session.people();
  const programs = new Set<string>(
    people
      .cards(session.now())
      .filter(({ kind }) => kind === 'agent' || kind === 'vault')
      .map(({ subject }) => subject),
  );
  const { inWords } = await import('./own-words.ts');
  const looks = inWords(log, { practice: session.practice, scopes, programs });
  const place = await hostingOf(session);
  return { as: own.as, record, looks, proved: log.complete, place };
}

async function declareCopy(inside: Inside): Promise<void> {
  const own = await mine(inside);
  const [handle = null] = own.handles;
  const items = [{ dossier: own.dossier, handle, facts: [own.own, ...own.facts] }];
  await declare(inside.session, { event: 'export', items, class: 'own', about: { purpose: 'eigen afschrift' } });
}
