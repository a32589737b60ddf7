/** Two owners at the same moment, and one patient with two teams: what is ended stays ended, and one team's step is not the other's. */

import { DAY, type FactId, newId, plus, systemRandom } from '@ketenkluis/base';
import { type Fact, type FactOf, type Payload, signStatement } from '@ketenkluis/seal';
import { look, type TestPerson } from '@ketenkluis/vault/testing';
import type { Attack } from './attack.ts';
import { factOf, oneThing, type Pair, said, state } from './pair.ts';

/** This owner ends it, alone. */
async function ends({ world }: Pair, owner: TestPerson, fact: FactId): Promise<void> {
  const { practice, time } = world;
  const payload: Payload = {
    ...{ t: 'withdrawal', v: 1, suite: 1, practice: practice.id, fact, dossier: null },
    at: time.clock(),
  };
  await state(world, owner, [await signStatement(payload, owner.signer)]);
}
/** The other owner states it anew, with these signatures. */
async function states({ world }: Pair, owner: TestPerson, fact: Fact, alone: boolean): Promise<void> {
  await state(world, owner, [await signStatement(fact, alone ? owner.signer : world.practice.owners)]);
}
const ownersOf = ({ world: { practice } }: Pair) => [practice.gp, practice.trustee] as const;

/** P's look at what was handed on; opened before anything happens, so that only the look is judged. */
async function looks(pair: Pair, meanwhile: () => Promise<unknown>): Promise<string | undefined> {
  const guest = await pair.guest();
  await meanwhile();
  const [handle] = pair.referred.handles;
  return said(await look(pair.world, guest, [{ dossier: pair.referred.id, handle: handle! }]));
}

export const partnerRaces: readonly Attack[] = [
  oneThing({
    name: 'extend-a-partner-in-a-race-with-its-end',
    who: 'owner',
    does: 'states a partner anew, alone, at the moment at which the other owner ends it',
    expect: ['vault/refused'],
    without: 'with both signatures the partner goes on under the new fact',
    async work(pair, wrong) {
      const [first, second] = ownersOf(pair);
      const { partner } = pair.base;
      const anew: FactOf<'partner'> = {
        ...{ ...partner, id: newId('fact', systemRandom), from: pair.world.time.clock() },
        until: plus(pair.world.time.clock(), 300 * DAY),
      };
      return looks(pair, () => Promise.all([ends(pair, first, partner.id), states(pair, second, anew, wrong)]));
    },
  }),
  oneThing({
    name: 'look-while-two-owners-end-the-partner',
    who: 'partner',
    does: 'looks once more when both owners end the partner at the same moment, hoping that they undo each other',
    expect: ['vault/refused'],
    without: 'when neither does, the look opens',
    async work(pair, wrong) {
      const both = ownersOf(pair).map((owner) => () => ends(pair, owner, pair.base.partner.id));
      return looks(pair, () => Promise.all(wrong ? both.map((end) => end()) : []));
    },
  }),
  oneThing({
    name: 'keep-a-colleague-in-a-race-with-her-end',
    who: 'owner',
    does: 'states the membership of a colleague anew, alone, at the moment at which the other owner ends it',
    expect: ['not-member'],
    without: 'with both signatures she stays',
    async work(pair, wrong) {
      const { world, other } = pair;
      const { nurse, nurseTeam, memberships } = world.practice;
      const [first, second] = ownersOf(pair);
      const had = memberships.find(({ payload }) => 'person' in payload && payload.person === nurse.id)!.payload;
      const anew: Fact = { ...factOf(world), kind: 'membership', team: nurseTeam.id, person: nurse.id };
      const session = await pair.nurse();
      await Promise.all([ends(pair, first, had.id), states(pair, second, anew, wrong)]);
      return said(await look(world, session, [{ dossier: other.id, handle: other.handles[0]! }]));
    },
  }),
  oneThing({
    name: 'open-the-other-teams-part-of-one-patient',
    who: 'member',
    does: 'treats a patient in one programme, and asks for the part that another team has in the other programme',
    expect: ['step-without-handle'],
    without: 'the part of the own programme opens',
    async work(pair, wrong) {
      const { world, other } = pair;
      const handle = wrong ? other.beyond : other.handles[1]!;
      return said(await look(world, await pair.nurse(), [{ dossier: other.id, handle }]));
    },
  }),
];
