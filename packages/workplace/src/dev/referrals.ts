/** Invented referrals, from the practice's side. */

import { type DossierId, type FactId, type HandleId, plus } from '@ketenkluis/base';
import { PROGRAMMES, type ProgrammeId, scopesOf } from '@ketenkluis/care';
import { referralChoices } from '../adapter/choices.ts';
import { workplaceError } from '../errors.ts';
import type {
  NewReferral,
  Referral,
  ReferralChoice,
  ReferralMessage,
  ReferralRow,
  ReferralSide,
  ReferralState,
} from '../model.ts';
import type { InventedSetting } from './partners.ts';
import { type Invented, madeId } from './people.ts';
import { ago, both, dayAgo, type InventedPartner, roleName, type Stage, selection } from './stage.ts';

export const held = (one: Invented) => scopesOf(selection, one.row.programmes as ProgrammeId[]);
export const choicesFor = (
  stage: Stage,
  partners: readonly InventedPartner[],
  one: Invented,
  settings: readonly InventedSetting[] = [],
) =>
  referralChoices(
    partners,
    { programmes: one.row.programmes as ProgrammeId[], held: held(one), seen: held(one), now: stage.now() },
    selection,
    new Map(
      settings.flatMap(({ id, ground, teams }) => teams.map(({ team }) => [team, { setting: id, ground }] as const)),
    ),
  );

const QUESTION: Readonly<Record<string, string>> = {
  'foot-care': 'Verminderd gevoel aan beide voeten, eelt onder de rechter voorvoet. Graag zorgprofiel en behandelplan.',
  dietetics: 'Gewicht loopt op en HbA1c stijgt. Graag begeleiding, meneer kookt zelf.',
  fundus: 'Graag fundusfoto, de vorige is twee jaar geleden.',
  'medication-review': 'Nierfunctie daalt. Graag beoordelen of metformine omlaag moet.',
};

export function letterOf(stage: Stage, one: Invented, choice: ReferralChoice, question?: string, practice?: string) {
  const identity = one.records.find((record) => record.kind === 'identity');
  return {
    programme: both(PROGRAMMES[choice.programme as ProgrammeId].nl, PROGRAMMES[choice.programme as ProgrammeId].en),
    activity: choice.activity,
    question: question ?? QUESTION[choice.step] ?? 'Graag uw beoordeling.',
    patient: one.row.name,
    birthDate: one.row.birthDate ?? null,
    gender: identity?.gender === 'male' || identity?.gender === 'female' ? identity.gender : null,
    by: { name: 'Sanne Terpstra', role: roleName('poh-s'), practice: practice ?? stage.me.practice },
    parts: choice.sees.map(({ name }) => name),
    until: choice.until,
  };
}

const message = (stage: Stage, back: number, by: string, more: Partial<ReferralMessage>): ReferralMessage => ({
  handle: madeId('handle', () => stage.roll()),
  kind: 'reported',
  at: ago(stage, back),
  by,
  mine: false,
  text: '',
  soep: null,
  values: [],
  last: false,
  ...more,
});

function report(stage: Stage, step: string, back: number, by: string): ReferralMessage {
  const date = dayAgo(stage, back);
  if (step === 'dietetics') {
    return message(stage, back, by, {
      soep: {
        s: 'Eet sinds zes weken drie vaste maaltijden, drinkt geen frisdrank meer.',
        o: 'Middelomtrek 104 cm.',
        e: 'Goede start, motivatie groot.',
        p: 'Vervolg over vier weken.',
      },
      values: [
        { label: both('Gewicht', 'Weight'), nhg: '357', value: '88,4', unit: 'kg', date },
        { label: both('BMI', 'BMI'), nhg: '1272', value: '29,1', unit: 'kg/m2', date },
      ],
    });
  }
  return message(stage, back, by, {
    soep: {
      s: 'Geen pijn, soms een doof gevoel in de tenen.',
      o: 'Monofilament rechts op 2 van 3 punten niet gevoeld. Pulsaties goed. Drukplek onder MTP 2 rechts, huid intact.',
      e: 'Simm’s 2, zorgprofiel 3.',
      p: 'Vilt en zooltherapie, controle over 3 maanden. Graag jaarlijks voetonderzoek bij u.',
    },
    values: [{ label: both('HbA1c', 'HbA1c'), nhg: '2816', value: '58', unit: 'mmol/mol', date }],
  });
}

const STATES: readonly ReferralState[] = [
  'reported',
  'reported',
  'sent',
  'accepted',
  'declined',
  'taken-over',
  'overdue',
  'withdrawn',
  'closed',
];

