/** Hosts and owners who lie about a partner: its directory, its card, its number in the register. Clients find it. */

import { loadPolicy } from '@ketenkluis/access/node';
import { base64url, canonicalJson, DAY, fromBase64url, fromUtf8, plus, systemRandom } from '@ketenkluis/base';
import {
  agree,
  type PartnerCard,
  partnerCard,
  profilesOf,
  proposePartner,
  readPartnerCard,
  type Session,
  signIn,
  waitingProposals,
  wire,
} from '@ketenkluis/client';
import {
  batchesFromWire,
  encodeStatement,
  KeyDirectory,
  type Plaintext,
  sealTo,
  signStatement,
  statementFromWire,
  statementToWire,
} from '@ketenkluis/seal';
import { partnerFact, type TestPerson, type TestWorld } from '@ketenkluis/vault/testing';
import type { Attack } from './attack.ts';
import { LIAR } from './looks.ts';
import { type Pair, state } from './pair.ts';
import { strangerAs } from './people.ts';
import { type Loose, type Rule, recorded, tampered } from './proxy.ts';
import { fetchOf, type Memory, ORIGIN, storageOf } from './world.ts';

/** Somebody of one of the two organisations, with an honest client and a host on its way. */
async function client(world: TestWorld, who: TestPerson, rules: readonly Rule[], memory: Memory = new Map()) {
  const { practice, log, time } = world;
  world.time.move(1000);
  const place = {
    origin: ORIGIN,
    pins: { practice: practice.id, authority: practice.authority.hash, log, logTeam: practice.officerTeam.id },
  };
  const wired = wire(place, {
    fetch: tampered(
      fetchOf(() => world.running.app),
      rules,
    ),
    clock: time.clock,
    random: systemRandom,
    policy: loadPolicy,
    storage: storageOf(memory),
  });
  const secrets = { sign: who.signSeed, kem: who.kemSeed };
  return signIn(wired, { by: 'key', person: who.id, signer: who.signer, secrets });
}
/** Bends what A's vault shows of its only partner. */
const showing = (bend: (partner: Loose) => Loose): Rule => ({
  on: 'partners',
  answer: (json) => ({ ...json, partners: json.partners.map(bend) }),
});

/** A card for P with keys of the host, in the name of B's owners. */
async function forgedCard({ theirs, world }: Pair) {
  const { nurse, gp, trustee, cards } = theirs.practice;
  const card = cards.get(nurse.id)!.payload;
  const { publicKey } = await strangerAs(nurse.id);
  const at = world.time.clock();
  return signStatement(
    { ...card, number: card.number + 1, sign: base64url(publicKey), from: at, until: plus(at, DAY) },
    await Promise.all([strangerAs(gp.id), strangerAs(trustee.id)]),
  );
}

/** B's card, as B itself gives it. */
async function cardOf(pair: Pair): Promise<{ readonly text: string; readonly card: PartnerCard }> {
  const up = await pair.up();
  const owner = await client(up, up.practice.gp, []);
  const teams = [{ team: up.practice.nurseTeam.id, role: 'podiatrist', name: 'Voetzorg' }];
  const text = await partnerCard(owner, { name: 'Podotherapie Het Spoor', ura: '90001234', teams });
  return { text, card: await readPartnerCard(text) };
}
/** A's owner proposes B under another number than stands on the card; the other owner reads it. */
async function proposed(pair: Pair): Promise<{ readonly second: Session; readonly card: PartnerCard }> {
  const { card } = await cardOf(pair);
  const { gp, trustee } = pair.world.practice;
  const owner = await client(pair.world, gp, []);
  await proposePartner(owner, { ...card, ura: '90009999' }, { proof: 'gebeld' });
  return { second: await client(pair.world, trustee, []), card };
}

/** A's owner proposes B under this name; the other owner reads it. */
async function lookAlike(pair: Pair, name: string): Promise<string | undefined> {
  const { card } = await cardOf(pair);
  const { gp, trustee } = pair.world.practice;
  await proposePartner(await client(pair.world, gp, []), { ...card, name }, { proof: 'gebeld' });
  const [seen] = await waitingProposals(await client(pair.world, trustee, []));
  return seen !== undefined && 'broken' in seen ? 'not to be signed' : undefined;
}

const HONEST = 'Podotherapie Het Spoor';
/** What the second owner reads of B when the host shows a profile with this name, signed by the first. */
async function renamed({ world, theirs, base }: Pair, name: string): Promise<string | undefined> {
  const { practice, time } = world;
  const { gp, trustee } = practice;
  const partner = theirs.practice.id;
  const profile = (called: string) =>
    signStatement(
      {
        ...{ t: 'profile' as const, v: 1 as const, suite: 1, organisation: practice.id, partner, name: called },
        ...{ ura: '90001234', proof: 'gebeld', origin: ORIGIN, by: gp.id, at: time.clock() },
        teams: [{ team: theirs.practice.nurseTeam.id, role: 'podiatrist', name: 'Voetzorg' }],
      },
      gp.signer,
    );
  const ended = {
    ...{ t: 'withdrawal' as const, v: 1 as const, suite: 1, practice: practice.id, fact: base.partner.id },
    ...{ dossier: null, at: time.clock() },
  };
  const fact = partnerFact(world, theirs, { profile: (await profile(HONEST)).hash });
  const statements = [await signStatement(ended, gp.signer), await signStatement(fact, practice.owners)];
  const stated = await state(world, gp, statements);
  if (stated.status !== 200) throw new Error(stated.text);
  const shown = encodeStatement(await profile(name)) as Uint8Array as Plaintext;
  const sealed = base64url(await sealTo(trustee.kemPublic, `profile ${partner}`, shown));
  const rule: Rule = { on: 'me', answer: (json) => ({ ...json, names: [{ person: partner, sealed }] }) };
  const said = (await profilesOf(await client(world, trustee, [rule]))).get(partner);
  return said?.name === name ? undefined : 'no word about this partner';
}

