/** What is handed to a partner, and what the partner does with it: facts, consent, letters, messages, and grants that were kept. */

import { DAY, fromBase64url, HOUR, newId, plus, systemRandom } from '@ketenkluis/base';
import {
  asShare,
  batchesFromWire,
  type Fact,
  type FactOf,
  type Hash,
  type Share,
  type Statement,
  signStatement,
  statementFromWire,
  statementsFromWire,
  statementToWire,
  suite,
  webVerifier,
} from '@ketenkluis/seal';
import { openBundle, openPack } from '@ketenkluis/seal/open';
import {
  aboutDossier,
  deliverAll,
  empty,
  endFacts,
  endReferral,
  look,
  type ReferOptions,
  type Reply,
  referTo,
  sealInto,
  type TestSession,
  type TestWorld,
  withStates,
  writeMessage,
} from '@ketenkluis/vault/testing';
import { type Attack, codeAfter } from './attack.ts';
import { because, factOf, oneThing, type Pair, type PairDossier, said, state } from './pair.ts';
import type { Loose } from './proxy.ts';

/** The nurse hands the second patient on. */
const refer = async (pair: Pair, options: ReferOptions = {}, world = pair.world): Promise<Reply> =>
  (await referTo(world, pair.theirs, await pair.nurse(), pair.other, options)).reply;
/** One kind of the referral's facts, changed. */
const withFact =
  <K extends Fact['kind']>(kind: K, change: (fact: FactOf<K>) => Fact | null) =>
  (facts: readonly Fact[]) =>
    facts.flatMap((fact) => (fact.kind === kind ? (change(fact as FactOf<K>) ?? []) : fact));

const consentOf = (pair: Pair, { id, handles }: PairDossier): FactOf<'consent'> => ({
  ...factOf(pair.world, plus(pair.world.time.clock(), 90 * DAY)),
  ...{ kind: 'consent', dossier: id, organisation: pair.theirs.practice.id, handles: [...handles] },
});
/** Posts this as what the patient said of the second dossier. */
async function say(pair: Pair, fact: Fact, signer?: TestSession): Promise<Reply> {
  const nurse = await pair.nurse();
  const body = { ...(await withStates(pair.world, signer ?? nurse, [fact])) };
  return aboutDossier(pair.world, nurse, 'consent', pair.other, body);
}

const guestLooks = async (pair: Pair, handle = pair.referred.handles[0]!, as?: TestSession) =>
  look(pair.world, as ?? (await pair.guest()), [{ dossier: pair.referred.id, handle }]);
const message = async (pair: Pair, options: Parameters<typeof writeMessage>[5]): Promise<Reply> =>
  (await writeMessage(pair.world, pair.theirs, await pair.guest(), pair.referred, pair.base.handed, options)).reply;

/** Something of the practice's happens while this one request is on its way. */
const meanwhile = (world: TestWorld, on: string, happens: () => Promise<unknown>): TestWorld => ({
  ...world,
  async signed(who, name, body, fields) {
    if (name === on) await happens();
    return world.signed(who, name, body, fields);
  },
});

