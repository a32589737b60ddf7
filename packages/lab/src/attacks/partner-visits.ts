/** People of a partner at the door of another vault: what their organisation says of them, and what they ask for once inside. */

import { base64url, DAY, HOUR, MINUTE, newId, type OrganisationId, plus, systemRandom } from '@ketenkluis/base';
import { partBytes } from '@ketenkluis/ledger';
import { ENDPOINTS, type EndpointName, sessionProofBytes } from '@ketenkluis/protocol';
import { type FactOf, type Statement, signStatement, statementsToWire, statementToWire } from '@ketenkluis/seal';
import {
  append,
  dayMembership,
  directoryOf,
  type FakeClock,
  item,
  knock,
  look,
  ownCommon,
  startPartner,
  type TestSession,
  type TestWorld,
  testPerson,
  testPractice,
  type Vouched,
  vouch,
} from '@ketenkluis/vault/testing';
import type { Attack } from './attack.ts';
import { because, oneThing, type Pair, said, state } from './pair.ts';

/** A host writes any line into its own log; the proof of it is a true one. */
async function inTheLogOf(host: TestWorld, statement: Statement<'fact'>, at = host): Promise<Vouched> {
  const { vault } = host.running;
  const common = ownCommon(vault, at.practice.id, {
    ...{ event: 'fact', action: 'C', class: 'session', outcome: 'success' },
    actor: at.practice.gp.id,
  });
  const line = await append(vault, {
    ...{ practice: host.practice.id, log: host.log.origin, request: null, keys: [] },
    plan: async () => ({ common, items: [item({ kind: 'fact', object: statement.hash })] }),
  });
  const proof = {
    index: line.index,
    leaf: base64url(line.leaf),
    path: line.proof.map((step) => base64url(step)),
    common: { part: base64url(partBytes(line.entry.common)), salt: line.salts.common },
    items: [{ position: 0, part: base64url(partBytes(line.entry.items[0]!)), salt: line.salts.items[0]! }],
  };
  return {
    memberships: [{ statement: statementToWire(statement), line: proof as Vouched['memberships'][number]['line'] }],
    batches: [],
    checkpoint: line.checkpoint,
    assurance: null,
  };
}

/** B's owner signs this membership of P, and B's host puts it into a log without asking anything. */
async function vouchedBy(pair: Pair, more: Partial<FactOf<'membership'>>, log: 'own' | 'other' = 'own') {
  const up = await pair.up();
  const { nurse, nurseTeam, gp } = up.practice;
  const fact = await signStatement(dayMembership(up, nurse, nurseTeam, more), gp.signer);
  return inTheLogOf(log === 'own' ? up : pair.world, fact, up);
}

const arrive = async (pair: Pair, ask: Parameters<typeof knock>[2] = {}) =>
  said(await knock(pair.world, pair.theirs, pair.brought(ask)));

/** B ends P's membership; a colleague's directory with that end has come to A already. */
async function expelled(pair: Pair) {
  const up = await pair.up();
  const membership = up.practice.memberships[1]!.payload;
  if (membership.kind !== 'membership' || membership.person !== up.practice.nurse.id) throw new Error('another member');
  const withdrawal = await signStatement(
    {
      ...{ t: 'withdrawal' as const, v: 1 as const, suite: 1, practice: up.practice.id },
      ...{ fact: membership.id, dossier: null, at: up.time.clock() },
    },
    up.practice.gp.signer,
  );
  const ended = await state(up, up.practice.gp, [withdrawal]);
  if (ended.status !== 200) throw new Error(ended.text);
  return directoryOf(up);
}
async function bring(pair: Pair, directory: readonly Statement[]) {
  const { world, theirs } = pair;
  const body = { organisation: theirs.practice.id, ...statementsToWire([...directory]) };
  return world.signed(await pair.gp(), 'partner-directory', body, { class: 'admin' });
}

/** Every endpoint of A that is not for people of partners, asked with this session. */
async function opensForOthers({ world }: Pair, who: TestSession): Promise<EndpointName[]> {
  const names = (Object.keys(ENDPOINTS) as EndpointName[]).filter((name) => {
    const { path } = ENDPOINTS[name];
    const before = ['vault-info', 'practice-create', 'invitation', 'join', 'snapshot'].includes(name);
    return !('guests' in ENDPOINTS[name]) && !before && !path.includes(':');
  });
  const open: EndpointName[] = [];
  for (const name of names) {
    const body = ENDPOINTS[name].method === 'POST' ? { body: {} } : {};
    const reply = await world.call(name, { token: who.token, ...body });
    if (reply.status !== 404) open.push(name);
  }
  return open;
}

const firstPart = ({ referred }: Pair) => [{ dossier: referred.id, handle: referred.handles[0]! }];

