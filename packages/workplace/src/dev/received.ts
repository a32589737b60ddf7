/** Invented referrals from the partner's side: a podiatrist's, from two practices. */

import { addDays, type FactId, type HandleId, localDate, plus } from '@ketenkluis/base';
import type { ProgrammeId, ScopeId } from '@ketenkluis/care';
import { dossier as dossierView } from '../adapter/care-view.ts';
import { reportableBy, reportedValue } from '../adapter/choices.ts';
import { workplaceError } from '../errors.ts';
import { isOver } from '../lib/referrals.ts';
import type {
  Confirmation,
  Received,
  ReceivedSide,
  ReferralMessage,
  ReferralState,
  SentList,
  SentReferral,
} from '../model.ts';
import { type Invented, madeId } from './people.ts';
import { choicesFor, letterOf } from './referrals.ts';
import { ago, type InventedPartner, type Stage, within } from './stage.ts';

const STATES: readonly ReferralState[] = ['sent', 'sent', 'accepted', 'reported', 'taken-over', 'closed', 'overdue'];
const PRACTICES = ['Huisartsenpraktijk De Wilgen', 'Huisartsen Rivierzicht'];

interface Kept extends Received {
  readonly one: Invented;
  readonly scopes: readonly ScopeId[];
}

/** A copy of what was said there, and where nothing was said here yet, of a report. */
function sentOf(stage: Stage, { row, messages, letter }: Kept, removed: readonly HandleId[]): SentReferral {
  const { id, other: practice, patient, birthDate, activity, sent: from, until, state } = row;
  const at = plus(from, 86_400_000);
  const made: ReferralMessage = {
    ...{ handle: `han_${id.slice(4)}` as HandleId, kind: 'reported', at, by: stage.me.name, mine: true, text: '' },
    soep: { s: 'Geen pijn.', o: 'Pulsaties goed, huid intact.', e: 'Simm’s 2.', p: 'Controle over 3 maanden.' },
    ...{ values: [], last: false },
  };
  const copies = messages.length > 0 ? messages : [made];
  const over = state === 'closed' || state === 'overdue';
  return {
    ...{ id, practice, patient, birthDate, activity, from, until, state: over ? 'over' : 'running' },
    messages: copies
      .map((one) => ({ ...one, id: one.handle, sent: state === 'taken-over' ? null : one.at }))
      .filter((one) => !removed.includes(one.id)),
    letter: state === 'overdue' ? null : letter,
  };
}

const shown = ({ one: _one, scopes: _scopes, ...received }: Kept): Received => received;

export function receivedSide(
  stage: Stage,
  partners: readonly InventedPartner[],
  confirmation: Confirmation,
): ReceivedSide {
  const opened = (one: Invented, scopes: readonly ScopeId[]) =>
    dossierView({
      row: { ...one.row, programmes: ['diabetes'], due: [], classes: {} },
      records: within(one.records, scopes, one.row.programmes as ProgrammeId[]),
      asOf: addDays(localDate(stage.start), -1),
      confirmation,
      notes: [],
      denied: [],
      mayWrite: false,
      roles: ['podiatrist'],
    });
  const fit = stage.people.filter((one) => one.row.programmes.includes('diabetes')).slice(0, STATES.length);
  let all: Kept[] = fit.map((one, place) => {
    const state = STATES[place]!;
    const choice = choicesFor(stage, partners.slice(0, 1), one).choices[0]!;
    const practice = PRACTICES[place % 2]!;
    const sent = ago(stage, state === 'overdue' ? 380 : 1 + place * 8);
    const scopes = choice.sees.map(({ scope }) => scope as ScopeId);
    return {
      one,
      scopes,
      row: {
        id: madeId('fact', () => stage.roll()),
        dossier: one.row.dossier,
        patient: one.row.name,
        birthDate: one.row.birthDate ?? null,
        other: practice,
        activity: choice.activity,
        sent,
        until: choice.until,
        state,
        waiting: state === 'sent' ? 1 : 0,
      },
      letter: letterOf(stage, one, choice, undefined, practice),
      dossier: ['accepted', 'reported', 'taken-over'].includes(state) ? opened(one, scopes) : null,
      messages: [],
      reportable: reportableBy('podiatrist'),
    };
  });
  const find = (id: FactId): Kept => {
    const found = all.find(({ row }) => row.id === id);
    if (!found) throw workplaceError('denied', 'no', { detail: { reason: 'unknown' } });
    return found;
  };
  const change = (id: FactId, state: ReferralState, said: Partial<ReferralMessage>) => {
    const message: ReferralMessage = {
      ...{ handle: madeId('handle', () => stage.roll()) as HandleId, kind: 'reported', at: stage.now() },
      ...{ by: stage.me.name, mine: true, text: '', soep: null, values: [], last: false },
      ...said,
    };
    all = all.map((kept) =>
      kept.row.id !== id
        ? kept
        : {
            ...kept,
            row: { ...kept.row, state, waiting: 0 },
            messages: [message, ...kept.messages],
            dossier: state === 'declined' ? null : opened(kept.one, kept.scopes),
          },
    );
    return shown(find(id));
  };
  let removed: readonly HandleId[] = [];
  const sentList = (): SentList => ({
    referrals:
      stage.scene === 'empty'
        ? []
        : all.filter(({ row }) => row.state !== 'sent').map((kept) => sentOf(stage, kept, removed)),
    shut: stage.scene === 'partly' ? 2 : 0,
    older: stage.scene !== 'empty',
    mayRemove: true,
  });
  return {
    sent: async () => {
      await stage.reach();
      return sentList();
    },
    removeSent: async (id) => {
      await stage.reach(60);
      removed = [...removed, id];
      return sentList();
    },
    list: async (progress) => {
      await stage.reach();
      progress?.({ done: 2, total: 2 });
      return {
        // What is over a practice shows no more.
        referrals: stage.scene === 'empty' ? [] : all.map(({ row }) => row).filter(({ state }) => !isOver(state)),
        away: stage.scene === 'partly' ? [{ practice: PRACTICES[1]!, error: workplaceError('offline', 'away') }] : [],
        posed: stage.scene === 'empty' ? 0 : 3,
      };
    },
    open: async (id) => {
      await stage.reach(50);
      return shown(find(id));
    },
    accept: async (id) => {
      await stage.reach(60);
      return change(id, 'accepted', { kind: 'accepted' });
    },
    decline: async (id, text) => {
      await stage.reach(60);
      return change(id, 'declined', { kind: 'declined', text, last: true });
    },
    report: async (id, { soep, values, last }) => {
      await stage.reach(60);
      return change(id, 'reported', {
        soep,
        last,
        values: values.map((one) => reportedValue(reportableBy('podiatrist'), one)),
      });
    },
  };
}
