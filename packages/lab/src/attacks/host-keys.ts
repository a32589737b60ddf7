/** The host alone, with the directory of keys: cards, team keys, the authority record, keyrings. */

import { type Bytes, fromBase64url, MINUTE, systemRandom } from '@ketenkluis/base';
import { parseDeviceLink, signIn, takeDeviceLink, wire } from '@ketenkluis/client';
import {
  type Authority,
  generateSigningKey,
  KeyDirectory,
  parseKeyring,
  payloadHash,
  type Statement,
  signStatement,
  webSigner,
  webVerifier,
} from '@ketenkluis/seal';
import { type Attack, codeAfter, succeeds } from './attack.ts';
import { database, putRows, rowsOf } from './host.ts';
import { gulliblePeople, lookAt, refusalIn } from './looks.ts';
import {
  forgedCard,
  forgedEpoch,
  keysOf,
  leave,
  newTeamKey,
  practiceOf,
  removeNurse,
  showsAlso,
  strangersAsOwners,
  teamOf,
} from './people.ts';
import { type Loose, type Rule, recorded } from './proxy.ts';
import type { Fork } from './world.ts';

/** The owner reads the directory as the host shows it. */
async function readsWith(fork: Fork, make: (fork: Fork) => Promise<Statement>): Promise<string | undefined> {
  const session = await fork.signIn('owner');
  fork.tamper(await showsAlso(fork, await make(fork)));
  return codeAfter(() => session.people(true));
}
/** The same, read by somebody who checks no signature. */
async function believes(fork: Fork, make: (fork: Fork) => Promise<Statement>): Promise<KeyDirectory> {
  const session = await fork.signIn('owner');
  const rule = await showsAlso(fork, await make(fork));
  let shown: Loose;
  fork.tamper({
    on: 'directory',
    answer: (json) => {
      shown = rule.answer!(json, 200);
      return json;
    },
  });
  await session.people(true);
  return gulliblePeople(session, shown);
}

const authorityNow = async (fork: Fork): Promise<Statement<'authority'>> => {
  const record = (await (await fork.signIn('second')).people()).authority!;
  return signStatement(record, await strangersAsOwners(fork));
};
const changedAuthority = async (fork: Fork): Promise<Statement> => {
  const { payload } = await authorityNow(fork);
  const key = await generateSigningKey(systemRandom);
  const owners = [{ ...payload.owners[0]!, sign: Buffer.from(key.publicKey).toString('base64url') }];
  const next: Authority = {
    ...payload,
    number: payload.number + 1,
    prev: payloadHash(payload),
    owners,
    threshold: 1,
    at: fork.time.clock(),
  };
  return signStatement(next, await strangersAsOwners(fork));
};
const nextEpoch = async (fork: Fork): Promise<Statement> => {
  const people = await (await fork.signIn('second')).people();
  return forgedEpoch(fork, people.epochOf(teamOf(fork, 'poh-s'))!);
};

/** Shows the directory without the newest `count` entries. */
const withoutLast = (count: number): Rule => ({
  on: 'directory',
  answer: (json) => ({ ...json, entries: json.entries.slice(0, -count) }),
});
const withoutEpoch = (fork: Fork, number: number): Rule => ({
  on: 'directory',
  answer: (json) => ({
    ...json,
    entries: json.entries.filter(({ statement }: Loose) => {
      const header = JSON.parse(Buffer.from(statement.header, 'base64url').toString());
      return !(header.t === 'epoch' && header.team === teamOf(fork, 'poh-s') && header.number >= number);
    }),
  }),
});

