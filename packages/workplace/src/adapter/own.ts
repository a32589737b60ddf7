/** "Mijn dossier": opened and proved here; the words are fetched. */

import type { HandleId } from '@ketenkluis/base';
import { buildView, type CareRecord, type ProgrammeId, parseRecords, type ScopeId } from '@ketenkluis/care';
import {
  type Audit,
  declare,
  groundsOf,
  type LegendContent,
  legendContent,
  type OpenedDossier,
  type OwnDossier,
  openOwn,
  openWhole,
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
  /** What ids are called; none before the next delivery. */
  readonly legend: LegendContent | null;
}
function read({ parts }: OpenedDossier): Read {
  const scopes = new Map<string, ScopeId>();
  const records: CareRecord[] = [];
  const programmes = new Set<ProgrammeId>();
  let asOf: OwnRecord['asOf'] | null = null;
  let legend: LegendContent | null = null;
  for (const part of parts) {
    if (part.outcome === 'permit' && part.envelope.type === 'legend') legend = readContent(legendContent, part.content);
    if (part.outcome !== 'permit' || part.envelope.type !== 'fhir') continue;
    const content = readContent(scopeContent, part.content);
    scopes.set(part.handle, content.scope as ScopeId);
    // The summary for emergencies repeats what the other parts hold.
    if (content.scope === 'emergency') continue;
    for (const one of content.programmes) programmes.add(one as ProgrammeId);
    records.push(...parseRecords(content.records));
    if (asOf === null || content.asOf > asOf) asOf = content.asOf;
  }
  if (asOf === null) return { record: null, scopes, legend };
  const view = buildView(records, [...programmes], asOf);
  return {
    scopes,
    legend,
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

export function ownSide({ open }: Surroundings): OwnSide {
  const said = (act: (words: typeof import('./own-access.ts'), inside: Inside, own: OwnDossier) => Promise<void>) =>
    open(async (inside) => act(await import('./own-access.ts'), inside, await mine(inside)));
  return sideOf(open, said);
}

type Said = (
  act: (words: typeof import('./own-access.ts'), inside: Inside, own: OwnDossier) => Promise<void>,
) => Promise<void>;
const sideOf = (open: Surroundings['open'], said: Said): OwnSide => ({
  open: () => open(openView),
  declareCopy: () => open(declareCopy),
  agree: (partner, parts) =>
    said(async (words, inside, own) => {
      const { scopes } = read(await openOwn(inside.session, own));
      const all = [...scopes].flatMap(([handle, scope]) => (scope === 'emergency' ? [] : [handle as HandleId]));
      await words.agreeHere(inside, own, partner, parts.length > 0 ? parts : all);
    }),
  takeBack: (partner) => said((words, inside, own) => words.takeBackHere(inside, own, partner)),
  shut: (whom, parts) =>
    said(async (words, inside, own) => {
      const byRole = typeof whom === 'object' && 'role' in whom;
      const legend = byRole ? read(await openOwn(inside.session, own)).legend : null;
      await words.shutHere(inside, own, legend, whom, parts);
    }),
  unshut: (fact) => said((words, inside, own) => words.unshutHere(inside, own, fact)),
});

/** The log that was proved for the screen: what is asked of a line is asked of that reading. */
const logs = new WeakMap<Inside, { readonly own: OwnDossier; readonly log: Audit; readonly whole: boolean }>();
export async function openedOwn(inside: Inside): Promise<{ readonly own: OwnDossier; readonly log: Audit }> {
  const held = logs.get(inside);
  if (held !== undefined) return held;
  const own = await mine(inside);
  const read = { own, log: await ownLog(inside.session, own), whole: false };
  logs.set(inside, read);
  return read;
}

async function openView(inside: Inside): Promise<OwnView> {
  const { session } = inside;
  const { own, opened, access, log, whole } = await openWhole(session, await mine(inside));
  const nothing: Read = { record: null, scopes: new Map<string, ScopeId>(), legend: null };
  const { record, scopes, legend } = opened === null ? nothing : read(opened);
  logs.set(inside, { own, log, whole });
  const people = await session.people();
  const programs = new Set<string>(
    people
      .cards(session.now())
      .filter(({ kind }) => kind === 'agent' || kind === 'vault')
      .map(({ subject }) => subject),
  );
  const { inWords } = await import('./own-words.ts');
  const grounds = await groundsOf(session, { access, legend, lines: log.lines });
  const called = new Map<string, string>(
    (legend?.partners ?? []).map(({ organisation, name }) => [organisation, name]),
  );
  const looks = inWords(log, { practice: session.practice, scopes, programs, grounds, called });
  const place = await hostingOf(session);
  const { accessView } = await import('./own-access.ts');
  return {
    ...{ as: own.as, record, looks, proved: log.complete, place },
    access: access === null ? null : await accessView(inside, own, { access, legend, scopes, log }),
  };
}

/** Of what is on the screen; where something may be missing in it there is no copy that looks like all of it. */
async function declareCopy(inside: Inside): Promise<void> {
  const own = await mine(inside);
  if (!logs.get(inside)?.whole) throw workplaceError('not-proved', 'what was read may not be all there is');
  const [handle = null] = own.handles;
  const items = [{ dossier: own.dossier, handle, facts: [own.own, ...own.facts] }];
  await declare(inside.session, { event: 'export', items, class: 'own', about: { purpose: 'eigen afschrift' } });
}
