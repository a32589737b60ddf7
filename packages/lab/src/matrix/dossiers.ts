/** One dossier in every state of the relation that an asker can have to it, each with a note under its first part. */

import { type FactId, type HandleId, localDate, newId, type RequestId, systemRandom } from '@ketenkluis/base';
import type { Payload } from '@ketenkluis/seal';
import {
  aboutDossier,
  deliverAll,
  dossierFacts,
  empty,
  endFacts,
  endReferral,
  type HandedOn,
  look,
  newDossier,
  type Reply,
  referTo,
  sealInto,
  type TestDossier,
  type TestWorld,
  withdrawal,
  writeNote,
} from '@ketenkluis/vault/testing';
import { type Circle, handOver, stated } from './circle.ts';
import type { Cast, Role } from './roles.ts';

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
  'referred',
  'consent-withdrawn',
  'referral-ended',
  'called',
  'emergency',
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
  referred: "as treated, and referred to both guests' teams with all parts and the patient's consent",
  'consent-withdrawn': 'referred, and the consents for it withdrawn',
  'referral-ended': 'referred, and all that the referrals stand on ended',
  called: 'as treated, and handed over to both substitutes',
  emergency:
    "as treated, a part granted beforehand to the owner's team for emergencies; the owner has used it, and the patient was told",
  unknown: 'there is no such dossier',
};

export interface Target {
  readonly state: State;
  readonly dossier: TestDossier;
  /** The part that is asked for. */
  readonly part: number;
  /** A note for whoever takes one over; some have one of their own, so that all can. */
  readonly notes: Partial<Record<Role, HandleId>> & { readonly any: HandleId };
  /** Of a consent to the guests' organisation that may end: one for each who may, one for everybody else. */
  readonly consents: Partial<Record<Role, FactId>> & { readonly any: FactId };
  /** On which facts the guests stand, in the order of the partners; of a dossier that nobody referred, on none that are there. */
  readonly handed: readonly [HandedOn, HandedOn];
  /** The look in an emergency that waits for a review. */
  readonly review: RequestId;
  readonly circle: Circle;
}

const id = () => newId('fact', systemRandom);
const nothing = (): HandedOn => ({
  relation: id(),
  step: id(),
  write: id(),
  consent: id(),
  letter: newId('handle', systemRandom),
});

async function done(reply: Promise<Reply>): Promise<Reply> {
  const { status, text } = await reply;
  if (status !== 200) throw new Error(`the matrix could not bring a dossier into its state: ${text}`);
  return reply;
}

async function change(world: TestWorld, { askers }: Cast, dossier: TestDossier, payloads: Payload[]): Promise<void> {
  const row = await world.running.vault.storage.read((tx) =>
    tx.selectFrom('dossier').select('changed').where('dossier', '=', dossier.id).executeTakeFirstOrThrow(),
  );
  const expected = [{ dossier: dossier.id, seq: row.changed }];
  await done(deliverAll(world, askers.agent.session, { ...empty(), payloads, expect: expected }));
}

/** Enrolled and sealed for the team that treats; consents that no step of a guest uses; in one state, an emergency beforehand. */
async function enrolled(world: TestWorld, { askers, circle, owns }: Cast, target: Target): Promise<void> {
  const { dossier, state, consents } = target;
  const { nurseTeam, gpTeam, agent } = world.practice;
  const team = state === 'of-others' ? gpTeam : nurseTeam;
  const into = empty();
  const until = world.time.clock() + 60_000;
  for (const payload of dossierFacts(world, dossier, team)) {
    const over = state === 'step-over' && payload.t === 'fact' && payload.kind === 'step';
    into.payloads.push(over ? { ...payload, until: until as typeof payload.from } : payload);
  }
  for (const consent of Object.values(consents)) {
    const handles = [dossier.handles[1]!];
    const { id: organisation } = circle.partners[0].practice;
    const fact = stated<'consent'>(world, { kind: 'consent', until: null, dossier: dossier.id, organisation, handles });
    into.payloads.push({ ...fact, id: consent });
  }
  const own = Object.hasOwn(owns, state) ? owns[state as keyof Cast['owns']] : undefined;
  const readers = [{ team, fact: dossier.step }, ...(own ? [{ team: own.team, fact: own.fact.id }] : [])];
  if (state === 'emergency') {
    const handles = [dossier.handles[0]!];
    const fields = { kind: 'emergency' as const, until: null, dossier: dossier.id, team: gpTeam.id, handles };
    const fact = stated<'emergency'>(world, fields);
    into.payloads.push(fact);
    await sealInto(
      world,
      into,
      agent,
      dossier.id,
      [{ handle: handles[0]! }],
      [...readers, { team: gpTeam, fact: fact.id }],
    );
    await sealInto(world, into, agent, dossier.id, [{ handle: dossier.handles[1]! }], readers);
  } else {
    const packs = dossier.handles.map((handle) => ({ handle }));
    await sealInto(world, into, agent, dossier.id, packs, readers);
  }
  into.expect.push({ dossier: dossier.id, seq: 0 });
  await done(deliverAll(world, askers.agent.session, into));
}

