import { review, wordsOf } from '@ketenkluis/client/review';
import { describe, expect, it } from 'vitest';
import { outcomeOf } from './measure.ts';
import type { PlantedKind } from './planted.ts';
import { PLANTED, simulateYear } from './simulate.ts';

/** By what each kind is known, as an officer reads it. */
const GIVEN_AWAY: Readonly<Record<PlantedKind, RegExp>> = {
  neighbour: /woont in dezelfde straat/,
  'same-home': /woont op hetzelfde adres/,
  'former-partner': /Op \d+ dagen in een jaar zonder reden/,
  'family-name': /dezelfde achternaam, en die komt weinig voor/,
  colleague: /De patiënt is een collega/,
  'own-file': /het eigen dossier/,
  'known-patient': /keken \d+ mensen zonder sterke reden/,
  night: /Tussen 23 en 6 uur/,
  'search-only': /binnen tien minuten niets geopend/,
  'after-end': /was al voorbij/,
  emergency: /Noodtoegang, en het dossier laat geen contact zien/,
  crawl: /\d+ dossiers op deze dag(?:; gewoon zijn er| zonder reden)/,
  'family-for-a-year': /Op \d+ dagen in een jaar zonder reden/,
  'taken-along': /Afgedrukt, geëxporteerd of gekopieerd/,
  // Not among them: "What it does not see".
  covered: /./,
};

describe('R48 on a simulated year', () => {
  const year = simulateYear({ seed: 'review-1', looks: 20_000, each: 1 });

  it('finds every planted case of fourteen kinds, and explains work', () => {
    const outcome = outcomeOf(year);
    expect(outcome).toMatchObject({ looks: 20_000, planted: PLANTED.length, found: PLANTED.length, missed: [] });
    expect(outcome.explained / outcome.ordinary).toBeGreaterThan(0.95);
  });

  it('says of each planted kind in words what gave it away', () => {
    const { findings, judged } = review(year.input);
    for (const [number, { kind }] of year.cases.entries()) {
      const looks = findings.flatMap((one) => one.looks).filter((i) => year.caseOf[i] === number);
      const told = looks.some((i) => wordsOf(judged(i), 'nl').some((sentence) => GIVEN_AWAY[kind].test(sentence)));
      expect([kind, told]).toEqual([kind, true]);
    }
  });

  it('explains less, and still finds them, with half of the appointments missing', () => {
    const whole = outcomeOf(year);
    const half = outcomeOf(simulateYear({ seed: 'review-1', looks: 20_000, each: 1, missing: 0.5 }));
    expect(half.explained).toBeLessThan(whole.explained);
    expect(half.found).toBe(half.planted);
  });
});
