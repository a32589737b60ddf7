/**
 * Who asked for a decision about sharing, and who changed one (R37; docs/spec/own.md, "Who asked, who changed"): from proved lines alone,
 * held against the facts that still stand. Roles and organisations, no people (R54).
 */

import type { FactId, HandleId, Instant, OrganisationId } from '@ketenkluis/base';
import type { FactOf } from '@ketenkluis/seal';
import type { Access } from './access.ts';
import type { AuditLine } from './audit.ts';
import { isOwnReading } from './own-words.ts';

/**
 * `asked`: a colleague asked and wrote down the yes; `assumed`: they took it that there was one. `agreed`, `shut`: said at the desk or on the
 * own device. `taken`: what was said before was taken back, a yes or something shut. `ended`: a colleague closed what rested on it. `changed`:
 * what it was has gone since, and nobody can tell here any more.
 */
export type ConsentDeed = 'asked' | 'assumed' | 'agreed' | 'shut' | 'taken' | 'ended' | 'changed';

export interface ConsentChange {
  readonly line: number;
  readonly at: Instant;
  readonly deed: ConsentDeed;
  /** The patient or who stands in; somebody of the practice; its program. */
  readonly by: 'patient' | 'representative' | 'colleague' | 'program';
  /** As the colleague's own program said it; null where that does not open here. */
  readonly role: string | null;
  /** What the colleague's program said it was for. */
  readonly purpose: string | null;
  /** To whom, or whom not: an organisation, a team, or everybody outside; null where the fact has gone. */
  readonly whom: OrganisationId | FactOf<'restriction'>['excluded'] | null;
  /** Null: everything; left out where the fact has gone. */
  readonly handles?: readonly HandleId[] | null;
  /** The line that ended it; null: it stands, or only ended something itself. */
  readonly over: number | null;
}

const EVENTS: ReadonlySet<string> = new Set(['refer', 'consent', 'end']);

/** Newest first. A line that does not prove is none of them: the log shows it as such. */
export function consentChanges(
  lines: readonly AuditLine[],
  access: Pick<Access, 'facts'> | null,
  isProgram: (person: string) => boolean,
): readonly ConsentChange[] {
  const live = new Map<string, Access['facts'][number]['fact']>(
    (access?.facts ?? []).map(({ fact }) => [fact.id, fact]),
  );
  const proved = lines.filter(({ verified, outcome, line }) => verified && outcome === 'success' && line !== null);
  /** What each line ended, by the fact. */
  const ended = new Map<FactId, number>();
  for (const line of proved) for (const id of factsIn(line, 'withdrawal')) ended.set(id, line.index);
  return proved
    .flatMap((line) => {
      const program = line.who !== null && isProgram(line.who);
      const stated = factsIn(line, 'fact');
      const said = stated.flatMap((id) => {
        const fact = live.get(id);
        return fact?.kind === 'consent' || fact?.kind === 'restriction' ? [fact] : [];
      });
      // A program writes down facts of many kinds: only those that stand are known to be about sharing.
      if (line.at === null || line.event === null || (program ? said.length === 0 : !EVENTS.has(line.event))) return [];
      const found = said.map((fact) => ({ deed: deedOf(line, fact), ...whomOf(fact), over: null }));
      const took = factsIn(line, 'withdrawal').length > 0;
      const over = stated.map((id) => ended.get(id)).find((one) => one !== undefined) ?? null;
      const deeds = found.length > 0 ? found : [{ deed: goneDeed(line, stated.length > 0, took), whom: null, over }];
      return deeds.map((one): ConsentChange => ({ ...one, ...byOf(line, program), line: line.index, at: line.at! }));
    })
    .reverse();
}

const factsIn = ({ line }: AuditLine, kind: 'fact' | 'withdrawal'): FactId[] =>
  (line?.items ?? []).flatMap(({ item }) =>
    item.kind === kind && item.outcome === 'success' && item.facts[0] !== undefined ? [item.facts[0] as FactId] : [],
  );

function deedOf({ event }: AuditLine, fact: FactOf<'consent'> | FactOf<'restriction'>): ConsentDeed {
  if (fact.kind === 'restriction') return 'shut';
  if (fact.assumed !== undefined) return 'assumed';
  return event === 'refer' ? 'asked' : 'agreed';
}
const whomOf = (fact: FactOf<'consent'> | FactOf<'restriction'>) =>
  fact.kind === 'consent'
    ? { whom: fact.organisation, handles: fact.handles }
    : { whom: fact.excluded, handles: fact.handles };

/** Of a line whose facts have all gone. */
function goneDeed({ event }: AuditLine, stated: boolean, took: boolean): ConsentDeed {
  if (event === 'refer') return 'asked';
  if (event === 'end') return 'ended';
  return took && !stated ? 'taken' : 'changed';
}

function byOf(line: AuditLine, program: boolean): Pick<ConsentChange, 'by' | 'role' | 'purpose'> {
  if (program) return { by: 'program', role: null, purpose: null };
  if (isOwnReading(line)) {
    const by = line.annex?.role.code === 'representative' ? 'representative' : 'patient';
    return { by, role: null, purpose: null };
  }
  return { by: 'colleague', role: line.annex?.role.text ?? null, purpose: line.annex?.purpose ?? null };
}
