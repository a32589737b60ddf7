/** One dossier: opened, shown, written to. Its plaintext lives in the answer only. */

import type { DossierId, FactId, HandleId, LocalDate, TeamId } from '@ketenkluis/base';
import { type CareRecord, type WorklistRow as CareRow, parseRecords, type RoleId } from '@ketenkluis/care';
import {
  type NoteContent,
  type OpenedPart,
  openDossier,
  readContent,
  SAID,
  scopeContent,
  takeOver,
  writeNote,
} from '@ketenkluis/client';
import { workplaceError } from '../errors.ts';
import type { DeniedPart, Dossier, Note } from '../model.ts';
import { dossier as dossierView } from './care-view.ts';
import { about, type Inside, nameOf } from './inside.ts';
import { lists, lookGround, partName, rowOf, wanted } from './lists.ts';
import { rememberGender } from './referrals.ts';

/** Roles whose team gets a write fact with the standing relation; the vault decides again at every note. */
const WRITERS: ReadonlySet<RoleId> = new Set(['gp', 'poh-s']);

type Permitted = Extract<OpenedPart, { outcome: 'permit' }>;
interface Ground {
  readonly parent: HandleId;
  readonly teams: readonly { readonly team: TeamId; readonly step: FactId }[];
}

/** Through which part and teams each dossier was opened last: what a new note hangs under. Ids only. */
const grounds = new WeakMap<Inside, Map<DossierId, Ground>>();

function groundOf(parts: readonly Permitted[]): Ground | null {
  const usable = parts.filter(({ grant }) => grant.fact !== null);
  const [first] = usable;
  if (first === undefined) return null;
  const teams = new Map(usable.map(({ grant }) => [grant.team, grant.fact as FactId]));
  return { parent: first.handle, teams: [...teams].map(([team, step]) => ({ team, step })) };
}

const isNote = (content: unknown): content is NoteContent =>
  typeof content === 'object' && content !== null && 'text' in content && typeof content.text === 'string';

function noteOf(inside: Inside, part: Permitted): Note {
  const { content, envelope } = part;
  if (!isNote(content)) throw workplaceError('not-proved', 'a note is not in the form of a note');
  return {
    handle: part.handle,
    text: content.text,
    author: nameOf(inside.names, envelope.writer)?.name ?? envelope.writer.slice(0, 9),
    at: envelope.at,
    mine: envelope.writer === inside.me.person,
  };
}

async function openNotes(inside: Inside, row: CareRow, handles: readonly HandleId[]): Promise<Note[]> {
  if (handles.length === 0) return [];
  const opened = await openDossier(inside.session, {
    dossier: row.dossier,
    handles,
    facts: row.facts.slice(0, 16),
    about: about(inside, 'notities lezen'),
  });
  return opened.parts
    .filter((part) => part.outcome === 'permit')
    .filter(({ envelope }) => envelope.type === 'note')
    .map((part) => noteOf(inside, part))
    .sort((a, b) => b.at - a.at);
}

export async function openOne(inside: Inside, id: DossierId): Promise<Dossier> {
  const row = await rowOf(inside, id);
  const searchTerm = inside.searched;
  inside.searched = null;
  const purpose = inside.because === null ? 'zorg aan de patient' : SAID[inside.because];
  inside.because = null;
  const opened = await openDossier(inside.session, {
    dossier: id,
    handles: wanted(row).map(({ handle }) => handle),
    facts: row.facts.slice(0, 16),
    about: about(inside, purpose, {
      ground: await lookGround(inside, id),
      ...(searchTerm === null ? {} : { searchTerm }),
    }),
  });
  const permitted = opened.parts.filter((part) => part.outcome === 'permit');
  const denied: DeniedPart[] = opened.parts
    .filter((part) => part.outcome === 'deny')
    .map((part) => ({ part: partName(row, part.handle), reason: part.reason }));
  if (permitted.length === 0) {
    throw workplaceError('denied', 'no part of this dossier opens', {
      detail: { reason: denied[0]?.reason ?? 'unknown' },
    });
  }
  const records: CareRecord[] = [];
  let asOf: LocalDate | null = null;
  for (const part of permitted) {
    if (part.envelope.type !== 'fhir') continue;
    const content = readContent(scopeContent, part.content);
    records.push(...parseRecords(content.records));
    if (asOf === null || content.asOf > asOf) asOf = content.asOf;
  }
  const { asOf: listed, roles } = await lists(inside);
  const ground = roles.some((role) => WRITERS.has(role)) ? groundOf(permitted) : null;
  const known = grounds.get(inside) ?? new Map<DossierId, Ground>();
  grounds.set(inside, known);
  if (ground) known.set(id, ground);
  const view = dossierView({
    row,
    records,
    asOf: asOf ?? listed,
    confirmation: opened.confirmation,
    notes: await openNotes(inside, row, opened.notes),
    denied,
    mayWrite: ground !== null,
    mayRefer: ground !== null,
    roles,
  });
  rememberGender(inside, id, view.gender);
  return view;
}

export async function write(inside: Inside, id: DossierId, text: string): Promise<Note> {
  const row = await rowOf(inside, id);
  const ground = grounds.get(inside)?.get(id);
  if (ground === undefined) throw workplaceError('failed', 'open the dossier before writing in it');
  const { handle } = await writeNote(inside.session, {
    dossier: id,
    ...ground,
    facts: row.facts.slice(0, 16),
    text,
    about: about(inside, 'notitie'),
  });
  return { handle, text, author: inside.me.name, at: inside.session.now(), mine: true };
}

export async function taken(inside: Inside, id: DossierId, handle: HandleId): Promise<void> {
  const row = await rowOf(inside, id);
  await takeOver(inside.session, {
    dossier: id,
    handle,
    facts: row.facts.slice(0, 16),
    about: about(inside, 'overgenomen in het HIS'),
  });
}