/** What P kept: the answer of a look, with her share out of it. */
async function keptBy(pair: Pair) {
  const answer = (await guestLooks(pair)).json<Loose>();
  const [result] = answer.results;
  const { batches } = answer;
  const [descriptor, bundle] = statementsFromWire({ statements: [result.descriptor, result.bundle], batches }) as [
    Statement<'descriptor'>,
    Statement<'bundle'>,
  ];
  const key = await suite(1).kem.importPrivate(pair.theirs.practice.nurseTeam.seed);
  const opened = await openBundle(bundle.payload, key);
  const c = await opened.unwrap({ ...result.wrap, ct: fromBase64url(result.wrap.ct) });
  return { c: c as Share<'c'>, h: asShare('h', fromBase64url(result.h)), descriptor, pack: fromBase64url(result.pack) };
}
/** The agent seals the first part anew, as at the next sync: for the nurses only when the referral is over. */
async function sealedAnew(pair: Pair, prev: Hash) {
  const { world, referred } = pair;
  const into = empty();
  const { agent, nurseTeam } = world.practice;
  const who = await world.open(agent);
  const packs = [{ handle: referred.handles[0]!, version: 2, prev, text: '{"v":1,"text":"later"}' }];
  const readers = [{ team: nurseTeam, fact: referred.step }];
  const { dossiers } = (await world.call('heads', { token: who.token })).json<{
    dossiers: { dossier: string; seq: number }[];
  }>();
  into.expect.push({ dossier: referred.id, seq: dossiers.find(({ dossier }) => dossier === referred.id)!.seq });
  const [descriptor] = await sealInto(world, into, agent, referred.id, packs, readers);
  const sent = await deliverAll(world, who, into);
  if (sent.status !== 200) throw new Error(sent.text);
  const shown = await look(world, await pair.nurse(), [{ dossier: referred.id, handle: referred.handles[0]! }]);
  const [result] = shown.json<Loose>().results;
  return { descriptor: descriptor!, pack: fromBase64url(result.pack), h: asShare('h', fromBase64url(result.h)) };
}

/** How a look at this part is answered, but for the ids that were asked. */
async function answered(
  pair: Pair,
  who: TestSession,
  item: { readonly dossier: PairDossier['id']; readonly handle: PairDossier['handles'][number] },
) {
  const reply = await look(pair.world, who, [item]);
  const { results, states, commits } = reply.json<Record<string, unknown[]>>();
  const plain = JSON.stringify({ status: reply.status, results, states, commits });
  return plain.replaceAll(item.dossier, 'dossier').replaceAll(item.handle, 'handle');
}

