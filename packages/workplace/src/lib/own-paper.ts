/** The readable copy of a record and its log, as a paper for the PDF writer (R53): what the screen says, nothing else. */

import type { Instant } from '@ketenkluis/base';
import type { Paper, PaperBlock } from '@ketenkluis/client/pdf';
import type { OwnView, Text } from '../model.ts';
import { placePairs } from './own-place.ts';

export function ownPaper(
  view: OwnView,
  words: {
    readonly text: (one: Text) => string;
    readonly day: (day: string) => string;
    readonly labels: Readonly<Record<Part, Text>>;
    readonly language: 'nl' | 'en';
    readonly practice: string;
    readonly at: Instant;
  },
): Paper {
  const { text, day, labels, language, practice, at } = words;
  const head = (one: Text): PaperBlock => ({ kind: 'heading', level: 2, text: text(one) });
  const said = (one: string, tone: 'plain' | 'quiet' | 'warning' = 'plain'): PaperBlock => ({
    kind: 'text',
    text: one,
    tone,
  });
  const facts = (
    title: Text,
    all: readonly { readonly name: Text; readonly more: Text | null }[],
    before: Text | null = null,
  ): PaperBlock[] => {
    const more = (one: Text | null) =>
      one === null ? '' : ` (${before === null ? '' : `${text(before)} `}${text(one)})`;
    return [
      { kind: 'heading', level: 3, text: text(title) },
      all.length === 0
        ? said(text(labels.none), 'quiet')
        : { kind: 'list', items: all.map((one) => `${text(one.name)}${more(one.more)}`) },
    ];
  };
  const { record } = view;
  const body: PaperBlock[] =
    record === null
      ? [said(text(labels.ended)), said(text(labels.endedBody))]
      : [
          head(labels.record),
          said(`${record.name === null ? '' : `${record.name}. `}${text(labels.asOf)} ${day(record.asOf)}`, 'quiet'),
          ...facts(labels.problems, record.problems, labels.since),
          ...facts(labels.medication, record.medication),
          ...facts(labels.allergies, record.allergies),
          { kind: 'heading', level: 3, text: text(labels.measurements) },
          {
            ...{ kind: 'table', title: text(labels.measurements), rowHeads: true, empty: text(labels.none) },
            head: [text(labels.what), text(labels.value), text(labels.day)],
            rows: record.measurements.map((one) => [
              text(one.name),
              `${text(one.value)}${one.more === null ? '' : ` ${text(one.more)}`}`,
              day(one.date),
            ]),
          },
        ];
  const looks = view.looks[language];
  return {
    ...{ language, title: text(labels.title), of: practice, at, size: 'large' },
    blocks: [
      said(text(view.as === 'patient' ? labels.lead : labels.leadFor)),
      ...body,
      head(labels.who),
      said(text(view.proved ? labels.proved : labels.unproved), view.proved ? 'plain' : 'warning'),
      ...(view.proved ? [] : [said(text(labels.unprovedBody))]),
      {
        ...{ kind: 'table', title: text(labels.who), rowHeads: true, empty: text(labels.noLooks) },
        head: [text(labels.day), text(labels.what)],
        rows: looks.map((look) => [
          day(look.day),
          `${look.sentence}${look.count > 1 ? ` (${look.count} ${text(labels.times)})` : ''}`,
        ]),
      },
      head(labels.where),
      ...(view.place === null
        ? [said(text(labels.whereNone))]
        : [
            said(text(labels.whereLead)),
            {
              kind: 'pairs' as const,
              title: text(labels.where),
              pairs: placePairs(view.place, { text, day, labels, language }),
            },
          ]),
      head(labels.help),
      said(text(labels.helpAsk)),
      said(text(labels.further)),
    ],
  };
}
type Part =
  | ('title' | 'lead' | 'leadFor' | 'record' | 'asOf' | 'ended' | 'endedBody' | 'problems' | 'since' | 'medication')
  | ('allergies' | 'measurements' | 'none' | 'times' | 'who' | 'proved' | 'unproved' | 'unprovedBody' | 'noLooks')
  | ('what' | 'value' | 'day' | 'where' | 'whereLead' | 'whereNone' | 'help' | 'helpAsk' | 'further')
  | ('operator' | 'owner' | 'places' | 'law' | 'certificates' | 'certified' | 'certifiedUntil');
