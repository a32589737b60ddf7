/** The readable copy of a record and its log, as one text file (R53): headings, lines, and nothing that needs another program. */

import type { OwnView, Text } from '../model.ts';

export function ownCopy(
  view: OwnView,
  words: {
    readonly text: (one: Text) => string;
    readonly labels: Readonly<Record<Part, Text>>;
    readonly language: 'nl' | 'en';
  },
): string {
  const { text, labels, language } = words;
  const heading = (one: Text) => ['', text(one), '='.repeat(text(one).length)];
  const facts = (all: readonly { readonly name: Text; readonly more: Text | null }[]) =>
    all.length === 0
      ? [text(labels.none)]
      : all.map(({ name, more }) => `- ${text(name)}${more === null ? '' : ` (${text(more)})`}`);
  const { record } = view;
  const looks = view.looks[language].map(
    ({ day, count, sentence }) => `- ${day}: ${sentence}${count > 1 ? ` (${count} ${text(labels.times)})` : ''}`,
  );
  return [
    text(labels.title),
    ...(record === null
      ? ['', text(labels.ended)]
      : [
          `${record.name ?? ''}`,
          `${text(labels.asOf)} ${record.asOf}`,
          ...heading(labels.problems),
          ...facts(record.problems),
          ...heading(labels.medication),
          ...facts(record.medication),
          ...heading(labels.allergies),
          ...facts(record.allergies),
          ...heading(labels.measurements),
          ...(record.measurements.length === 0
            ? [text(labels.none)]
            : record.measurements.map(
                ({ name, value, more, date }) =>
                  `- ${text(name)}: ${text(value)}${more === null ? '' : ` ${text(more)}`} (${date})`,
              )),
        ]),
    ...heading(labels.who),
    text(view.proved ? labels.proved : labels.unproved),
    ...(looks.length === 0 ? [text(labels.noLooks)] : looks),
    '',
  ].join('\r\n');
}
type Part =
  | 'title'
  | 'asOf'
  | 'ended'
  | 'problems'
  | 'medication'
  | 'allergies'
  | 'measurements'
  | 'none'
  | 'times'
  | 'who'
  | 'proved'
  | 'unproved'
  | 'noLooks';
