/** Chapters 2 and 3: who did what, and how the log was checked. */

import { addDays, type Instant, type LocalDate, localDate } from '@ketenkluis/base';
import { policyOf } from '@ketenkluis/client/overseer';
import type { PaperBlock } from '@ketenkluis/client/pdf';
import { arrearsOf, type DoneCheck, plannedUnder } from '@ketenkluis/client/review';
import type { Payload } from '@ketenkluis/seal';
import type { InspectFacts } from './facts.ts';
import { findingsBlocks } from './findings.ts';
import type { Stated } from './people.ts';
import { count, day, EVENT, head, OUTCOME, pairs, quiet, say, table, tally, warn } from './words.ts';

/** Events in which content came into sight. */
const LOOKS: ReadonlySet<string> = new Set(['release', 'emergency', 'list']);
const WEEKS = 26;

/** Looks by week, the last half year of the log. */
function weekly({ places, now }: InspectFacts): PaperBlock {
  const today = localDate(now);
  const starts = Array.from({ length: WEEKS }, (_, i) => addDays(today, -7 * (WEEKS - i) + 1));
  const looks = places
    .filter(({ entry: { common } }) => LOOKS.has(common.event) && common.outcome === 'success')
    .map(({ entry }) => localDate(entry.common.at));
  const first = looks[0];
  return {
    ...{ kind: 'line', title: 'Raadplegingen per week', unit: 'regels' },
    marks: starts.flatMap((from) => {
      const until = addDays(from, 6);
      if (first === undefined || until < first) return [];
      return [
        {
          label: `${from.slice(8)}-${from.slice(5, 7)}`,
          value: looks.filter((one) => one >= from && one <= until).length,
        },
      ];
    }),
  };
}

export function whoDid(all: Stated): PaperBlock[] {
  const { places, register, verdict } = all.facts;
  const own = register.practice.organisation;
  const common = places.map(({ entry }) => entry.common);
  const looks = common.filter(({ event }) => LOOKS.has(event));
  const mine = looks.filter(({ organisation }) => organisation === own);
  const rows = tally(mine, ({ actor }) => actor).map(([actor, lines]) => {
    const theirs = mine.filter((one) => one.actor === actor);
    const of = (pick: (one: (typeof theirs)[number]) => boolean) => theirs.filter(pick).length;
    return [
      ...[all.name(actor), lines, of(({ event }) => event === 'release'), of(({ event }) => event === 'list')],
      ...[of(({ event }) => event === 'emergency'), of(({ outcome }) => outcome !== 'success')],
    ] as const;
  });
  const others = tally(
    looks.filter(({ organisation }) => organisation !== own),
    ({ organisation }) => organisation,
  );
  return [
    say(
      `Het logboek telt ${count(verdict.size, 'regel', 'regels')}. Elke uitgifte van een sleutel is een regel die er staat voordat iets opent. Weigeringen staan er ook in.`,
    ),
    head('Per medewerker'),
    table(
      'Raadplegingen per medewerker',
      ['Medewerker', 'Regels', 'Dossiers', 'Werklijsten', 'Noodtoegang', 'Geweigerd'],
      rows,
      'Nog niemand keek.',
    ),
    weekly(all.facts),
    head('Andere organisaties'),
    quiet(
      'Medewerkers van een andere organisatie staan hier als hun organisatie; hun naam staat in het logboek van die organisatie (NEN 7513, 8.4.1).',
    ),
    table(
      'Raadplegingen door andere organisaties',
      ['Organisatie', 'Regels'],
      others.map(([id, lines]) => [all.organisation(id), lines]),
      'Geen andere organisatie keek.',
    ),
    head('Alle gebeurtenissen'),
    table(
      'Alle gebeurtenissen',
      ['Gebeurtenis', 'Regels'],
      tally(common, ({ event, outcome }) => `${EVENT[event]}${OUTCOME[outcome]}`).map(([name, lines]) => [name, lines]),
    ),
    quiet(
      'Wie welk dossier opende staat per patiënt in de werkplek onder "Wie keek?", en voor één dossier in hoofdstuk 1 als daarom gevraagd is.',
    ),
  ];
}