async function refer(world: TestWorld, { askers, circle }: Cast, { dossier }: Target): Promise<Target['handed']> {
  const { session } = askers.nurse;
  const [first, second] = [
    await referTo(world, circle.partners[0], session, dossier),
    await referTo(world, circle.partners[1], session, dossier),
  ];
  for (const { reply } of [first, second]) await done(Promise.resolve(reply));
  return [first.handed, second.handed];
}

async function make(world: TestWorld, cast: Cast, state: State): Promise<Target> {
  const { askers, circle } = cast;
  const { nurseTeam } = world.practice;
  const { session } = askers.nurse;
  const own = Object.hasOwn(cast.owns, state) ? cast.owns[state as keyof Cast['owns']] : undefined;
  const dossier = own?.dossier ?? newDossier(2);
  const handle = () => newId('handle', systemRandom);
  let target: Target = {
    ...{ state, dossier, part: 0, circle, review: newId('request', systemRandom) },
    ...{ notes: { any: handle() }, consents: { any: id(), nurse: id(), owner: id() }, handed: [nothing(), nothing()] },
  };
  if (state === 'unknown') return target;
  await enrolled(world, cast, target);
  const by = state === 'of-others' ? askers.owner : askers.nurse;
  const note = async () => {
    const written = await writeNote(world, by.session, dossier, by.team);
    await done(Promise.resolve(written.reply));
    return written.handle;
  };
  target = { ...target, notes: { any: await note(), ...(state === 'called' ? { locum: await note() } : {}) } };
  const end = (fact: FactId) => change(world, cast, dossier, [withdrawal(world, fact, dossier.id)]);
  const shut = (handles: HandleId[] | null) =>
    change(world, cast, dossier, [
      stated<'restriction'>(world, {
        ...{ kind: 'restriction', until: null, dossier: dossier.id, handles, excluded: nurseTeam.id },
      }),
    ]);
  switch (state) {
    case 'no-write':
      await end(dossier.write);
      break;
    case 'step-ended':
      await end(dossier.step);
      break;
    case 'relation-ended':
      await end(dossier.relation);
      break;
    case 'enrolment-ended':
      await end(dossier.enrolment);
      break;
    case 'shut':
      await shut(null);
      break;
    case 'part-shut':
      await shut([dossier.handles[0]!]);
      break;
    case 'other-part': {
      // A part that no step lists: the handle of another dossier would be unknown, so the step is made anew without this one.
      const handles = [dossier.handles[1]!];
      const fields = { kind: 'step' as const, until: null, dossier: dossier.id, team: nurseTeam.id, handles };
      const gone = withdrawal(world, dossier.step, dossier.id);
      await change(world, cast, dossier, [gone, stated<'step'>(world, fields)]);
      break;
    }
    case 'referred':
    case 'consent-withdrawn':
    case 'referral-ended': {
      const handed = await refer(world, cast, target);
      const consents = handed.map(({ consent }) => consent);
      if (state === 'consent-withdrawn') await done(endFacts(world, session, dossier, consents));
      if (state === 'referral-ended') for (const one of handed) await done(endReferral(world, session, dossier, one));
      return { ...target, handed };
    }
    case 'called':
      for (const standIn of [circle.locum, circle.former])
        await done(handOver(world, session, standIn, dossier.id, dossier.handles[0]!));
      break;
    case 'emergency': {
      const items = [{ dossier: dossier.id, handle: dossier.handles[0]! }];
      await done(look(world, askers.owner.session, items, { class: 'emergency', id: target.review }));
      const told = { review: target.review, how: 'letter', on: localDate(world.time.clock()) };
      await done(aboutDossier(world, session, 'review-told', dossier, told));
      break;
    }
    default:
  }
  return target;
}

export async function targetsOf(world: TestWorld, cast: Cast): Promise<Readonly<Record<State, Target>>> {
  const targets = {} as Record<State, Target>;
  for (const state of STATES) targets[state] = await make(world, cast, state);
  return targets;
}