export const partnerVisits: readonly Attack[] = [
  oneThing({
    name: 'visit-with-the-word-of-yesterday',
    who: 'ex-member of a partner',
    does: 'comes with a membership of the day that ended an hour ago',
    expect: ['vault/refused'],
    without: 'while the day lasts, the same membership opens a session',
    async work(pair, wrong) {
      pair.world.time.move(wrong ? 25 * HOUR : 22 * HOUR);
      return arrive(pair);
    },
  }),
  oneThing({
    name: 'visit-with-the-word-of-tomorrow',
    who: 'partner and its host',
    does: 'comes with a membership that begins in an hour',
    expect: ['vault/refused'],
    without: 'an hour later the same membership opens a session',
    async work(pair, wrong) {
      const from = plus(pair.world.time.clock(), HOUR);
      const vouched = await vouchedBy(pair, { from, until: plus(from, HOUR) });
      if (!wrong) pair.world.time.move(HOUR + MINUTE);
      return arrive(pair, { vouched });
    },
  }),
  oneThing({
    name: 'visit-with-a-membership-for-25-hours',
    who: 'partner and its host',
    does: 'comes with a membership that lives an hour longer than a day, signed by an owner and in the log',
    expect: ['vault/refused'],
    without: 'for 24 hours the same is taken',
    async work(pair, wrong) {
      const until = plus(pair.world.time.clock(), DAY + (wrong ? HOUR : 0));
      return arrive(pair, { vouched: await vouchedBy(pair, { until }) });
    },
  }),
  oneThing({
    name: 'visit-on-a-line-of-another-log',
    who: 'partner and its host',
    does: 'comes with a membership whose line stands in another log than the partner fact names',
    expect: ['vault/refused'],
    without: "in the partner's own log the same line is believed",
    work: async (pair, wrong) => arrive(pair, { vouched: await vouchedBy(pair, {}, wrong ? 'other' : 'own') }),
  }),
  oneThing({
    name: 'visit-on-the-line-of-another-membership',
    who: 'partner',
    does: 'comes with a membership that is signed but in no log, under the line of another one',
    expect: ['vault/refused'],
    without: 'under its own line it is believed',
    async work(pair, wrong) {
      const own = await vouchedBy(pair, {});
      const [line] = (await vouchedBy(pair, {})).memberships;
      const [first] = own.memberships;
      const memberships = wrong ? [{ ...first!, line: line!.line }] : own.memberships;
      return arrive(pair, { vouched: { ...own, memberships } });
    },
  }),
  oneThing({
    name: 'visit-for-a-team-that-nobody-named',
    who: 'partner',
    does: 'comes as a member of a team that stands in no partner fact of this practice',
    expect: ['vault/refused'],
    without: 'for the team that it names the same door opens',
    async work(pair, wrong) {
      const up = await pair.up();
      const { gp, gpTeam, nurse, nurseTeam } = up.practice;
      const [person, team] = wrong ? [gp, gpTeam] : [nurse, nurseTeam];
      return arrive(pair, { person, vouched: await vouch(up, person, team) });
    },
  }),
  oneThing({
    name: 'visit-after-being-sent-away',
    who: 'ex-member of a partner',
    does: 'comes on the word of this morning and the directory of then, when the practice has seen that her organisation ended her membership',
    expect: ['vault/refused'],
    without: 'a practice to which nobody brought the newer directory takes her until the day is over',
    async work(pair, wrong) {
      const newer = await expelled(pair);
      if (wrong && (await bring(pair, newer)).status !== 200) throw new Error('the newer directory was not taken');
      return arrive(pair);
    },
  }),
  oneThing({
    name: 'visit-with-a-forked-directory',
    who: 'ex-owner of a partner',
    does: 'comes with a directory that leaves the known one before its end, so that what she did not like is not in it',
    expect: ['vault/refused'],
    without: 'with the known one as its beginning it is taken',
    async work(pair, wrong) {
      const { directory } = pair.base;
      return arrive(pair, { statements: wrong ? [...directory.slice(0, -2), directory.at(-1)!] : directory });
    },
  }),
  oneThing({
    name: 'visit-from-an-organisation-that-is-no-partner',
    who: 'another organisation',
    does: 'comes with everything in order, from an organisation that this practice never chose',
    expect: ['vault/refused'],
    without: 'from the partner the same is a visit',
    async work(pair, wrong) {
      if (!wrong) return arrive(pair);
      const stranger = await startPartner(pair.world);
      try {
        return said(await knock(pair.world, stranger));
      } finally {
        await stranger.close();
      }
    },
  }),
  oneThing({
    name: 'relay-a-visit',
    who: 'another vault',
    does: "has P answer this vault's challenge at a page of another organisation",
    expect: ['vault/refused'],
    without: 'signed for this practice the same answer opens a session',
    async work({ world, theirs, base }, wrong) {
      const { nurse } = theirs.practice;
      const { challenge } = (await world.call('challenge')).json<{ challenge: string }>();
      const of = wrong ? (newId('organisation', systemRandom) as OrganisationId) : world.practice.id;
      const signature = base64url(
        await nurse.signer.sign(sessionProofBytes('http://praktijk.localhost:8443', of, challenge, nurse.id)),
      );
      const brought = { vouched: base.vouched, statements: base.directory };
      return said(await knock(world, theirs, { ...brought, change: { challenge, signature } }));
    },
  }),
  oneThing({
    name: 'stay-after-the-partner-ended',
    who: 'ex-partner',
    does: 'looks in a session that was opened before an owner ended the partner',
    expect: ['vault/refused'],
    without: 'before it ended the same session looks',
    async work(pair, wrong) {
      const guest = await pair.guest();
      if (wrong) await pair.endFact(pair.base.partner.id);
      return said(await look(pair.world, guest, firstPart(pair)));
    },
  }),
  oneThing({
    name: 'come-back-after-the-partner-ended',
    who: 'ex-partner',
    does: 'signs in anew with a membership of the day after an owner ended the partner',
    expect: ['vault/refused'],
    without: 'before it ended the door opens',
    async work(pair, wrong) {
      if (wrong) await pair.endFact(pair.base.partner.id);
      return arrive(pair);
    },
  }),
  {
    name: 'guest-at-every-endpoint-for-own-people',
    promise: 'P4',
    who: 'partner',
    does: 'asks every endpoint that is for people of the practice with a session of a visit',
    expect: ['one constant refusal'],
    without: 'with the session of a nurse of the practice they answer, each in its own way',
    async play(fork) {
      const pair = await fork.pair();
      const open = await opensForOthers(pair, await pair.guest());
      return open.length === 0 ? 'one constant refusal' : `open: ${open.join()}`;
    },
    async twin(fork) {
      const pair = await fork.pair();
      return (await opensForOthers(pair, await pair.nurse())).length > 20;
    },
  },
  oneThing({
    name: 'use-a-guests-session-as-a-colleague',
    who: 'partner',
    does: "sends a look in the name and with the key of a nurse of the practice, under a guest's session",
    expect: ['vault/request-refused'],
    without: 'in the own name the same look is answered',
    async work(pair, wrong) {
      const guest = await pair.guest();
      const { nurse, id } = pair.world.practice;
      const { nurse: own } = pair.theirs.practice;
      const who = wrong ? { ...guest, person: nurse, organisation: id } : { ...guest, person: own };
      return said(await look(pair.world, who, firstPart(pair)));
    },
  }),
  oneThing({
    name: 'say-that-one-is-of-the-practice',
    who: 'partner',
    does: 'names the practice instead of the own organisation in a signed request',
    expect: ['vault/request-refused'],
    without: 'with the own organisation it is answered',
    async work(pair, wrong) {
      const guest = await pair.guest();
      const { id } = pair.world.practice;
      return said(await look(pair.world, guest, firstPart(pair), wrong ? { organisation: id } : {}));
    },
  }),
  oneThing({
    name: 'look-by-a-clock-that-runs-ahead',
    who: 'partner',
    does: "signs a look by a clock that runs five minutes ahead of this vault's",
    expect: ['vault/request-refused'],
    without: 'a minute ahead is within what clocks may differ',
    async work(pair, wrong) {
      const guest = await pair.guest();
      const at = plus(pair.world.time.clock(), (wrong ? 5 : 1) * MINUTE);
      return because(await look(pair.world, guest, firstPart(pair), { at }), 'not-fresh');
    },
  }),
  oneThing({
    name: 'swap-the-directory-of-a-new-partner',
    who: 'host of a partner',
    does: "shows a directory with its own owners under the partner's name, when two people have compared the true one",
    expect: ['vault/bad-statement'],
    without: 'the directory that they compared is taken',
    async work({ world }, wrong) {
      const fixed = systemRandom(16);
      // The same organisation id twice: its host makes up owners of its own.
      const [honest, forged] = await Promise.all([named(fixed, world.time), named(fixed, world.time)]);
      const fact = await signStatement(
        {
          ...{ t: 'fact' as const, v: 1 as const, suite: 1, kind: 'partner' as const, practice: world.practice.id },
          ...{ id: newId('fact', systemRandom), from: world.time.clock(), until: null, organisation: honest.id },
          ...{
            authority: honest.authority.hash,
            profile: honest.authority.hash,
            log: world.log.key,
            teams: [honest.nurseTeam.id],
          },
        },
        world.practice.owners,
      );
      const stated = await state(world, world.practice.gp, [fact]);
      if (stated.status !== 200) throw new Error(stated.text);
      const shown = statementsToWire([...(wrong ? forged : honest).statements]);
      const owner = await world.open(world.practice.gp);
      const body = { organisation: honest.id, ...shown };
      return because(
        await world.signed(owner, 'partner-directory', body, { class: 'admin' }),
        'not the one that was compared',
      );
    },
  }),
];

/** A practice of which the host chose the id. */
async function named(id: Uint8Array<ArrayBuffer>, time: FakeClock) {
  const vault = await testPerson();
  let first = true;
  const keys = { id: vault.id, sign: vault.signer.publicKey, kem: vault.kemPublic };
  return testPractice(time.clock(), keys, (n) => {
    const own = first ? id.slice(0, n) : systemRandom(n);
    first = false;
    return own as ReturnType<typeof systemRandom>;
  });
}
