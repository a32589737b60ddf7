/** "Wie keek?" in words: the client proved the lines; here they get names. */

import type { DossierId, Instant } from '@ketenkluis/base';
import type { WorklistRow as CareRow } from '@ketenkluis/care';
import { type Audit, type AuditLine, audit } from '@ketenkluis/client';
import type { Look, LookKind, Looks, Text } from '../model.ts';
import { about, type Inside, nameOf } from './inside.ts';
import { partName, rowOf } from './lists.ts';
import { partnerName, partnersSeen } from './partners.ts';
import { standingOf } from './standing.ts';

const NOTES: Text = { nl: 'Notities en berichten', en: 'Notes and messages' };
const KIND: Readonly<Record<string, LookKind>> = {
  release: 'look',
  emergency: 'emergency',
  refer: 'referred',
  end: 'ended',
  consent: 'consent',
  call: 'handed',
  review: 'reviewed',
  told: 'told',
  petition: 'asked',
  answer: 'answered',
  access: 'audit',
  list: 'list',
  write: 'write',
  'taken-over': 'takeover',
  commit: 'delivery',
  snapshot: 'delivery',
  'log-read': 'audit',
  search: 'declared',
  print: 'declared',
  export: 'declared',
  copy: 'copied',
};

/** By somebody who treats this patient: parts have their names. */
export async function looks(inside: Inside, dossier: DossierId): Promise<Looks> {
  const row = await rowOf(inside, dossier);
  return inWords(inside, await audit(inside.session, { dossier, about: about(inside, 'wie keek?') }), row);
}

/** By somebody who oversees: no part has a name, and what was said of each look can be read. */
export const overseen = async (inside: Inside, dossier: DossierId): Promise<Looks> =>
  inWords(inside, await audit(inside.session, { dossier, about: about(inside, 'toezicht op wie keek') }), null);

/** `row` null: nothing of the record may be named. */
async function inWords(inside: Inside, found: Audit, row: CareRow | null): Promise<Looks> {
  const people = await inside.session.people();
  const agents = new Set(
    people
      .cards(inside.session.now())
      .filter(({ kind }) => kind === 'agent')
      .map(({ subject }) => subject),
  );
  const elsewhere = found.lines.some(
    ({ organisation }) => organisation !== null && organisation !== people.organisation,
  );
  const partners = elsewhere ? await partnersSeen(inside) : [];
  const who = (line: AuditLine): Look['who'] => {
    if (line.who === null) return null;
    if (agents.has(line.who)) {
      return { name: 'Praktijkagent', role: { nl: 'programma in de praktijk', en: 'program in the practice' } };
    }
    const known = nameOf(inside.names, line.who);
    const theirs = partners.find(({ organisation }) => organisation === line.organisation);
    return (
      known ?? (theirs === undefined ? null : { name: partnerName(theirs), role: { nl: 'partner', en: 'partner' } })
    );
  };
  const parts = (line: AuditLine): Text[] => {
    if (row === null) return [];
    const names = new Map<string, Text>();
    for (const handle of line.handles) {
      // What is no part of the row hangs under one: a note, perhaps gone since.
      const name = partName(row, handle) ?? (line.event === 'commit' ? null : NOTES);
      if (name !== null) names.set(name.nl, name);
    }
    return [...names.values()];
  };
  /** Joining and leaving a team's list are lines of their own; the list is no part of the record. */
  const kindOf = ({ event, kinds, handles }: AuditLine): LookKind => {
    const all = (one: AuditLine['kinds'][number]) => kinds.length > 0 && kinds.every((kind) => kind === one);
    const onlyList = row !== null && handles.every((handle) => partName(row, handle) === null);
    if (event === 'commit' && (onlyList || row === null) && all('member')) return 'listed';
    if (event === 'commit' && onlyList && all('drop')) return 'unlisted';
    return KIND[event ?? ''] ?? 'change';
  };
  const lines = found.lines.map(
    (line): Look => ({
      entry: `${line.index}`,
      at: line.at ?? (0 as Instant),
      kind: kindOf(line),
      outcome: line.outcome === 'success' ? 'permit' : 'deny',
      who: who(line),
      me: line.who === inside.me.person,
      parts: parts(line),
      assumed: (line.assumed && line.at && people.assumptionAt(line.assumed, line.at)?.ground) || null,
      said:
        row !== null || line.annex === null
          ? null
          : { purpose: line.annex.purpose, reason: line.annex.reason, search: line.annex.searchTerm },
      proof: { index: line.index, leaf: line.proof.leaf, path: line.proof.path },
    }),
  );
  return {
    lines: lines.sort((a, b) => b.proof.index - a.proof.index),
    verdict: found.complete ? 'proved' : 'failed',
    checkpoint: found.checkpoint,
    size: found.size,
    standing: standingOf(found.standing),
  };
}
