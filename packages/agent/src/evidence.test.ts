/** What the practice seals for its log officers: enough to judge a look, and nothing that says who or why. */

import { base64url, type LocalDate, newId, systemRandom } from '@ketenkluis/base';
import { describe, expect, it } from 'vitest';
import { Fingerprints } from './contents.ts';
import { dwellingOf, evidenceSince, makeEvidence, surnamesOf } from './evidence.ts';
import type { Register } from './register.ts';

const day = (text: string) => text as LocalDate;
const id = <K extends Parameters<typeof newId>[0]>(kind: K) => newId(kind, systemRandom);

describe('R48 evidence for the review', () => {
  it('folds names to what makes them rare', () => {
    const names = ['van der Berg', 'de Vries-Jansen', 'Özdemir', "van 't Hof", 'IJsselstein', 'Op de Beeck'];
    expect(names.map(surnamesOf)).toEqual([
      ['berg'],
      ['vries', 'jansen'],
      ['ozdemir'],
      ['hof'],
      ['ijsselstein'],
      ['beeck'],
    ]);
    expect(surnamesOf('  ')).toEqual([]);
  });

  it('takes postcode and number as Dutch addresses write them, and else says that it does not know', () => {
    const at = (line: string, postalCode: string) => dwellingOf([{ family: 'Bos' }], [{ line: [line], postalCode }]);
    expect(at('Dorpsstraat 12 a', '1234 ab')).toEqual({ surnames: ['bos'], postcode: '1234AB', number: '12a' });
    expect(at('Dorpsstraat', '1234AB')).toMatchObject({ postcode: '1234AB', number: null });
    expect(at('Rue de Rome 3', '75008')).toMatchObject({ postcode: null, number: null });
    expect(dwellingOf(undefined, undefined)).toEqual({ surnames: [], postcode: null, number: null });
  });

  const [gp, nurse, team, dossier] = [id('person'), id('person'), id('team'), id('dossier')];
  const register = {
    practice: { organisation: id('organisation') },
    staff: [
      { person: gp, name: 'A. de Vries', role: 'gp', teams: [team], practitioners: ['prac-1'] },
      { person: nurse, name: 'C. Bos', role: 'poh-s', teams: [], file: 'pat-2' },
    ],
    teams: [{ team, need: 'gp', role: 'gp' }],
    patients: {
      'pat-1': { enrolment: { state: 'enrolled', ids: { dossier } }, wellKnown: true },
      'pat-2': { enrolment: null },
    },
  } as unknown as Register;
  const made = (key = base64url(new Uint8Array(32))) =>
    makeEvidence({
      ...{ register, asOf: day('2026-03-20'), fingerprints: new Fingerprints(key) },
      dwellings: new Map([
        ['pat-1', { surnames: ['bos'], postcode: '1234AB', number: '7', doctors: ['prac-1', 'prac-9'] }],
        ['pat-2', { surnames: ['bos'], postcode: '1234AB', number: '9' }],
      ]),
      contacts: new Map([
        [
          'pat-1',
          [
            { kind: 'encounter', day: day('2026-03-02'), practitioners: ['prac-1', 'prac-9'] },
            { kind: 'encounter', day: day('2026-03-03'), practitioners: ['prac-9'] },
            { kind: 'appointment', day: day('2025-12-30'), practitioners: ['prac-1'] },
          ],
        ],
      ]),
      worked: new Map([
        [
          'pat-1',
          [
            { kind: 'result', day: day('2026-03-04'), until: null, practitioners: ['prac-9'], roles: [] },
            { kind: 'meeting', day: day('2026-03-05'), until: null, practitioners: [], roles: ['gp'] },
            {
              ...{ kind: 'step', day: day('2025-12-20'), until: day('2026-01-20') },
              ...{ practitioners: ['prac-1'], roles: ['gp'] },
            },
          ],
        ],
      ]),
      bookings: new Map([
        [
          'pat-1',
          [{ what: 'appointment', state: 'planned', day: day('2026-03-25'), at: null, roles: ['gp'], kinds: [] }],
        ],
      ]),
    });

  it('tells whose contact it was where the practice knows that, else that it was somebody here', () => {
    expect(evidenceSince(day('2026-03-20'))).toBe('2026-01-01');
    expect(made().reasons).toEqual([
      // Of other registers: whose it was, else whose role, else the practice's; what runs on says until when.
      { kind: 'step', dossier, day: '2025-12-20', until: '2026-01-20', person: gp, team: null },
      { kind: 'regular', dossier, day: '2026-01-01', until: '2026-04-30', person: gp, team: null },
      { kind: 'encounter', dossier, day: '2026-03-02', person: gp, team: null },
      { kind: 'encounter', dossier, day: '2026-03-03', person: null, team: null },
      { kind: 'result', dossier, day: '2026-03-04', person: null, team: null },
      { kind: 'meeting', dossier, day: '2026-03-05', person: null, team },
      { kind: 'appointment', dossier, day: '2026-03-25', person: null, team },
    ]);
  });

  it('shows that two are called or live the same, and never how or where', () => {
    const { subjects, colleagues } = made();
    const [patient] = subjects;
    const colleague = colleagues.find(({ person }) => person === nurse)!;
    expect(patient).toMatchObject({ vip: true, colleague: null });
    expect(patient!.surnames).toEqual(colleague.surnames);
    expect(patient!.street).toBe(colleague.street);
    expect(patient!.home).not.toBe(colleague.home);
    expect(colleagues.find(({ person }) => person === gp)).toMatchObject({ home: null, street: null });
    const text = JSON.stringify(made());
    for (const word of ['bos', 'vries', '1234', 'pat-', 'prac-']) expect(text).not.toContain(word);
    // The same names give other words in another practice.
    expect(made(base64url(new Uint8Array(32).fill(1))).subjects[0]!.surnames).not.toEqual(patient!.surnames);
  });
});
