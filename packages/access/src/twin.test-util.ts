/**
 * The slow, obvious twin of `decide()`: yes or no over the same question, in a body of at most forty lines that share no code with it.
 * `live`: begun, not ended, not withdrawn. `here`: stated by this practice, and of this dossier if of any.
 */

import { DAY } from '@ketenkluis/base';
import type { Fact, FactKind, FactOf } from '@ketenkluis/seal';
import type { Question } from './index.ts';

/** Kinds of cards that may do this; where nothing is said a professional's. */
const kinds: Record<string, string> = { sync: 'ag', own: 'pa', say: 'pa', admin: 'pr tr', session: 'pr tr ag' };

export function twin({
  now,
  practice,
  actor: { person: me, organisation: home, session, owner },
  class: ask,
  item: { dossier, handle: part, team: list, state, writerClass: writer, parent },
  facts,
  card,
  grants,
  snapshot,
}: Question): boolean {
  const [own, known] = [home === practice, facts.flatMap(({ fact, ended }) => (ended === null ? [fact] : []))];
  const live = known.filter((f) => f.from <= now && now < (f.until ?? Infinity));
  const here = live.filter((f) => f.practice === practice && (!('dossier' in f) || f.dossier === dossier));
  const of = <K extends FactKind>(kind: K, all: Fact[] = here) => all.filter((f) => f.kind === kind) as FactOf<K>[];
  if (session !== 'open' || card === null || card.subject !== me || card.organisation !== home) return false;
  if (now < card.from || card.until <= now || !(kinds[ask] ?? 'pr').includes(card.kind.slice(0, 2))) return false;
  const sends = of('mandate').some((f) => f.agent === me) && (writer ?? 'source') === 'source';
  if (/^(se|sy|ad)/.test(ask)) return ask === 'session' || (own && (ask === 'sync' ? sends : owner));
  const has = (f: { team: string; id: string }) => grants.some((one) => one.team === f.team && one.fact === f.id);
  const [enrolled, whole] = [of('enrolment').length > 0, ask === 'own' && !part];
  const reads = of('own').some((f) => f.person === me && (whole || enrolled) && (!part || (ask === 'own' && has(f))));
  if (/own|say/.test(ask)) return own && (whole ? state !== 'unknown' : state === 'live') && reads;
  const mine = of('membership', live).filter((f) => f.person === me && f.practice === home);
  const members: string[] = mine.filter((f) => own || (f.until ?? Infinity) - f.from <= DAY).map((f) => f.team);
  const pools = of('pool', known).filter((p) => own && p.practice === practice && p.person === me);
  const poolOf = ({ pool: id, team }: FactOf<'substitute'>) => pools.find((p) => p.id === id && p.team === team);
  const called = of('substitute').filter((f) => f.person === me && (poolOf(f)?.from ?? Infinity) <= f.from);
  const stands: string[] = called.filter((f) => f.until <= poolOf(f)!.until).map((f) => f.team);
  const listed = grants.some(({ team, fact }) => fact === null && team === list && members.includes(team));
  if (ask === 'list') return own && listed && state === 'live' && dossier === null && part !== null;
  const names: string[] = [me, home, ...members, ...stands, ...(own ? [] : ['outside'])];
  const limits = of('restriction').filter((f) => names.includes(f.excluded));
  const shut = limits.some((f) => f.handles === null || f.handles.some((h) => h === part || h === parent));
  const treats = (team: string) => of('relation').some((f) => f.teams.some((one) => one === team));
  const seen = members.some((t) => treats(t) || (dossier !== null && of('oversight').some((f) => f.team === t)));
  if (ask === 'audit') return own && (!dossier || state !== 'unknown') && (owner || (!shut && seen));
  if (!/^(look|write|grant|emergency)$/.test(ask) || shut || state !== 'live' || !part) return false;
  const under = ask !== 'emergency' && /work|inbox/.test(writer ?? '') ? parent : null;
  const by = here.filter((f) => 'organisation' in f && f.organisation === home);
  const said = of('consent', by).filter((f) => f.handles.some((h) => h === under || (h === part && ask !== 'write')));
  const sets = (team: string) => of('assumption').flatMap((f) => (f.teams.some((t) => t === team) ? [f.id] : []));
  const given = said.filter((f) => f.through === undefined || of('own').some((one) => one.id === f.through));
  const may = (team: string) => own || given.some((f) => f.assumed === undefined || sets(team).includes(f.assumed));
  if (!own && (ask === 'grant' || !of('partner', by)[0] || (snapshot?.until ?? 0) <= now)) return false;
  const over = of('call').some((f) => f.person === me && f.until - f.from <= DAY) || ask === 'emergency';
  const at = [...members, ...(over && ask !== 'grant' ? stands : [])].filter((t) => may(t) && enrolled);
  const steps = ask === 'emergency' ? of('emergency').filter(() => own) : of('step').filter((f) => treats(f.team));
  const held = steps.filter((f) => at.includes(f.team) && f.handles.some((h) => h === part || h === under));
  const writes = held.some(({ team }) => of('write').some((f) => f.team === team));
  return ask === 'write' ? writes && writer === (own ? 'work' : 'inbox') : held.some(has);
}