export const partnerHosts: readonly Attack[] = [
  {
    name: 'show-an-older-directory-of-a-partner',
    promise: 'P4',
    who: 'host and ex-member of a partner',
    does: "hides the newest statement of a partner's directory from a nurse who has seen it",
    expect: ['client/rolled-back'],
    without: 'a device that has not seen it takes the shorter directory',
    async play(fork) {
      const { world } = await fork.pair();
      const memory: Memory = new Map();
      await (await client(world, world.practice.nurse, [], memory)).people();
      const older = showing((one) => ({ ...one, statements: one.statements.slice(0, -1) }));
      await (await client(world, world.practice.nurse, [older], memory)).people();
      return undefined;
    },
    async twin(fork) {
      const { world, theirs } = await fork.pair();
      const older = showing((one) => ({ ...one, statements: one.statements.slice(0, -1) }));
      const people = await (await client(world, world.practice.nurse, [older])).people();
      return people.partnerAt(theirs.practice.id, world.time.clock()) !== undefined;
    },
  },
  {
    name: 'forge-a-card-of-a-partner',
    promise: 'P2',
    who: 'host',
    does: "adds a card to a partner's directory, with keys of its own in the podiatrist's name",
    expect: ['client/bad-answer'],
    without: 'a reader who believes every signature takes the card',
    async play(fork) {
      const pair = await fork.pair();
      const forged = statementToWire(await forgedCard(pair));
      const rule = showing((one) => ({ ...one, statements: [...one.statements, forged] }));
      await (await client(pair.world, pair.world.practice.nurse, [rule])).people();
      return undefined;
    },
    async twin(fork) {
      const pair = await fork.pair();
      const { rule, answers } = recorded('partners');
      await (await client(pair.world, pair.world.practice.nurse, [rule])).people();
      const [shown] = answers[0].partners;
      const batches = batchesFromWire(shown.batches);
      const directory = new KeyDirectory(pair.theirs.practice.id, LIAR);
      const all = [...shown.statements.map((one: Loose) => statementFromWire(one, batches)), await forgedCard(pair)];
      for (const [index, statement] of all.entries()) await directory.add(statement, { included: true, index });
      const card = directory.cardOf(pair.theirs.practice.nurse.id, pair.world.time.clock());
      return card?.number === 1;
    },
  },
  {
    name: 'change-a-partner-card-on-its-way',
    promise: 'P4',
    who: 'network',
    does: 'puts another number of the care providers register into the card that a partner sent',
    expect: ['another fingerprint'],
    without: 'who compares no digits takes the card: it is well formed and its keys are the true ones',
    async play(fork) {
      const pair = await fork.pair();
      const { text, card } = await cardOf(pair);
      const read = await readPartnerCard(otherNumber(text));
      return read.fingerprint.join() === card.fingerprint.join() ? undefined : 'another fingerprint';
    },
    async twin(fork) {
      const { text, card } = await cardOf(await fork.pair());
      return (await readPartnerCard(otherNumber(text))).authority === card.authority;
    },
  },
  {
    name: 'propose-a-partner-with-a-look-alike-name',
    promise: 'P4',
    who: 'owner',
    does: 'has a partner signed under a name with a letter of another alphabet, which looks like an organisation that everybody knows',
    expect: ['not to be signed'],
    without: 'in plain letters the same proposal is read and waits for the second signature',
    play: async (fork) => lookAlike(await fork.pair(), 'Podotherapie Het Sp\u043e\u043er'),
    twin: async (fork) => (await lookAlike(await fork.pair(), 'Podotherapie Het Spoor')) === undefined,
  },
  {
    name: 'rename-a-partner-alone',
    promise: 'P4',
    who: 'host and owner',
    does: 'shows a colleague another name and address of a partner, which one owner signed after two people had compared the true ones',
    expect: ['no word about this partner'],
    without: 'what two people signed for is read',
    play: async (fork) => renamed(await fork.pair(), 'Podotherapie De Overkant'),
    twin: async (fork) => (await renamed(await fork.pair(), HONEST)) === undefined,
  },
  {
    name: 'propose-a-partner-under-another-number',
    promise: 'P4',
    who: 'owner',
    does: 'has the other owner sign a partner with another number of the register than was compared',
    expect: ['another fingerprint'],
    without: 'an owner who signs without comparing has it admitted',
    async play(fork) {
      const { second, card } = await proposed(await fork.pair());
      const [seen] = await waitingProposals(second);
      if (seen === undefined || !('what' in seen) || seen.what !== 'partner' || !seen.fingerprint) return undefined;
      return seen.fingerprint.join() === card.fingerprint.join() ? undefined : 'another fingerprint';
    },
    async twin(fork) {
      const { second } = await proposed(await fork.pair());
      const [seen] = await waitingProposals(second);
      return (await agree(second, seen!.hash)) === 'admitted';
    },
  },
];

function otherNumber(text: string): string {
  const card: Loose = JSON.parse(fromUtf8(fromBase64url(text)));
  return base64url(canonicalJson({ ...card, ura: '90009999' }));
}