type Recorded = Extract<Payload, { t: 'review' }>;
const CHECK = {
  review: 'beoordeling van alle regels',
  sample: 'steekproef',
  emergency: 'noodtoegang',
  rights: 'rechten nalopen',
} as const;
const STEP = { ask: 'gevraagd', answer: 'beantwoord', decide: 'besloten', reopen: 'heropend' } as const;

/** Records that stand in the line that they were signed for; lines whose record is not in the mirror are counted. */
function recordsOf({ places, statements }: InspectFacts) {
  const held = new Map<string, { readonly index: number; readonly at: Instant; readonly actor: string }>();
  for (const { index, entry } of places) {
    const { event, outcome, at, actor } = entry.common;
    if (event !== 'control' || outcome !== 'success') continue;
    for (const { object } of entry.items) if (object !== null) held.set(object, { index, at, actor });
  }
  const found: { readonly index: number; readonly at: Instant; readonly record: Recorded }[] = [];
  for (const { hash, payload } of statements) {
    const place = payload.t === 'review' ? held.get(hash) : undefined;
    if (payload.t !== 'review' || place === undefined || place.actor !== payload.by) continue;
    found.push({ index: place.index, at: place.at, record: payload });
    held.delete(hash);
  }
  return { found: found.sort((a, b) => a.index - b.index), missing: held.size };
}

const doneOf = (at: Instant, one: Recorded): DoneCheck[] => {
  if (one.kind === 'rights') return [{ kind: 'rights', at, by: one.by, lines: null, read: null }];
  if (one.kind !== 'check') return [];
  const lines = one.check === 'review' ? one.lines : null;
  return [{ kind: one.check, at, by: one.by, lines, read: one.read, outOf: one.unexplained }];
};

