/** The host against what a patient takes along (docs/spec/own.md, "Nothing left out"; R53): an answer with less in it than there is. */

import { MINUTE, systemRandom } from '@ketenkluis/base';
import {
  type OwnDossier,
  openOwn,
  openWhole,
  ownAccess,
  ownDossiersOf,
  ownLog,
  type Session,
} from '@ketenkluis/client';
import { takeIn } from '@ketenkluis/client/testing';
import { type Attack, succeeds } from './attack.ts';
import { first } from './people.ts';
import type { Loose, Rule } from './proxy.ts';
import type { Fork } from './world.ts';

/** A patient with a telephone, to whom the last delivery granted everything. */
export async function patientOf(fork: Fork): Promise<Session> {
  await fork.up();
  const world = { random: systemRandom, clock: fork.time, fetch: fork.fetch };
  const owners = [await fork.signIn('owner'), await fork.signIn('second')] as const;
  const joined = await takeIn(world, owners, { dossier: first(fork).dossier, name: 'Patiënt' }, 'patient');
  fork.time.move(MINUTE);
  await fork.sync();
  return joined.enter();
}

/** Bends the one dossier that is theirs. */
const showing = (change: (own: Loose) => Loose): Rule => ({
  on: 'own',
  answer: (json) => ({ dossiers: json.dossiers.map(change) }),
});
const ownOf = async (session: Session): Promise<OwnDossier> => (await ownDossiersOf(session))[0]!;

/** As a copy is made: everything of the one dossier, or of what the vault says that it is. */
async function copied(fork: Fork, rule: Rule): Promise<undefined> {
  const session = await patientOf(fork);
  fork.tamper(rule);
  await openWhole(session, await ownOf(session));
  return undefined;
}
/** Every look is proved and opens; what is asked for is the vault's word. */
async function believing(fork: Fork, rule: Rule): Promise<boolean> {
  const session = await patientOf(fork);
  fork.tamper(rule);
  return succeeds(async () => {
    const own = await ownOf(session);
    const { parts } = own.handles.length === 0 ? { parts: [] } : await openOwn(session, own);
    if (!own.ended) await ownAccess(session, own);
    const { complete } = await ownLog(session, own);
    if (!complete || parts.some(({ outcome }) => outcome === 'deny')) throw new Error('this was to look whole');
  });
}

const RULES = {
  empty: showing((own) => ({ ...own, handles: [] })),
  short: showing((own) => ({ ...own, handles: own.handles.slice(1) })),
  ended: showing((own) => ({ ...own, handles: [], facts: [], ended: true })),
} as const;
const copies = (name: string, does: string, rule: Rule): Attack => ({
  ...{ name, promise: 'P5', who: 'host', does, expect: ['client/state-unexplained'] },
  without:
    'with the vault’s word for which parts there are, every part and line proves, and the copy looks like all of it',
  play: (fork) => copied(fork, rule),
  twin: (fork) => believing(fork, rule),
});

export const patientCopies: readonly Attack[] = [
  copies(
    'fill-a-patients-copy-with-nothing',
    'answers a patient’s copy with a dossier that holds no part',
    RULES.empty,
  ),
  copies('leave-a-part-out-of-a-patients-copy', 'answers a patient’s copy with one part fewer', RULES.short),
  copies(
    'say-that-a-patients-dossier-has-ended',
    'says that the dossier has ended and only its log is left',
    RULES.ended,
  ),
  {
    name: 'know-no-dossier-of-a-patient',
    promise: 'P5',
    who: 'host',
    does: 'answers a patient that no dossier here is theirs',
    expect: ['client/state-unexplained'],
    without: 'to a program that takes the answer as it comes there is nothing to take along',
    async play(fork) {
      const session = await patientOf(fork);
      fork.tamper({ on: 'own', answer: () => ({ dossiers: [] }) });
      await ownDossiersOf(session);
      return undefined;
    },
    async twin(fork) {
      const session = await patientOf(fork);
      fork.tamper({ on: 'own', answer: () => ({ dossiers: [] }) });
      const people = await session.people();
      people.owns = () => [];
      return (await ownDossiersOf(session)).length === 0;
    },
  },
  {
    name: 'leave-lines-out-of-a-patients-copy',
    promise: 'P3',
    who: 'host',
    does: 'leaves a look out of the log that a patient takes along',
    expect: ['not whole'],
    without: 'each of the other lines proves by itself',
    async play(fork) {
      const session = await patientOf(fork);
      fork.tamper(withoutFirst);
      return (await openWhole(session, await ownOf(session))).whole ? undefined : 'not whole';
    },
    async twin(fork) {
      const session = await patientOf(fork);
      fork.tamper(withoutFirst);
      const { lines } = await ownLog(session, await ownOf(session));
      return lines.length > 0 && lines.every(({ verified }) => verified);
    },
  },
];

const withoutFirst: Rule = { on: 'audits', answer: (json) => ({ ...json, lines: json.lines.slice(1) }) };
