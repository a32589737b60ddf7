/** Where the data lie, in words for screen and paper. */

import type { OwnPlace, Text } from '../model.ts';

type Label = 'operator' | 'owner' | 'places' | 'law' | 'certificates' | 'certified' | 'certifiedUntil';

export function placePairs(
  { operator, owner, places, law, certificates }: OwnPlace,
  words: {
    readonly text: (one: Text) => string;
    readonly day: (day: string) => string;
    readonly labels: Readonly<Record<Label, Text>>;
    readonly language: 'nl' | 'en';
  },
): readonly (readonly [string, string])[] {
  const { text, day, labels, language } = words;
  const names = new Intl.DisplayNames(language, { type: 'region' });
  const country = (code: string) => names.of(code) ?? code;
  const shown = certificates.map(
    ({ norm, by, until }) => `${norm} (${text(labels.certified)} ${by}, ${text(labels.certifiedUntil)} ${day(until)})`,
  );
  return [
    [text(labels.operator), operator],
    [text(labels.owner), `${owner.name} (${country(owner.country)})`],
    [text(labels.places), places.map(country).join(', ')],
    [text(labels.law), law],
    ...(shown.length === 0 ? [] : ([[text(labels.certificates), shown.join('; ')]] as const)),
  ];
}