/** Puts a statement of the host's own into the vault's own directory, with a line. */
async function plant(fork: Fork, statement: Statement): Promise<void> {
  const sigs = 'sigs' in statement.proof ? JSON.stringify(statement.proof.sigs) : null;
  await showsAlso(fork, statement);
  database(fork.vaultDir, (db) => {
    const size = Number(rowsOf(db, 'SELECT size FROM log')[0]!['size']);
    const row = {
      practice: practiceOf(fork),
      hash: statement.hash,
      type: statement.payload.t,
      header: statement.bytes,
    };
    const place = { sigs, batch: null, leaf: null, path: null, dossier: null, directory: 1, line: size - 1, item: 0 };
    putRows(db, 'statement', [{ ...row, ...place, ended: null }]);
  });
}

export const hostKeys: readonly Attack[] = [
  {
    name: 'substitute-a-card',
    promise: 'P2',
    who: 'host',
    does: "writes a card with its own keys into the log, in the nurse's name and with signatures that claim to be the owners'",
    expect: ['seal/not-signed'],
    without: 'a reader who believes every signature takes the card: it is included in the log',
    async play(fork) {
      await fork.up();
      return readsWith(fork, forgedCard);
    },
    async twin(fork) {
      await fork.up();
      let sign = '';
      const people = await believes(fork, async () => {
        const card = await forgedCard(fork);
        sign = card.payload.sign;
        return card;
      });
      return people.cardOf(keysOf(fork, 'nurse').person, fork.time.clock())?.sign === sign;
    },
  },
  {
    name: 'substitute-a-team-key',
    promise: 'P2',
    who: 'host',
    does: "writes a next key of the nurses' team into the log, of which it has the private half",
    expect: ['seal/not-signed'],
    without: 'a reader who believes every signature would wrap the next share to it',
    async play(fork) {
      await fork.up();
      return readsWith(fork, nextEpoch);
    },
    async twin(fork) {
      await fork.up();
      const people = await believes(fork, nextEpoch);
      return people.epochOf(teamOf(fork, 'poh-s'))!.payload.number === 1;
    },
  },
  {
    name: 'substitute-a-team-key-under-the-agent',
    promise: 'P2',
    who: 'host',
    does: 'does so before the agent syncs, so that it seals everything for the host',
    expect: ['seal/not-signed'],
    without: 'with the true directory the same sync runs',
    async play(fork) {
      await fork.up();
      await plant(fork, await nextEpoch(fork));
      await fork.sync();
      return undefined;
    },
    async twin(fork) {
      await fork.up();
      return succeeds(() => fork.sync());
    },
  },
  {
    name: 'change-the-authority-record',
    promise: 'P4',
    who: 'host',
    does: 'writes a next authority record into the log in which one owner, with a key of the host, is enough',
    expect: ['seal/bad-authority'],
    without: 'a reader who believes every signature has a new owner',
    async play(fork) {
      await fork.up();
      return readsWith(fork, changedAuthority);
    },
    async twin(fork) {
      await fork.up();
      return (await believes(fork, changedAuthority)).authority?.threshold === 1;
    },
  },
  {
    name: 'show-another-practice',
    promise: 'P4',
    who: 'host',
    does: 'shows an authority record of its own as leaf 0, under the name of the practice',
    expect: ['client/wrong-practice'],
    without: 'an authority record signs itself: by itself it is a good one',
    async play(fork) {
      await fork.up();
      const session = await fork.signIn('owner');
      const own = await ownAuthority(fork);
      fork.tamper({
        on: 'directory',
        answer: (json) => ({ ...json, entries: [bornOf(json, own), ...json.entries.slice(1)] }),
      });
      return codeAfter(() => session.people(true));
    },
    async twin(fork) {
      await fork.up();
      const directory = new KeyDirectory(practiceOf(fork), webVerifier);
      return succeeds(async () => directory.add(await ownAuthority(fork), { included: true, index: 0 }));
    },
  },
  {
    name: 'replay-an-old-card',
    promise: 'P4',
    who: 'host',
    does: 'shows a card that an owner replaced as the newest one, with a line of its own',
    expect: ['seal/replayed'],
    without: 'alone, the card is signed by the owners and taken',
    async play(fork) {
      await fork.up();
      const session = await fork.signIn('owner');
      const card = (await session.people()).cardStatement(keysOf(fork, 'nurse').person)!;
      fork.tamper(await showsAlso(fork, card));
      return codeAfter(() => session.people(true));
    },
    async twin(fork) {
      await fork.up();
      const session = await fork.signIn('owner');
      const seen = recorded('directory');
      fork.tamper(seen.rule);
      const card = (await session.people(true)).cardStatement(keysOf(fork, 'nurse').person)!;
      return seen.answers[0].entries.some(
        ({ statement }: Loose) => statement.header === Buffer.from(card.bytes).toString('base64url'),
      );
    },
  },
  {
    name: 'hide-a-card-that-was-seen',
    promise: 'P4',
    who: 'host',
    does: 'rolls the directory back: hides the end of a membership from somebody who has seen it',
    expect: ['client/rolled-back'],
    without: 'a device that has not seen it takes the shorter directory',
    async play(fork) {
      await fork.up();
      const session = await fork.signIn('owner');
      await removeNurse(fork, session);
      await session.people(true);
      fork.tamper(withoutLast(1));
      return codeAfter(() => session.people(true));
    },
    async twin(fork) {
      await fork.up();
      await removeNurse(fork, await fork.signIn('owner'));
      fork.tamper(withoutLast(1));
      const session = await fork.signIn('second', { memory: new Map() });
      return succeeds(() => session.people(true));
    },
  },
  {
    name: 'hide-a-new-team-key',
    promise: 'P2',
    who: 'host and former member',
    does: 'hides the key that a team got when somebody left, so that notes are still wrapped to the key that the leaver has',
    expect: ['client/directory-hidden', 'client/no-key-here'],
    without: 'before the snapshot that names the key, a device that has not seen it wraps to the old one',
    async play(fork) {
      await fork.up();
      await leave(fork);
      fork.time.move(MINUTE);
      await fork.sync();
      fork.tamper(withoutEpoch(fork, 1));
      const session = await fork.signIn('second', { memory: new Map() });
      return refusalIn(await lookAt(session, fork.base.patients[0]!, { need: 'gp' }));
    },
    async twin(fork) {
      await fork.up();
      await leave(fork);
      fork.tamper(withoutEpoch(fork, 1));
      const session = await fork.signIn('second', { memory: new Map() });
      return (await session.people()).epochOf(teamOf(fork, 'poh-s'))!.payload.number === 0;
    },
  },
  {
    name: 'hide-a-new-team-key-from-the-agent',
    promise: 'P2',
    who: 'host and former member',
    does: 'hides it from the agent, so that the next sync seals for the leaver',
    expect: ['client/rolled-back', 'agent/vault-forked'],
    without: 'the directory without it verifies by itself',
    async play(fork) {
      await fork.up();
      await leave(fork);
      fork.time.move(MINUTE);
      fork.change(fork.base.patients[0]!);
      fork.tamper(withoutEpoch(fork, 1));
      await fork.sync();
      return undefined;
    },
    async twin(fork) {
      await fork.up();
      await leave(fork);
      fork.tamper(withoutEpoch(fork, 1));
      const session = await fork.signIn('second', { memory: new Map() });
      return succeeds(() => session.people());
    },
  },
  {
    name: 'hide-the-end-of-a-membership-from-the-agent',
    promise: 'P4',
    who: 'host',
    does: "hides the end of somebody's membership from the agent",
    expect: ['client/rolled-back', 'agent/vault-forked'],
    without: 'the directory without it verifies by itself',
    async play(fork) {
      await fork.up();
      await removeNurse(fork, await fork.signIn('owner'));
      fork.tamper(withoutLast(1));
      await fork.sync();
      return undefined;
    },
    async twin(fork) {
      await fork.up();
      await removeNurse(fork, await fork.signIn('owner'));
      fork.tamper(withoutLast(1));
      return succeeds(async () => (await fork.signIn('second', { memory: new Map() })).people());
    },
  },
  {
    name: 'hand-out-another-keyring',
    promise: 'P2',
    who: 'host',
    does: "answers a sign-in with a colleague's keyring",
    expect: ['client/wrong-secret'],
    without: 'the keyring is a good one, of somebody else',
    async play(fork) {
      await fork.up();
      const other = keyringOf(fork, 'assistant');
      fork.tamper({ on: 'sessions', answer: (json) => ({ ...json, keyring: other }) });
      return codeAfter(() => byPassphrase(fork, fork.base.people.nurse.first.passphrase));
    },
    async twin(fork) {
      const { header } = parseKeyring(fromBase64url(keyringOf(fork, 'assistant')));
      return header.person === keysOf(fork, 'assistant').person;
    },
  },
  {
    name: 'guess-the-passphrase-of-a-stolen-device',
    promise: 'P2',
    who: 'stolen device',
    does: 'has the device and its keys and tries a passphrase',
    expect: ['client/wrong-secret'],
    without: 'with the right one the same device gets in',
    async play(fork) {
      await fork.up();
      return codeAfter(() => byPassphrase(fork, 'fiets-zonnebloem-vijf'));
    },
    async twin(fork) {
      await fork.up();
      return succeeds(() => byPassphrase(fork, fork.base.people.nurse.first.passphrase));
    },
  },
  {
    name: 'give-a-team-a-key-twice',
    promise: 'P4',
    who: 'owner',
    does: 'gives a team a next key that does not follow the one in force',
    expect: ['seal/bad-epoch', 'vault/bad-statement'],
    without: 'the one that follows is taken',
    async play(fork) {
      await fork.up();
      const session = await fork.signIn('owner');
      const epoch = await newTeamKey(fork, session);
      const again = await signStatement({ ...epoch.payload, at: fork.time.clock(), wraps: epoch.payload.wraps }, [
        keysOf(fork, 'owner').signer,
        keysOf(fork, 'second').signer,
      ]);
      fork.tamper(await showsAlso(fork, again));
      return codeAfter(() => session.people(true));
    },
    async twin(fork) {
      await fork.up();
      return succeeds(async () => newTeamKey(fork, await fork.signIn('owner')));
    },
  },
];