export const partnerReferrals: readonly Attack[] = [
  oneThing({
    name: 'infer-a-restriction-from-an-answer',
    who: 'partner',
    does: 'compares how a look is answered at a patient who shut everybody outside out, and at a patient who does not exist',
    expect: ['alike'],
    without: 'without the restriction the part opens, and the two differ',
    async work(pair, wrong) {
      const { referred } = pair;
      const shut: FactOf<'restriction'> = {
        ...{ ...factOf(pair.world), kind: 'restriction', dossier: referred.id, handles: null, excluded: 'outside' },
      };
      const nurse = await pair.nurse();
      if (wrong) {
        const body = { ...(await withStates(pair.world, nurse, [shut])) };
        const said = await aboutDossier(pair.world, nurse, 'consent', referred, body);
        if (said.status !== 200) throw new Error(said.text);
      }
      const guest = await pair.guest();
      const real = await answered(pair, guest, { dossier: referred.id, handle: referred.handles[0]! });
      const nobody = { dossier: newId('dossier', systemRandom), handle: newId('handle', systemRandom) };
      return real === (await answered(pair, guest, nobody)) ? 'alike' : undefined;
    },
  }),
  oneThing({
    name: 'refer-beyond-the-own-parts',
    who: 'member',
    does: "hands a part on that only the doctors' step lists",
    expect: ['vault/not-allowed'],
    without: 'the own part goes along',
    work: async (pair, wrong) =>
      said(
        await refer(pair, {
          handles: [wrong ? pair.other.beyond : pair.other.handles[0]!],
        }),
      ),
  }),
  oneThing({
    name: 'list-more-in-the-step-than-was-asked',
    who: 'member',
    does: "asks for one part and lists a part of the doctors with it in the partner's step",
    expect: ['vault/bad-request'],
    without: 'a step that lists what was asked for stands',
    work: async (pair, wrong) =>
      said(
        await refer(pair, {
          change: wrong
            ? (facts) =>
                facts.map((fact) =>
                  fact.kind === 'step' || fact.kind === 'consent'
                    ? { ...fact, handles: [...fact.handles, pair.other.beyond] }
                    : fact,
                )
            : (facts) => facts,
        }),
      ),
  }),
  oneThing({
    name: 'grant-more-than-the-step-lists',
    who: 'member',
    does: 'refers one part and grants the partner a second one beneath it',
    expect: ['vault/bad-statement'],
    without: 'with both parts in the step the same grants stand',
    async work(pair, wrong) {
      const { handles } = pair.other;
      if (!wrong) return said(await refer(pair));
      // All shares are asked for and granted; step and consent say one part only.
      const change = (facts: readonly Fact[]) =>
        facts.map((fact) => (fact.kind === 'step' ? { ...fact, handles: [handles[0]!] } : fact));
      const narrowed: TestWorld = {
        ...pair.world,
        signed: (who, name, body, fields) =>
          pair.world.signed(
            who,
            name,
            body,
            name === 'refer' ? { ...fields, items: (fields.items ?? []).slice(0, 1) } : fields,
          ),
      };
      return because(await refer(pair, { change }, narrowed), 'nothing more');
    },
  }),
  oneThing({
    name: 'refer-on-a-consent-for-fewer-parts',
    who: 'member',
    does: 'hands two parts on, of which the patient agreed to one',
    expect: ['vault/bad-statement'],
    without: 'with a consent for both the referral stands',
    async work(pair, wrong) {
      const change = withFact('consent', (fact) => (wrong ? { ...fact, handles: fact.handles.slice(0, 1) } : fact));
      return because(await refer(pair, { change }), 'all these parts');
    },
  }),
  oneThing({
    name: 'refer-on-a-consent-for-another-organisation',
    who: 'member',
    does: 'hands parts on with a consent that names another organisation',
    expect: ['vault/bad-statement'],
    without: 'with the organisation of the team it stands',
    async work(pair, wrong) {
      const organisation = wrong ? newId('organisation', systemRandom) : pair.theirs.practice.id;
      return because(
        await refer(pair, { change: withFact('consent', (fact) => ({ ...fact, organisation })) }),
        'this organisation',
      );
    },
  }),
  oneThing({
    name: 'refer-without-any-consent',
    who: 'member',
    does: 'leaves the consent out, of a patient who never gave one',
    expect: ['vault/bad-statement'],
    without: 'when the patient said yes before, it may be left out',
    async work(pair, wrong) {
      if (!wrong) {
        const given = said(await say(pair, { ...consentOf(pair, pair.other), until: null }));
        if (given !== undefined) return given;
      }
      return because(await refer(pair, { change: withFact('consent', () => null) }), 'no consent of the patient');
    },
  }),
  oneThing({
    name: 'click-an-own-team-into-a-step',
    who: 'member',
    does: 'declares a step for a team of the practice itself, as if it were a partner',
    expect: ['vault/bad-statement'],
    without: "for the partner's team the same facts stand",
    async work(pair, wrong) {
      const team = wrong ? pair.world.practice.gpTeam : pair.theirs.practice.nurseTeam;
      return because(await refer(pair, { team }), 'of no partner');
    },
  }),
  oneThing({
    name: 'state-a-relation-by-a-click',
    who: 'member',
    does: 'posts a relation of an own team with the patient, signed by herself',
    expect: ['vault/bad-statement'],
    without: 'what the patient said may be posted so',
    async work(pair, wrong) {
      const { practice } = pair.world;
      const until = plus(pair.world.time.clock(), DAY);
      const relation: Fact = {
        ...factOf(pair.world, until),
        ...{ kind: 'relation', dossier: pair.other.id, teams: [practice.gpTeam.id] },
      };
      return because(await say(pair, wrong ? relation : consentOf(pair, pair.other)), 'only what the patient said');
    },
  }),
  oneThing({
    name: 'refer-for-longer-than-a-year',
    who: 'member',
    does: 'hands a patient on for 400 days',
    expect: ['vault/bad-statement'],
    without: 'for 300 days it stands',
    work: async (pair, wrong) =>
      because(
        await refer(pair, { until: plus(pair.world.time.clock(), (wrong ? 400 : 300) * DAY) }),
        'at most a year ahead',
      ),
  }),
  oneThing({
    name: 'date-a-referral-ahead',
    who: 'member',
    does: 'signs the facts of a referral that begins in an hour, to have it open when nobody looks',
    expect: ['vault/bad-statement'],
    without: 'from now on it stands',
    async work(pair, wrong) {
      const from = plus(pair.world.time.clock(), wrong ? HOUR : 0);
      return because(await refer(pair, { change: (facts) => facts.map((fact) => ({ ...fact, from })) }), 'begins now');
    },
  }),
  oneThing({
    name: 'date-a-referral-back',
    who: 'member',
    does: 'signs facts of three days ago, to have looks of then explained',
    expect: ['vault/bad-statement'],
    without: 'from now on it stands',
    async work(pair, wrong) {
      const from = plus(pair.world.time.clock(), wrong ? -3 * DAY : 0);
      return because(await refer(pair, { change: (facts) => facts.map((fact) => ({ ...fact, from })) }), 'begins now');
    },
  }),
  oneThing({
    name: 'state-a-consent-in-a-colleagues-name',
    who: 'member',
    does: 'posts a consent that a colleague signed',
    expect: ['vault/bad-statement'],
    without: 'whoever sits with the patient signs it and posts it',
    work: async (pair, wrong) =>
      because(
        await say(pair, consentOf(pair, pair.other), await (wrong ? pair.gp() : pair.nurse())),
        'not signed by whoever sends it',
      ),
  }),
  oneThing({
    name: 'change-a-signed-consent',
    who: 'host or network',
    does: 'puts another id into a consent that was signed, to have it count once more',
    expect: ['vault/bad-statement'],
    without: 'as it was signed it stands',
    async work(pair, wrong) {
      const nurse = await pair.nurse();
      const fact = consentOf(pair, pair.other);
      const body = { ...(await withStates(pair.world, nurse, [fact])) };
      const [first, ...more] = body.statements;
      const forged = await signStatement({ ...fact, id: newId('fact', systemRandom) }, nurse.person.signer);
      const genuine = statementFromWire(first!, batchesFromWire(body.batches)) as Statement<'fact'>;
      const bent = statementToWire({ ...forged, proof: genuine.proof } as typeof forged);
      const sent = { ...body, statements: wrong ? [bent, ...more] : body.statements };
      return said(await aboutDossier(pair.world, nurse, 'consent', pair.other, sent));
    },
  }),
  oneThing({
    name: 'bring-a-withdrawn-consent-back',
    who: 'member',
    does: 'posts once more, byte for byte, the consent that the patient withdrew',
    expect: ['vault/conflict'],
    without: 'a new consent of the patient stands',
    async work(pair, wrong) {
      const fact = consentOf(pair, pair.other);
      const first =
        said(await say(pair, fact)) ?? said(await endFacts(pair.world, await pair.nurse(), pair.other, [fact.id]));
      if (first !== undefined) return first;
      const fresh = consentOf(pair, pair.other);
      const nurse = await pair.nurse();
      const steps = await withStates(pair.world, nurse, [fresh]);
      const again = statementToWire(await signStatement(fact, nurse.person.signer));
      const body = wrong ? { ...steps, statements: [again, ...steps.statements.slice(1)] } : steps;
      return because(await aboutDossier(pair.world, nurse, 'consent', pair.other, { ...body }), 'stands already');
    },
  }),
  oneThing({
    name: 'bring-a-consent-of-another-patient',
    who: 'member',
    does: "posts a consent about one patient under another patient's dossier",
    expect: ['vault/bad-statement'],
    without: 'under the own dossier it stands',
    work: async (pair, wrong) =>
      because(
        await say(pair, { ...consentOf(pair, pair.other), dossier: (wrong ? pair.referred : pair.other).id }),
        'another dossier',
      ),
  }),
  oneThing({
    name: 'bring-a-consent-of-another-practice',
    who: 'member',
    does: "posts a consent that was stated at another practice's vault",
    expect: ['vault/bad-statement'],
    without: 'stated here it stands',
    work: async (pair, wrong) =>
      said(
        await say(pair, {
          ...consentOf(pair, pair.other),
          practice: (wrong ? pair.theirs : pair.world).practice.id,
        }),
      ),
  }),
  oneThing({
    name: 'refer-while-the-partner-is-ended',
    who: 'two owners',
    does: 'sends a referral that was made before, when the other owner has just ended the partner',
    expect: ['vault/bad-statement'],
    without: 'a moment earlier it stands',
    async work(pair, wrong) {
      const world = meanwhile(pair.world, 'refer', async () => wrong && pair.endFact(pair.base.partner.id));
      return said(await refer(pair, {}, world));
    },
  }),
  oneThing({
    name: 'pin-a-partner-alone',
    who: 'owner',
    does: 'posts a partner fact with only the own signature',
    expect: ['vault/bad-statement'],
    without: 'with the second signature it stands',
    async work({ world, base }, wrong) {
      const fact: Fact = { ...base.partner, id: newId('fact', systemRandom), from: world.time.clock() };
      const { gp, owners } = world.practice;
      return because(
        await state(world, gp, [await signStatement(fact, wrong ? gp.signer : owners)]),
        'seal/not-signed',
      );
    },
  }),
  oneThing({
    name: 'name-an-own-team-as-a-partners',
    who: 'owners',
    does: "state a partner whose team is one of the practice's own, so that its grants go to outsiders",
    expect: ['vault/bad-statement'],
    without: "with a team of the partner's it stands",
    async work({ world, base }, wrong) {
      const { gp, owners, gpTeam } = world.practice;
      const teams = wrong ? [gpTeam.id] : base.partner.teams;
      const fact: Fact = { ...base.partner, id: newId('fact', systemRandom), from: world.time.clock(), teams };
      return because(await state(world, gp, [await signStatement(fact, owners)]), 'of nobody else');
    },
  }),
  oneThing({
    name: 'partner-opens-a-part-that-was-not-handed-on',
    who: 'partner',
    does: 'asks for the next part of the same patient',
    expect: ['unknown'],
    without: 'the part that was handed on opens',
    work: async (pair, wrong) => said(await guestLooks(pair, pair.referred.handles[wrong ? 1 : 0]!)),
  }),
  oneThing({
    name: 'partner-opens-after-the-end',
    who: 'ex-partner',
    does: 'looks once more when the referral has ended',
    expect: ['unknown'],
    without: 'before it ended the same look opens',
    async work(pair, wrong) {
      const guest = await pair.guest();
      const { world, referred, base } = pair;
      if (wrong) await endReferral(world, await pair.nurse(), referred, base.handed);
      return said(await guestLooks(pair, undefined, guest));
    },
  }),
  oneThing({
    name: 'look-while-the-consent-is-withdrawn',
    who: 'partner',
    does: 'has a signed look under way when the patient withdraws the consent',
    expect: ['unknown'],
    without: 'a moment earlier it opens',
    async work(pair, wrong) {
      const guest = await pair.guest();
      const { referred, base } = pair;
      const nurse = await pair.nurse();
      const world = meanwhile(
        pair.world,
        'release',
        async () => wrong && endFacts(pair.world, nurse, referred, [base.handed.consent]),
      );
      return said(await look(world, guest, [{ dossier: referred.id, handle: referred.handles[0]! }]));
    },
  }),
  oneThing({
    name: 'open-what-was-sealed-after-the-referral',
    promise: 'P2',
    who: 'host and ex-partner',
    does: "has its old share, and from the host the new version and the vault's half of it, when the referral has ended",
    expect: ['seal/bad-share', 'seal/bad-pack'],
    without: 'the version of then opens with what was kept',
    async work(pair, wrong) {
      const kept = await keptBy(pair);
      const nurse = await pair.nurse();
      await endReferral(pair.world, nurse, pair.referred, pair.base.handed);
      const later = await sealedAnew(pair, kept.descriptor.hash);
      const { practice } = pair.world;
      const opened = wrong ? later : { ...kept, descriptor: kept.descriptor.payload };
      return codeAfter(() =>
        openPack({
          pack: opened.pack as never,
          shares: { c: kept.c, h: opened.h },
          descriptor: opened.descriptor,
          keyOf: (by) => [practice.agent].find(({ id }) => id === by)?.signer.publicKey,
          verifier: webVerifier,
        }),
      );
    },
  }),
  oneThing({
    name: 'partner-hands-the-patient-on',
    who: 'partner',
    does: 'asks for the shares of what it may open, to wrap them for a third organisation',
    expect: ['vault/refused'],
    without: 'a nurse of the practice gets hers',
    async work(pair, wrong) {
      const who = await (wrong ? pair.guest() : pair.nurse());
      const handles = pair.referred.handles.slice(0, 1);
      return said(await aboutDossier(pair.world, who, 'grant-ask', pair.referred, {}, handles));
    },
  }),
  oneThing({
    name: 'leave-a-message-in-a-colleagues-name',
    who: 'partner',
    does: 'leaves a message of which the writer is a nurse of the practice',
    expect: ['vault/bad-statement'],
    without: 'in the own name it stands',
    work: async (pair, wrong) =>
      because(
        await message(
          pair,
          wrong ? { author: { ...pair.theirs.practice.nurse, id: pair.world.practice.nurse.id } } : {},
        ),
        'not signed by whoever sends it',
      ),
  }),
  oneThing({
    name: 'seal-a-message-for-a-team-without-the-part',
    who: 'partner',
    does: 'seals a message also for a team that does not hold the part it hangs under',
    expect: ['vault/bad-statement'],
    without: 'for the teams that hold it the message stands',
    async work(pair, wrong) {
      const more = [{ team: pair.world.practice.officerTeam, fact: pair.referred.step }];
      return because(await message(pair, wrong ? { more } : {}), 'hold the part it hangs under');
    },
  }),
  oneThing({
    name: 'seal-the-letter-for-a-team-without-the-part',
    who: 'member',
    does: 'grants the letter of a referral to a team that holds nothing of it',
    expect: ['vault/bad-statement'],
    without: 'for the nurses and the partner it stands',
    async work(pair, wrong) {
      const more = [{ team: pair.world.practice.officerTeam, fact: pair.other.step }];
      return because(await refer(pair, wrong ? { more } : {}), 'hold the part above it');
    },
  }),
  oneThing({
    name: 'partner-writes-as-the-practice',
    who: 'partner',
    does: 'writes a note of the practice instead of a message',
    expect: ['vault/refused'],
    without: 'as a message it stands',
    work: async (pair, wrong) => said(await message(pair, wrong ? { change: { class: 'work' } } : {})),
  }),
  oneThing({
    name: 'leave-a-message-under-another-part',
    who: 'partner',
    does: 'hangs a message under a part that was not handed on',
    expect: ['vault/refused'],
    without: 'under the part that was, it stands',
    work: async (pair, wrong) =>
      said(await message(pair, wrong ? { change: { parent: pair.referred.handles[1]! } } : {})),
  }),
  oneThing({
    name: 'bury-a-message-where-nobody-reads-it',
    who: 'partner',
    does: 'seals a message for its own team only, so that the practice gets none of what it says it sent',
    expect: ['vault/bad-statement'],
    without: 'with a team of the practice among the readers it stands',
    work: async (pair, wrong) =>
      because(await message(pair, { readers: wrong ? 'own' : 'both' }), 'hold the part it hangs under'),
  }),
];
