/** One dossier in every state of the relation that an asker can have to it, each with a note under its first part. */

import { newId, systemRandom } from '@ketenkluis/base';
import type { Payload } from '@ketenkluis/seal';
import {
  deliverAll,
  empty,
  enrol,
  newDossier,
  type TestDossier,
  type TestSession,
  type TestWorld,
  withdrawal,
  writeNote,
} from '@ketenkluis/vault/testing';

export const STATES = [
  'treated',
  'of-others',
  'no-write',
  'step-ended',
  'step-over',
  'other-part',
  'relation-ended',
  'enrolment-ended',
  'shut',
  'part-shut',
  'unknown',
] as const;
export type State = (typeof STATES)[number];

export const WHAT: Readonly<Record<State, string>> = {
  treated: "the nurses' team treats this patient, in a running step",
  'of-others': 'another team of the practice treats this patient',
  'no-write': 'as treated, but the team may write no more',
  'step-ended': 'the step was withdrawn',
  'step-over': 'the step has run out by itself',
  'other-part': 'the running step does not list this part',
  'relation-ended': 'the treatment relation was withdrawn',
  'enrolment-ended': 'the enrolment has ended',
  shut: "the patient shut the dossier to the nurses' team",
  'part-shut': "the patient shut this part to the nurses' team",
  unknown: 'there is no such dossier',
};

export interface Target {
  readonly state: State;
  readonly dossier: TestDossier;
  /** The part that is asked for. */
  readonly part: number;
  readonly note: ReturnType<typeof newId<'handle'>>;
}

const SUITE = { v: 1 as const, suite: 1 };

async function change(world: TestWorld, agent: TestSession, dossier: TestDossier, payloads: Payload[]): Promise<void> {
  const row = await world.running.vault.storage.read((tx) =>
    tx.selectFrom('dossier').select('changed').where('dossier', '=', dossier.id).executeTakeFirstOrThrow(),
  );
  const expected = [{ dossier: dossier.id, seq: row.changed }];
  const reply = await deliverAll(world, agent, { ...empty(), payloads, expect: expected });
  if (reply.status !== 200) throw new Error(`the matrix could not bring a dossier into its state: ${reply.text}`);
}

async function make(world: TestWorld, agent: TestSession, writer: TestSession, state: State): Promise<Target> {
  const { nurseTeam, gpTeam, gp } = world.practice;
  const dossier = newDossier(2);
  const note = newId('handle', systemRandom);
  if (state === 'unknown') return { state, dossier, part: 0, note };
  const team = state === 'of-others' ? gpTeam : nurseTeam;
  const { into } = await enrol(world, dossier, team);
  const until = world.time.clock() + 60_000;
  for (const [i, payload] of into.payloads.entries()) {
    if (state === 'step-over' && payload.t === 'fact' && payload.kind === 'step')
      into.payloads[i] = { ...payload, until: until as typeof payload.from };
  }
  const reply = await deliverAll(world, agent, into);
  if (reply.status !== 200) throw new Error(`the matrix could not enrol a dossier: ${reply.text}`);
  const by = state === 'of-others' ? await world.open(gp) : writer;
  const written = await writeNote(world, by, dossier, team);
  if (written.reply.status !== 200) throw new Error(`the matrix could not write a note: ${written.reply.text}`);
  const end = (fact: TestDossier['step']) => change(world, agent, dossier, [withdrawal(world, fact, dossier.id)]);
  const shut = (handles: TestDossier['handles'] | null) =>
    change(world, agent, dossier, [
      {
        t: 'fact',
        ...SUITE,
        id: newId('fact', systemRandom),
        practice: world.practice.id,
        from: world.time.clock(),
        until: null,
        kind: 'restriction',
        dossier: dossier.id,
        handles: handles === null ? null : [...handles],
        excluded: nurseTeam.id,
      },
    ]);
  if (state === 'no-write') await end(dossier.write);
  if (state === 'step-ended') await end(dossier.step);
  if (state === 'relation-ended') await end(dossier.relation);
  if (state === 'enrolment-ended') await end(dossier.enrolment);
  if (state === 'shut') await shut(null);
  if (state === 'part-shut') await shut([dossier.handles[0]!]);
  if (state !== 'other-part') return { state, dossier, part: 0, note: written.handle };
  // A part that no step lists: the handle of another dossier would be unknown, so the step is made anew without this one.
  await change(world, agent, dossier, [
    withdrawal(world, dossier.step, dossier.id),
    {
      t: 'fact',
      ...SUITE,
      id: newId('fact', systemRandom),
      practice: world.practice.id,
      from: world.time.clock(),
      until: null,
      kind: 'step',
      dossier: dossier.id,
      team: nurseTeam.id,
      handles: [dossier.handles[1]!],
    },
  ]);
  return { state, dossier, part: 0, note: written.handle };
}

export async function targetsOf(
  world: TestWorld,
  agent: TestSession,
  writer: TestSession,
): Promise<Readonly<Record<State, Target>>> {
  const targets = {} as Record<State, Target>;
  for (const state of STATES) targets[state] = await make(world, agent, writer, state);
  return targets;
}
