/**
 * The slow, obvious twin of `decide()`: yes or no over the same question, in a body of at most forty lines that share no code with it.
 * `live`: begun, not ended, not withdrawn. `here`: stated by this practice, and of this dossier if of any.
 */

import { DAY } from '@ketenkluis/base';
import type { Fact, FactKind, FactOf } from '@ketenkluis/seal';
import type { Question } from './index.ts';

export function twin({ now, practice, actor, class: asked, item, facts, card, grants, snapshot }: Question): boolean {
  const own = actor.organisation === practice;
  const known = facts.flatMap(({ fact, ended }) => (ended === null ? [fact] : []));
  const live = known.filter((f) => f.from <= now && now < (f.until ?? Infinity));
  const here = live.filter((f) => f.practice === practice && (!('dossier' in f) || f.dossier === item.dossier));
  const of = <K extends FactKind>(kind: K, all: Fact[] = here) => all.filter((f) => f.kind === kind) as FactOf<K>[];
  if (actor.session !== 'open' || card === null || now < card.from || card.until <= now) return false;
  if (card.subject !== actor.person || card.organisation !== actor.organisation) return false;
  const other = asked === 'session' ? 'agent trustee' : asked === 'admin' ? 'trustee' : '';
  if (asked === 'sync' ? card.kind !== 'agent' : !`professional ${other}`.split(' ').includes(card.kind)) return false;
  const sends = of('mandate').some((f) => f.agent === actor.person) && (item.writerClass ?? 'source') === 'source';
  if (/^(s|admin)/.test(asked)) return asked === 'session' || (own && (asked === 'sync' ? sends : actor.owner));
  const mine = of('membership', live).filter((f) => f.person === actor.person && f.practice === actor.organisation);
  const members: string[] = mine.filter((f) => own || (f.until ?? Infinity) - f.from <= DAY).map((f) => f.team);
  const pools = of('pool', known).filter((p) => own && p.practice === practice && p.person === actor.person);
  const poolOf = ({ pool: id, team }: FactOf<'substitute'>) => pools.find((p) => p.id === id && p.team === team);
  const called = of('substitute').filter((f) => f.person === actor.person && (poolOf(f)?.from ?? Infinity) <= f.from);
  const stands: string[] = called.filter((f) => f.until <= poolOf(f)!.until).map((f) => f.team);
  const listed = grants.some(({ team, fact }) => fact === null && team === item.team && members.includes(team));
  if (asked === 'list') return own && listed && item.state === 'live' && item.dossier === null && item.handle !== null;
  const names: string[] = [actor.person, actor.organisation, ...members, ...stands, ...(own ? [] : ['outside'])];
  const limits = of('restriction').filter((f) => names.includes(f.excluded));
  const shut = limits.some((f) => f.handles === null || f.handles.some((h) => h === item.handle || h === item.parent));
  const treats = (team: string) => of('relation').some((f) => f.teams.some((one) => one === team));
  const seen = members.some((t) => treats(t) || (item.dossier !== null && of('oversight').some((f) => f.team === t)));
  if (asked === 'audit') return own && (!item.dossier || item.state !== 'unknown') && (actor.owner || (!shut && seen));
  if (!/^(look|write|grant|emergency)$/.test(asked) || shut || item.state !== 'live' || !item.handle) return false;
  const under = asked !== 'emergency' && /work|inbox/.test(item.writerClass ?? '') ? item.parent : null;
  const theirs = here.filter((f) => 'organisation' in f && f.organisation === actor.organisation);
  const parts = asked === 'write' ? [under] : [item.handle, under];
  const said = of('consent', theirs).filter((f) => f.handles.some((h) => parts.includes(h)));
  const sets = (team: string) => of('assumption').flatMap((f) => (f.teams.some((t) => t === team) ? [f.id] : []));
  const may = (team: string) => own || said.some((f) => f.assumed === undefined || sets(team).includes(f.assumed));
  if (!own && (asked === 'grant' || !of('partner', theirs)[0] || (snapshot?.until ?? 0) <= now)) return false;
  const over = of('call').some((f) => f.person === actor.person && f.until - f.from <= DAY) || asked === 'emergency';
  const at = [...members, ...(over && asked !== 'grant' ? stands : [])].filter((t) => may(t) && of('enrolment')[0]);
  const steps = asked === 'emergency' ? of('emergency').filter(() => own) : of('step').filter((f) => treats(f.team));
  const held = steps.filter((f) => at.includes(f.team) && f.handles.some((h) => h === item.handle || h === under));
  const writes = held.some(({ team }) => of('write').some((f) => f.team === team));
  if (asked === 'write') return writes && item.writerClass === (own ? 'work' : 'inbox');
  return held.some((step) => grants.some((one) => one.team === step.team && one.fact === step.id));
}