export function control(all: Stated): PaperBlock[] {
  const { facts } = all;
  const today = localDate(facts.now);
  const policies = all.ofKind('control').sort((a, b) => a.number - b.number);
  const { found, missing } = recordsOf(facts);
  const done = found.flatMap(({ at, record }) => doneOf(at, record));
  const days = facts.places.map(({ index, entry }) => ({ index, day: localDate(entry.common.at) }));
  const sizeAt = (until: LocalDate) => (days.findLast((one) => one.day <= until)?.index ?? -1) + 1;
  const planned = plannedUnder(policies.map(policyOf), done, today, sizeAt);
  const late = arrearsOf(planned);
  const policy = policies.at(-1);
  const checks = found.flatMap(({ index, at, record }) => (record.kind === 'check' ? [{ index, at, record }] : []));
  const covered = checks
    .flatMap(({ record }) => (record.check === 'review' ? [record.lines] : []))
    .sort((a, b) => a.from - b.from);
  const reached = covered.reduce((end, { from, until }) => (from <= end ? Math.max(end, until) : end), 0);
  const steps = found.flatMap(({ at, record }) => ('finding' in record ? [{ at, record }] : []));
  const findings = [...Map.groupBy(steps, ({ record }) => record.finding).values()];
  const lastOf = (own: typeof steps) => own.at(-1)!.record.kind;
  return [
    ...(policy === undefined
      ? [
          warn(
            'Er is geen controlebeleid vastgelegd. Zonder beleid kan geen controle worden vastgelegd; vraag de praktijk waarom.',
          ),
        ]
      : late.length === 0
        ? [say('Er is een controlebeleid, en er is geen achterstand.')]
        : [
            warn(
              `Er is een controlebeleid, en er is achterstand: ${count(late.length, 'controle is', 'controles zijn')} niet op tijd gedaan.`,
            ),
          ]),
    head('Het controlebeleid'),
    table(
      'Versies van het controlebeleid',
      [
        'Versie',
        'Sinds',
        'Vastgesteld door',
        'Wie controleert',
        'Alle regels',
        'Steekproef',
        'Nood',
        'Rechten',
        'Bevinding vanaf',
      ],
      policies.map((one) => [
        ...[`${one.number}`, day(one.from), all.name(one.board)],
        one.officers
          .map((person) => `${all.name(person)}${one.outside.includes(person) ? ' (extern)' : ''}`)
          .join(', '),
        ...[
          `elke ${one.every.review} dagen`,
          `elke ${one.every.sample} dagen, ${one.sampleSize} stuks`,
          `elke ${one.every.emergency} dagen`,
        ],
        ...[`elke ${one.every.rights} dagen`, `${one.findingAt} punten`],
      ]),
      'Geen.',
    ),
    ...(policy === undefined
      ? []
      : [
          quiet(
            `Wie een vraag krijgt antwoordt binnen ${policy.answerDays} dagen; besloten wordt binnen ${policy.decideDays} dagen. Een beleid gaat nooit weg: het wordt alleen vervangen, door twee personen, en een nieuw beleid wist geen achterstand.`,
          ),
        ]),
    head('Gepland en gedaan'),
    table(
      'Gepland en gedaan',
      ['Controle', 'Gepland', 'Op tijd', 'Te laat gedaan', 'Achterstand', 'Loopt nog'],
      (Object.keys(CHECK) as (keyof typeof CHECK)[]).map((kind) => {
        const own = planned.filter((one) => one.kind === kind);
        const of = (pick: (one: (typeof own)[number]) => boolean) => own.filter(pick).length;
        return [
          ...[
            CHECK[kind],
            own.length,
            of((one) => one.done !== null && one.late === 0),
            of((one) => one.done !== null && one.late > 0),
          ],
          ...[of((one) => one.done === null && one.late > 0), of((one) => one.done === null && one.late === 0)],
        ];
      }),
    ),
    table(
      'Achterstand',
      ['Niet gedaan', 'Periode vanaf', 'Uiterste dag', 'Dagen te laat'],
      late.map((one) => [CHECK[one.kind], one.from, one.due, one.late]),
      'Er is geen achterstand.',
    ),
    head('De laatste controles'),
    say(
      `De beoordelingen dekken zonder gat de regels tot en met ${reached === 0 ? 'geen enkele' : `nummer ${reached - 1}`}; het logboek telt er ${facts.verdict.size}.`,
    ),
    table(
      'De laatste controles',
      ['Op', 'Wat', 'Door', 'Regels', 'Raadplegingen', 'Verklaard', 'Onverklaard', 'Bevindingen', 'Gelezen'],
      checks
        .slice(-24)
        .reverse()
        .map(({ at, record }) => [
          ...[
            day(at),
            CHECK[record.check],
            all.name(record.by),
            `${record.lines.from}–${Math.max(record.lines.from, record.lines.until - 1)}`,
          ],
          ...[record.looks, record.explained, record.unexplained, record.findings.count, record.read ?? 0],
        ]),
      'Er is nog geen controle vastgelegd.',
    ),
    head('Bevindingen'),
    pairs(
      'Bevindingen',
      ['Besproken', findings.length],
      ['Wacht op antwoord', findings.filter((own) => lastOf(own) === 'ask').length],
      ['Beantwoord, nog niet besloten', findings.filter((own) => lastOf(own) === 'answer').length],
      ['Besloten', findings.filter((own) => lastOf(own) === 'decide').length],
      ['Heropend', findings.filter((own) => lastOf(own) === 'reopen').length],
    ),
    table(
      'De laatste stappen',
      ['Op', 'Stap', 'Door', 'Regels', 'Kenmerk'],
      steps
        .slice(-24)
        .reverse()
        .map(({ at, record }) => [
          ...[day(at), STEP[record.kind], all.name(record.by), record.lines.length, record.finding.slice(0, 10)],
        ]),
      'Er is nog over geen bevinding gesproken.',
    ),
    ...findingsBlocks(all),
    ...(missing === 0
      ? []
      : [
          warn(
            `Bij ${count(missing, 'regel', 'regels')} in het logboek ontbreekt het vastgelegde stuk in de kopie van de praktijk.`,
          ),
        ]),
    pairs(
      'Lezen van het logboek zelf',
      ['Keer gelezen', facts.places.filter(({ entry }) => entry.common.event === 'log-read').length],
      [
        'Noodtoegang',
        facts.places.filter(({ entry: { common } }) => common.event === 'emergency' && common.outcome === 'success')
          .length,
      ],
      [
        'Daarvan nagekeken',
        facts.places.filter(({ entry: { common } }) => common.event === 'review' && common.outcome === 'success')
          .length,
      ],
    ),
  ];
}