async function ownAuthority(fork: Fork): Promise<Statement<'authority'>> {
  const record = (await (await fork.signIn('second')).people()).authority!;
  const key = await generateSigningKey(systemRandom);
  const owner = { ...record.owners[0]!, sign: Buffer.from(key.publicKey).toString('base64url') };
  const signer = await webSigner({ by: owner.person, seed: key.seed });
  return signStatement({ ...record, owners: [owner], threshold: 1 }, signer);
}
const bornOf = (json: Loose, own: Statement<'authority'>): Loose => ({
  ...json.entries[0],
  statement: {
    header: Buffer.from(own.bytes).toString('base64url'),
    proof: { sigs: 'sigs' in own.proof ? own.proof.sigs : [] },
  },
});

const keyringOf = (fork: Fork, who: 'assistant' | 'nurse'): string =>
  database(fork.vaultDir, (db) => {
    const row = rowsOf(db, 'SELECT keyring FROM person WHERE person = ?', keysOf(fork, who).person)[0]!;
    return Buffer.from(row['keyring'] as Bytes).toString('base64url');
  });

/** Signs in as the nurse with her device and this passphrase. */
async function byPassphrase(fork: Fork, passphrase: string) {
  const ports = { fetch: fork.fetch, clock: fork.time.clock, random: systemRandom };
  const storage = fork.storage(new Map());
  const device = await takeDeviceLink(storage, parseDeviceLink(fork.base.people.nurse.first.link));
  return signIn(wire(fork.base.place, { ...ports, storage }), { by: 'passphrase', device, passphrase });
}