export function inventReferrals(stage: Stage, partners: readonly InventedPartner[]): Referral[] {
  const fit = stage.people.filter((one) => one.row.programmes.includes('diabetes')).slice(0, STATES.length);
  return fit.map((one, place) => {
    const state = STATES[place]!;
    const { choices } = choicesFor(stage, partners, one);
    const choice = choices[[0, 1, 0, 2, 3, 1, 0, 1, 2][place]! % choices.length]!;
    const sent = ago(stage, state === 'overdue' ? 380 : 9 + place * 6);
    const until = plus(sent, choice.until - stage.now());
    const by = choice.partner;
    const messages: ReferralMessage[] = [];
    if (state === 'declined') {
      const text = 'Wij zitten vol tot februari. Verwijs gerust naar onze collega’s in Elst.';
      messages.push(message(stage, 3, by, { kind: 'declined', text, last: true }));
    } else if (state !== 'sent') {
      messages.push(message(stage, 8, by, { kind: 'accepted', text: 'Afspraak op donderdag.' }));
    }
    if (state === 'reported') messages.unshift(report(stage, choice.step, 1 + place, by));
    return {
      id: madeId('fact', () => stage.roll()),
      dossier: one.row.dossier,
      patient: one.row.name,
      birthDate: one.row.birthDate ?? null,
      other: by,
      activity: choice.activity,
      sent,
      until,
      state,
      waiting: state === 'reported' ? 1 : 0,
      letter: { ...letterOf(stage, one, choice), until },
      messages,
      consent: state === 'withdrawn' ? null : { from: sent, until, assumed: false },
      removal:
        state === 'withdrawn' ? { refused: ago(stage, 0.2), rewrapped: { done: 3, total: 4 }, fresh: null } : null,
    };
  });
}

export const rowOf = ({ letter: _l, messages: _m, consent: _c, removal: _r, ...row }: Referral): ReferralRow => row;

export function referralSide(
  stage: Stage,
  partners: readonly InventedPartner[],
  heard: { copies: number; arrived: number },
  settings: readonly InventedSetting[],
): { readonly side: ReferralSide; readonly of: (dossier: DossierId) => readonly Referral[] } {
  let all = stage.scene === 'empty' ? [] : inventReferrals(stage, partners);
  const find = (id: FactId): Referral => {
    const found = all.find((one) => one.id === id);
    if (!found) throw workplaceError('denied', 'no such referral', { detail: { reason: 'unknown' } });
    return found;
  };
  const change = (id: FactId, to: (one: Referral) => Referral) => {
    all = all.map((one) => (one.id === id ? to(one) : one));
  };
  const side: ReferralSide = {
    choices: async (dossier) => {
      await stage.reach();
      const one = stage.people.find(({ row }) => row.dossier === dossier);
      if (!one) throw workplaceError('denied', 'no', { detail: { reason: 'no-step' } });
      return choicesFor(stage, stage.scene === 'partly' ? partners.slice(0, 1) : partners, one, settings);
    },
    refer: async ({ dossier, choice, question, scopes, assumed }: NewReferral) => {
      await stage.reach(60);
      const one = stage.people.find(({ row }) => row.dossier === dossier)!;
      const id = madeId('fact', () => stage.roll());
      const seen = choice.sees.filter(({ scope }) => scopes.includes(scope));
      const letter = letterOf(stage, one, { ...choice, sees: seen }, question);
      const { until, activity, partner: other } = choice;
      const sent = stage.now();
      all = [
        {
          ...{ id, dossier, patient: one.row.name, birthDate: one.row.birthDate ?? null, other, activity, sent, until },
          ...{ state: 'sent', waiting: 0, letter, messages: [], removal: null },
          consent: { from: sent, until, assumed: assumed !== null },
        },
        ...all,
      ];
      return id;
    },
    list: async (progress) => {
      await stage.reach();
      progress?.({ done: all.length, total: all.length });
      return all.map(rowOf);
    },
    waiting: async () => all.reduce((sum, one) => sum + one.waiting, heard.arrived),
    open: async (id) => {
      await stage.reach();
      return find(id);
    },
    fresh: async (id) => {
      const { removal, letter } = find(id);
      const total = letter?.parts.length ?? 0;
      return removal === null ? null : { done: Math.min(1, total), total };
    },
    declareCopy: async () => {
      await stage.reach(10);
      heard.copies++;
    },
    takeOver: async (id, handle: HandleId) => {
      await stage.reach(60);
      change(id, (one) => ({
        ...one,
        messages: one.messages.filter((each) => each.handle !== handle),
        waiting: Math.max(0, one.waiting - 1),
        state: one.waiting <= 1 ? 'taken-over' : one.state,
      }));
      return find(id);
    },
    close: async (id) => {
      await stage.reach(60);
      change(id, (one) => ({ ...one, state: 'closed', waiting: 0, removal: removal(stage) }));
      return find(id);
    },
    withdrawConsent: async (id) => {
      await stage.reach(60);
      change(id, (one) => ({ ...one, state: 'withdrawn', consent: null, removal: removal(stage) }));
      return find(id);
    },
  };
  return { side, of: (dossier) => all.filter((one) => one.dossier === dossier) };
}

const removal = (stage: Stage) => ({ refused: stage.now(), rewrapped: null, fresh: null });
