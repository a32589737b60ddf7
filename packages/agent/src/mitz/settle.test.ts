/** R36: one round of questions, with a Mitz that is told what to say. */

import { type Clock, type FactId, newId, systemRandom } from '@ketenkluis/base';
import { scopesForRole } from '@ketenkluis/care';
import type { Bsn } from '@ketenkluis/fhir';
import type { KeyDirectory } from '@ketenkluis/seal';
import { beforeEach, describe, expect, it } from 'vitest';
import type { MitzConsent, Register } from '../register.ts';
import { podiatrist } from '../testing/mitz.ts';
import { selection } from '../testing/world.ts';
import type { Answer } from './answer.ts';
import type { MitzConfig } from './config.ts';
import { askedPatients, askMitz, settleRound } from './settle.ts';

const AT = Date.UTC(2026, 0, 5);
const clock = (() => AT) as Clock;
const organisation = newId('organisation', systemRandom);
const agent = newId('person', systemRandom);
const PATIENTS = 20;
const config: MitzConfig = {
  base: 'https://mitz.example',
  holder: { ura: '00000001', type: 'Z3' },
  data: 'GGC002',
  timeout: 1000,
  hours: 24,
  partners: [podiatrist(organisation)],
  tls: { cert: '', key: '', ca: '' },
};

let register: Register;
let asked: string[];
beforeEach(() => {
  asked = [];
  const handles = Object.fromEntries(
    scopesForRole('podiatrist', ['diabetes'], selection).map(
      (scope) => [scope, newId('handle', systemRandom)] as const,
    ),
  );
  const enrolment = () => ({
    state: 'enrolled',
    programmes: ['diabetes'],
    ids: { dossier: newId('dossier', systemRandom), handles, steps: {}, writes: {} },
  });
  const ids = Array.from({ length: PATIENTS }, (_, i) => `pat-${i}`);
  const patients = Object.fromEntries(ids.map((id) => [id, { enrolment: enrolment(), live: null }]));
  register = {
    practice: { organisation: newId('organisation', systemRandom) },
    agent: { person: agent },
    patients,
  } as unknown as Register;
  for (const id of ids) askMitz(register, id, organisation);
});

const round = (answer: (bsn: string) => Answer, { kinds = ['consent'], partner = true, known = PATIENTS } = {}) =>
  settleRound({
    register,
    use: {
      config,
      mitz: {
        ask: async ({ bsn }) => {
          asked.push(bsn);
          return answer(bsn);
        },
        close: () => undefined,
      },
    },
    bsns: new Map(Array.from({ length: known }, (_, i) => [`pat-${i}`, `bsn-${i}` as Bsn])),
    live: () => null,
    people: {
      standing: () => (partner ? [{ kind: 'partner', organisation }] : []),
      mandatesOf: () => [{ kinds }],
    } as unknown as KeyDirectory,
    selection,
    clock,
    random: systemRandom,
  });
const consents = (): MitzConsent[] =>
  Object.values(register.patients).flatMap(({ enrolment }) =>
    enrolment?.state === 'enrolled' ? (enrolment.ids.mitz ?? []) : [],
  );
const no = (why: 'deny' | 'timeout'): Answer => ({ permit: false, why });

describe('R36: a round of questions', () => {
  it('asks once per patient, and each answer is about its own patient', async () => {
    const report = await round((bsn) => (Number(bsn.slice(4)) % 2 === 0 ? { permit: true } : no('deny')));
    expect(report).toEqual({ asked: 20, permitted: 10, refused: { deny: 10 }, mandated: true });
    expect(new Set(asked).size).toBe(20);
    const agreed = Object.entries(register.patients).filter(
      ([, { enrolment }]) => enrolment?.state === 'enrolled' && (enrolment.ids.mitz ?? []).some(({ over }) => !over),
    );
    expect(agreed.map(([id]) => Number(id.slice(4)) % 2)).toEqual(Array(10).fill(0));
  });

  it('gives up after three questions without an answer: the rest is no, and nobody waits for all of them', async () => {
    const report = await round(() => no('timeout'));
    expect(report!.asked).toBeGreaterThanOrEqual(3);
    expect(report!.asked).toBeLessThanOrEqual(6);
    expect(report!.refused['not-asked']! + report!.refused.timeout!).toBe(PATIENTS);
    expect(consents()).toEqual([]);
  });

  it('asks nobody without a mandate for consents, for who is no partner, or without a BSN', async () => {
    const yes = (): Answer => ({ permit: true });
    expect(await round(yes, { kinds: ['step'] })).toEqual({ asked: 0, permitted: 0, refused: {}, mandated: false });
    expect(await round(yes, { partner: false })).toMatchObject({ asked: 0, refused: { 'not-asked': PATIENTS } });
    expect(await round(yes, { known: 1 })).toMatchObject({ asked: 1, refused: { 'not-asked': PATIENTS - 1 } });
    expect(asked).toEqual(['bsn-0']);
  });

  it('without a mandate what stands is to be withdrawn, not forgotten', async () => {
    await round(() => ({ permit: true }), { known: 1 });
    const [consent] = consents();
    expect(consent).toMatchObject({ organisation, over: false });
    // As the vault holds it now.
    const facts = { [consent!.fact as FactId]: 'A'.repeat(43) };
    await settleRound({
      ...{ register, use: null, bsns: new Map(), selection, clock, random: systemRandom },
      live: () => ({ facts }) as never,
      people: { standing: () => [], mandatesOf: () => [] } as unknown as KeyDirectory,
    });
    expect(consents()).toEqual([{ ...consent, over: true }]);
  });

  it('R31: only who is enrolled can be marked, and only who is marked is asked about', () => {
    register.patients['pat-0']!.enrolment = null;
    delete register.patients['pat-0']!.askMitz;
    askMitz(register, 'pat-0', organisation);
    askMitz(register, 'nobody', organisation);
    expect(askedPatients(register).has('pat-0')).toBe(false);
    expect(askedPatients(register).size).toBe(PATIENTS - 1);
  });
});
