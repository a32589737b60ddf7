import { DAY, type HandleId, HOUR, instant, type LocalDate, type OrganisationId, plus } from '@ketenkluis/base';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AuditLine } from './audit.ts';
import { type OwnWords, sentenceOf, toldLines } from './own-words.ts';

const id = <T>(kind: string, letter: string) => `${kind}_${letter.repeat(25)}a` as T;
const [sugar, eyes, other] = ['b', 'c', 'd'].map((letter) => id<HandleId>('han', letter)) as [
  HandleId,
  HandleId,
  HandleId,
];
const [practice, feet] = [id<OrganisationId>('org', 'b'), id<OrganisationId>('org', 'c')];
const NOON = instant(Date.parse('2026-03-10T11:00:00Z'));
const PARTS: Record<string, string> = { [sugar]: 'uw bloedsuiker', [eyes]: 'uw ogen' };

const words: OwnWords = {
  language: 'nl',
  part: (handle) => PARTS[handle] ?? null,
  role: (text) => (text === 'POH-S' ? 'de praktijkondersteuner' : `de ${text.toLowerCase()}`),
  organisation: (one) => (one === feet ? 'Podotherapie Het Spoor' : null),
  isProgram: (person) => person === id('per', 'z'),
  ground: (line) => (line.index === 1 ? 'appointment' : null),
};
const annex = (text: string, code = 'professional'): NonNullable<AuditLine['annex']> => ({
  ...{ v: 1, role: { code, text }, responsibleRole: null, initiator: true, purpose: 'zorg aan de patient', step: null },
  ...{ reason: 'geheim', userName: 'C. Verpleger', searchTerm: 'jansen', objectName: null },
});
const line = (fields: Partial<AuditLine> = {}): AuditLine => ({
  ...{ index: 1, verified: true, signature: 'signed', at: NOON, who: id('per', 'b'), organisation: practice },
  ...{ event: 'release', class: 'look', outcome: 'success', declared: false, handles: [sugar], kinds: ['release'] },
  ...{ annexed: true, assumed: null, line: null },
  ...{ annex: annex('POH-S'), proof: { leaf: '', path: [] } },
  ...fields,
});

describe('the log in words', () => {
  it('R52: says in one sentence who looked in which role, at what, and why', () => {
    expect(sentenceOf(line(), words)).toBe('De praktijkondersteuner bekeek uw bloedsuiker omdat u een afspraak had.');
    expect(sentenceOf(line({ index: 2, handles: [sugar, eyes, sugar] }), words)).toBe(
      'De praktijkondersteuner bekeek uw bloedsuiker en uw ogen.',
    );
    expect(sentenceOf(line({ index: 2, handles: [other] }), words)).toBe('De praktijkondersteuner bekeek uw dossier.');
    expect(sentenceOf(line({ event: 'emergency', annex: annex('Huisarts') }), words)).toBe(
      'De huisarts bekeek uw bloedsuiker omdat het een noodgeval was.',
    );
    expect(sentenceOf(line({ index: 2, organisation: feet, annex: annex('Podotherapeut') }), words)).toBe(
      'De podotherapeut van Podotherapie Het Spoor bekeek uw bloedsuiker.',
    );
    expect(sentenceOf(line({ index: 2, organisation: feet, annex: null }), words)).toBe(
      'Iemand van Podotherapie Het Spoor bekeek uw bloedsuiker.',
    );
    expect(sentenceOf(line({ index: 2, annex: null }), words)).toBe(
      'Een medewerker van de praktijk bekeek uw bloedsuiker.',
    );
    expect(sentenceOf(line({ who: id('per', 'z'), event: 'commit' }), words)).toBe(
      'De computer van de praktijk werkte uw gegevens bij.',
    );
    // What the agent asks of a partner is no question of the patient's.
    expect(sentenceOf(line({ who: id('per', 'z'), event: 'petition', class: 'sync' }), words)).toBe(
      'Er is iets veranderd aan uw dossier.',
    );
    expect(sentenceOf(line({ class: 'own', annex: annex('patiënt', 'patient') }), words)).toBe(
      'De patiënt zelf bekeek uw bloedsuiker.',
    );
  });

  it('R38: says what was refused and what cannot be proved, and leaves nothing out', () => {
    expect(sentenceOf(line({ outcome: 'refused' }), words)).toContain('Dat mocht niet');
    expect(sentenceOf(line({ verified: false }), words)).toContain('kon niet worden gecontroleerd');
    expect(sentenceOf(line({ event: 'something new' }), words)).toBe('Er is iets veranderd aan uw dossier.');
    const lines = [line(), line({ outcome: 'refused' }), line({ verified: false, at: null, event: null })];
    expect(toldLines(lines, words).reduce((sum, { count }) => sum + count, 0)).toBe(3);
    // What has no time stands in every period: it may be of any day.
    expect(toldLines(lines, words, { from: '2030-01-01' as LocalDate }).length).toBe(1);
  });

  it('R54: no sentence holds a name, a search term or a reason that somebody typed', () => {
    const events = ['release', 'emergency', 'write', 'refer', 'consent', 'log-read', 'print', 'commit', 'told'];
    for (const language of ['nl', 'en'] as const) {
      for (const event of events) {
        for (const outcome of ['success', 'refused'])
          expect(sentenceOf(line({ event, outcome }), { ...words, language })).not.toMatch(/Verpleger|jansen|geheim/);
      }
    }
  });

  it('R52: puts equal lines of a day together, by the day in the Netherlands, and takes a period', () => {
    const late = instant(Date.parse('2026-03-10T22:30:00Z'));
    const next = instant(Date.parse('2026-03-10T23:30:00Z'));
    const lines = [line(), line({ at: plus(NOON, HOUR) }), line({ at: late }), line({ at: next }), line({ index: 2 })];
    const told = toldLines(lines, words);
    expect(told.map(({ day, count }) => [day, count])).toEqual([
      ['2026-03-11', 1],
      ['2026-03-10', 3],
      ['2026-03-10', 1],
    ]);
    expect(told[1]).toMatchObject({ from: NOON, until: late, emergency: false });
    expect(toldLines(lines, words, { until: '2026-03-10' as LocalDate }).length).toBe(2);
    expect(toldLines(lines, words, { from: '2026-03-11' as LocalDate }).length).toBe(1);
  });

  it('R52: every line stands in exactly one sentence, whatever comes', () => {
    const some = fc.record({
      index: fc.nat(),
      at: fc.option(fc.nat(20).map((day) => plus(NOON, day * DAY))),
      verified: fc.boolean(),
      event: fc.option(fc.constantFrom('release', 'emergency', 'commit', 'access', 'print', 'toString')),
      outcome: fc.option(fc.constantFrom('success', 'refused', 'error')),
      handles: fc.array(fc.constantFrom(sugar, eyes, other)),
      annex: fc.constantFrom(null, annex('POH-S')),
    });
    fc.assert(
      fc.property(fc.array(some), (all) => {
        const told = toldLines(
          all.map((one) => line(one)),
          words,
        );
        const places = told.flatMap(({ lines }) => lines).sort((a, b) => a - b);
        expect(places).toEqual(all.map(({ index }) => index).sort((a, b) => a - b));
        for (const { sentence, count, lines } of told) {
          expect(sentence).toMatch(/^\p{Lu}.*\.$/u);
          expect(lines.length).toBe(count);
        }
      }),
    );
  });
});
