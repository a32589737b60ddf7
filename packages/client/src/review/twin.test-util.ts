/** The rules of docs/spec/review.md once more, look by look over everything, with nothing remembered in between. */

import { DAY, HOUR, localDate, MINUTE } from '@ketenkluis/base';
import { BASE, FEATURES, type Feature, type Pattern, POINTS, REASONS, type Strength } from './rules.ts';
import type { Look, Reason, ReviewInput } from './types.ts';

export interface Judged {
  readonly strength: Strength;
  readonly pattern: Pattern | null;
  readonly features: readonly Feature[];
  readonly points: number;
  readonly outcome: 'explained' | 'unexplained' | 'finding';
}

const hourOf = (at: number): number =>
  Number(
    new Intl.DateTimeFormat('nl-NL', { timeZone: 'Europe/Amsterdam', hour: 'numeric', hourCycle: 'h23' }).format(at),
  );
const dayOf = (look: Look): number => Date.parse(localDate(look.at)) / DAY;
const middle = (list: number[]): number => list.sort((a, b) => a - b)[Math.ceil(list.length / 2) - 1] ?? 0;
const distinct = (list: readonly unknown[]): number => new Set(list).size;

export function twin(input: ReviewInput): Judged[] {
  const { looks, reasons, subjects } = input;
  const colleague = (id: string | null) => input.colleagues.find((one) => one.id === id);
  const nearOf = (look: Look, reason: Reason): 'own' | 'team' | 'practice' => {
    if (reason.person === look.person) return 'own';
    const mine: readonly string[] = colleague(look.person)?.teams ?? [];
    const theirs = reason.person === null ? [reason.team] : (colleague(reason.person)?.teams ?? []);
    return theirs.some((team) => team !== null && mine.includes(team)) ? 'team' : 'practice';
  };
  const rule = (look: Look, reason: Reason) => {
    const near = nearOf(look, reason);
    const row = REASONS[reason.kind][near];
    const long = (reason.kind === 'step' || reason.kind === 'referral') && reason.until - reason.from > 90 * DAY;
    if (row === null || (long && near === 'practice')) return null;
    return { ...row, strength: long ? 'weak' : row.strength };
  };
  const strengthOf = (look: Look): Strength => {
    const found = reasons
      .filter((reason) => reason.dossier === look.dossier)
      .filter((reason) => {
        const row = rule(look, reason);
        return row !== null && look.at >= reason.from - row.before && look.at <= reason.until + row.after;
      })
      .map((reason) => rule(look, reason)!.strength);
    return found.includes('strong') ? 'strong' : found.includes('weak') ? 'weak' : 'none';
  };
  const registered = looks.map(strengthOf);
  const plain = (look: Look): boolean => {
    const subject = subjects.find(({ id }) => id === look.dossier);
    const looker = colleague(look.person);
    const hour = hourOf(look.at);
    const at = new Date(dayOf(look) * DAY).getUTCDay();
    const related =
      subject !== undefined &&
      (subject.vip ||
        subject.colleague !== null ||
        (looker?.home != null && looker.home === subject.home) ||
        (looker?.street != null && looker.street === subject.street) ||
        (looker?.surnames ?? []).some((name) => subject.surnames.includes(name)));
    const working = hour >= 7 && hour < 20 && at !== 0 && at !== 6;
    return !related && working && !['print', 'export', 'copy'].includes(look.action);
  };
  const opened = looks.filter((one) => one.dossier !== null && one.action !== 'search');
  const isShared = (look: Look) =>
    opened.some(
      (o) => o.dossier === look.dossier && o.person !== look.person && Math.abs(o.at - look.at) <= 15 * MINUTE,
    );
  const shared = opened.filter(isShared);
  const inRound = (look: Look) =>
    distinct(
      shared.filter((o) => o.person === look.person && Math.abs(o.at - look.at) <= HOUR).map((o) => o.dossier),
    ) >= 3;
  const rounds = shared.filter(inRound);
  const onWord = looks.filter(
    (o, i) => o.declared !== undefined && o.dossier !== null && registered[i] === 'none' && plain(o),
  );
  const aloneOf = (look: Look) =>
    distinct(
      onWord
        .filter((o) => o.person === look.person && dayOf(o) <= dayOf(look) && dayOf(o) > dayOf(look) - 28)
        .map((o) => o.dossier),
    );
  const patternOf = (look: Look, i: number): Pattern | null => {
    if (registered[i] !== 'none' || look.dossier === null || !plain(look)) return null;
    const own = looks.filter((o) => o.person === look.person);
    const once = own.filter((o) => o.dossier === look.dossier).length === 1;
    const after = opened.filter((o) => {
      const later = o.at > look.at || (o.at === look.at && looks.indexOf(o) > i);
      return later && o.person === look.person && o.at - look.at < MINUTE && o.dossier !== look.dossier;
    });
    const right = after.some((o) => o.action === 'open' && registered[looks.indexOf(o)] === 'strong');
    if (look.action === 'open' && once && right) return 'slip';
    const mine = rounds.filter((o) => o.person === look.person && o.dossier === look.dossier);
    if (mine.some((o) => look.at >= o.at - 3 * DAY && look.at <= o.at + DAY)) return 'round';
    if (look.declared === undefined) return null;
    const said = own.filter((o) => o.declared !== undefined && o.dossier !== null);
    const files = distinct(said.filter((o) => dayOf(o) === dayOf(look)).map((o) => o.dossier));
    const here = said.filter((o) => o.dossier === look.dossier).map(dayOf);
    const days = distinct(here.filter((day) => day <= dayOf(look) && day > dayOf(look) - 365));
    return files <= 5 && days <= 2 && aloneOf(look) <= 20 ? look.declared : null;
  };
  const patterns = looks.map(patternOf);
  const strengths = registered.map((one, i): Strength => (patterns[i] === null ? one : 'weak'));
  const isBare = (other: Look) => strengths[looks.indexOf(other)] === 'none';
  const dossiersOn = (person: string, day: number) =>
    distinct(looks.filter((o) => o.person === person && o.dossier !== null && dayOf(o) === day).map((o) => o.dossier));
  const usual = (people: readonly string[]) => {
    const days = people.flatMap((person) => {
      const own = looks.filter((o) => o.person === person && o.dossier !== null);
      return [...new Set(own.map(dayOf))].map((day) => dossiersOn(person, day));
    });
    return middle(days);
  };
  const bearers = (name: string) => subjects.filter(({ surnames }) => surnames.includes(name)).length;

  return looks.map((look, i): Judged => {
    const subject = subjects.find(({ id }) => id === look.dossier);
    const looker = colleague(look.person);
    const day = dayOf(look);
    const hour = hourOf(look.at);
    const weekend = [0, 6].includes(new Date(day * DAY).getUTCDay());
    const here = looks.filter((o) => o.dossier !== null && o.dossier === look.dossier);
    const mine = here.filter((o) => o.person === look.person);
    const upTo = mine.filter((o) => o.at < look.at || (o.at === look.at && looks.indexOf(o) <= i));
    const today = looks.filter((o) => o.person === look.person && o.dossier !== null && dayOf(o) === day);
    const treats = (person: string) =>
      here.some((o) => o.person === person && strengths[looks.indexOf(o)] === 'strong');
    const around = here.filter((o) => Math.abs(o.at - look.at) <= 7 * DAY && !treats(o.person));
    const bareDays = distinct(
      upTo
        .filter(isBare)
        .map(dayOf)
        .filter((d) => d > day - 365),
    );
    const own = subject !== undefined && subject.colleague === look.person;
    const shared = (looker?.surnames ?? []).filter((name) => subject?.surnames.includes(name));
    const rare = shared.some((name) => bearers(name) <= Math.max(1, Math.floor(subjects.length / 500)));
    const sameHome = looker?.home != null && looker.home === subject?.home;
    const role = looker?.role ?? '';
    const people = [...new Set(looks.map((o) => o.person))];
    const peers = people.filter((person) => (colleague(person)?.role ?? '') === role);
    const many = distinct(today.map((o) => o.dossier));
    const counts = look.dossier !== null;
    const ended = reasons
      .filter((r) => r.dossier === look.dossier && ['step', 'referral', 'call'].includes(r.kind) && r.from <= look.at)
      .filter((r) => nearOf(look, r) !== 'practice' && rule(look, r) !== null)
      .map((r) => r.until + rule(look, r)!.after);
    const last = Math.max(...ended, Number.NEGATIVE_INFINITY);
    const openedNear = (look.dossier === null ? looks.filter((o) => o.person === look.person) : mine).some(
      (o) => o.action !== 'search' && Math.abs(o.at - look.at) <= 10 * MINUTE,
    );
    const met = reasons.some(
      (r) =>
        r.kind === 'encounter' &&
        r.dossier === look.dossier &&
        r.from <= look.at + 3 * DAY &&
        r.until >= look.at - 24 * HOUR,
    );
    const has: Record<Feature, boolean> = {
      'own-file': own,
      'same-home': !own && sameHome,
      'same-street': !own && !sameHome && looker?.street != null && looker.street === subject?.street,
      'same-surname': !own && shared.length > 0 && rare,
      'common-surname': !own && shared.length > 0 && !rare,
      colleague: !own && subject !== undefined && subject.colleague !== null,
      vip: subject?.vip === true,
      crowd: distinct(around.map((o) => o.person)) >= 4,
      repeats: counts && bareDays >= 3,
      volume: counts && many > 20 && many > 3 * usual([look.person]) && many > 3 * usual(peers),
      'many-unexplained': counts && distinct(today.filter(isBare).map((o) => o.dossier)) >= 5,
      'search-only': look.action === 'search' && !openedNear,
      night: hour >= 23 || hour < 6,
      'off-hours': hour >= 6 && hour < 23 && (weekend || hour < 7 || hour >= 20),
      'after-end': last < look.at && last >= look.at - 365 * DAY,
      emergency: look.action === 'emergency' && counts && !met,
      'taken-along': ['print', 'export', 'copy'].includes(look.action),
      'declared-often':
        counts &&
        look.declared !== undefined &&
        distinct(today.filter((o) => o.declared !== undefined).map((o) => o.dossier)) > 5,
      'declared-long': counts && look.declared !== undefined && aloneOf(look) > 20,
    };
    const features = FEATURES.filter((feature) => has[feature]);
    const strength = strengths[i]!;
    const points = features.reduce((sum, feature) => {
      if (strength === 'strong') return sum + POINTS[feature].strong;
      return sum + (feature === 'repeats' && bareDays >= 6 ? 40 : POINTS[feature].points);
    }, BASE[strength]);
    const outcome = points >= 50 ? 'finding' : strength === 'none' ? 'unexplained' : 'explained';
    return { strength, pattern: patterns[i]!, features, points, outcome };
  });
}
