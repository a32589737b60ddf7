/**
 * The birth of a practice at its vault, in the order of design 5: authority record as leaf 0 with recovery and exit keys, the
 * vault's card, the agent's, the staff's, team epochs, the agent's mandate, memberships; then each person's keyring.
 */

import {
  base64url,
  DAY,
  fromBase64url,
  type Instant,
  newId,
  type OrganisationId,
  plus,
  type Random,
  type TeamId,
} from '@ketenkluis/base';
import type { RoleId } from '@ketenkluis/care';
import { checkPassphrase, type Fetch, http, memoryStorage, type Ports, wire } from '@ketenkluis/client';
import { practiceCreated, vaultInfo } from '@ketenkluis/protocol';
import {
  type Authority,
  DOSSIER_FACT_KINDS,
  type FactOf,
  type Hash,
  type Payload,
  type Statement,
  shareSheet,
  signStatement,
  statementsToWire,
} from '@ketenkluis/seal';
import { type Argon2Cost, createEpoch, createSplitKey } from '@ketenkluis/seal/open';
import type { KeyStore } from './keystore.ts';
import { bringNative } from './native.ts';
import { cardOf, giveKeyring, type NewKeys, newKeys, type WayIn } from './people.ts';
import type { Register, Team } from './register.ts';
import { type AgentState, createState } from './state.ts';
import { type NewStaff, newTeam, teamsFor } from './teams.ts';

const CARD_LIFE = 3 * 365 * DAY;
const MANDATE_LIFE = 365 * DAY;

export interface InitOptions {
  readonly dir: string;
  /** Where the vault is reached; its origin, which requests name, is asked from it. */
  readonly vaultUrl: string;
  readonly bootstrapToken: string;
  readonly practice: { readonly name: string; readonly ura: string; readonly agb: string };
  readonly staff: readonly NewStaff[];
  /** How many owners must sign; all of them when left out. */
  readonly threshold?: number;
  /** Recovery and exit keys are split over n people, k of whom are needed; 2 of the owners and one trustee when left out. */
  readonly split?: { readonly k: number; readonly n: number };
  readonly intervalDays?: number;
  readonly fetch: Fetch;
  readonly clock: Ports['clock'];
  readonly random: Random;
  readonly keyStore?: KeyStore;
  readonly argon2?: Argon2Cost;
  readonly progress?: (what: string) => void;
}

export interface InitResult {
  readonly state: AgentState;
  readonly people: readonly {
    readonly name: string;
    readonly role: RoleId;
    readonly owner: boolean;
    readonly person: string;
    readonly keys: NewKeys;
    readonly first: WayIn;
    readonly second: WayIn;
  }[];
  /** To print and hand out, one sheet per person; kept nowhere. */
  readonly sheets: { readonly recovery: readonly string[]; readonly exit: readonly string[] };
  /** Where the key of the state stands, in one sentence. */
  readonly keyStore: string;
}

interface Born {
  readonly staff: NewStaff;
  readonly keys: NewKeys;
}

/** Throws `agent/already-initialised`, errors of `client` when the vault refuses. Nothing is left behind on failure. */
export async function init(options: InitOptions): Promise<InitResult> {
  bringNative();
  const { random, clock, fetch } = options;
  const say = options.progress ?? (() => undefined);
  const at = clock();
  // Before anything exists: a way in that can be guessed is none.
  for (const { name, passphrase } of options.staff) checkPassphrase(passphrase, [name, options.practice.name]);
  const practice = newId('organisation', random);
  const vault = await http(options.vaultUrl, fetch).call({ method: 'GET', path: '/v1/vault', answer: vaultInfo });

  say('keys');
  const born: Born[] = await Promise.all(options.staff.map(async (staff) => ({ staff, keys: await newKeys(random) })));
  const agent = await newKeys(random);
  const owners = born.filter(({ staff }) => staff.owner);
  const n = options.split?.n ?? Math.max(3, owners.length + 1);
  const k = options.split?.k ?? 2;
  const recovery = await createSplitKey(k, n, random);
  const exit = await createSplitKey(k, n, random);
  const threshold = options.threshold ?? owners.length;
  const signers = owners.map(({ keys }) => keys.signer);

  const statements: Statement[] = [];
  const sign = async <P extends Payload>(payload: P): Promise<Statement<P['t']>> => {
    const signed = await signStatement(payload, signers.slice(0, Math.max(1, threshold)));
    statements.push(signed);
    return signed;
  };

  say('authority');
  const authority: Authority = {
    t: 'authority',
    v: 1,
    suite: 1,
    organisation: practice,
    number: 0,
    prev: null,
    at,
    owners: owners.map(({ keys }) => ({ person: keys.person, sign: keys.sign, kem: keys.kem })),
    threshold,
    recovery: recovery.record,
    exit: exit.record,
  };
  const root = await sign(authority);

  say('cards');
  const card = (keys: Pick<NewKeys, 'person' | 'sign' | 'kem'>, kind: Parameters<typeof cardOf>[1]['kind']) =>
    sign(cardOf(keys, { organisation: practice, kind, from: at, until: plus(at, CARD_LIFE) }));
  await card({ person: vault.vault, sign: vault.sign, kem: vault.kem }, 'vault');
  await card(agent, 'agent');
  const cards = new Map<string, Statement<'card'>>();
  for (const { keys } of born) cards.set(keys.person, await card(keys, 'professional'));

  say('teams');
  const wraps: Uint8Array[] = [];
  const teams: Team[] = [];
  const memberOf: { readonly team: TeamId; readonly member: Born }[] = [];
  const shapes = teamsFor(options.staff);
  for (const shape of shapes) {
    const team = newId('team', random);
    const members = born.filter(({ staff }) => shape.has(staff));
    const made = await createEpoch({
      organisation: practice,
      team,
      number: 0,
      prev: null,
      members: members.map(({ keys }) => cards.get(keys.person)!),
      recoveryKey: fromBase64url(recovery.record.kem),
      at,
      random,
    });
    const epoch = await sign(made.payload);
    wraps.push(made.wraps);
    memberOf.push(...members.map((member) => ({ team, member })));
    teams.push(newTeam({ team, shape, epoch, random }));
  }

  say('mandate');
  const mandate = await signMandate({ practice, agent, teams, owner: owners[0]!, at, random, sign });
  for (const { team, member } of memberOf) {
    await sign({
      ...fact(practice, at, random),
      until: null,
      kind: 'membership',
      team,
      person: member.keys.person,
    });
  }

  // Who reads the log without being an owner reads who looked, and nothing else.
  const log = teams.find(({ need }) => need === 'log')!.team;
  if (options.staff.some(({ owner, logOfficer }) => logOfficer === true && owner !== true))
    await sign({ ...fact(practice, at, random), until: null, kind: 'oversight', team: log });

  say('vault');
  const created = await http(options.vaultUrl, fetch).call({
    path: '/v1/practices',
    token: options.bootstrapToken,
    body: { ...statementsToWire(statements), wraps: wraps.map((bytes) => base64url(bytes)) },
    answer: practiceCreated,
  });
  const first = firstRegister({
    options,
    practice,
    vault,
    created,
    root: root.hash,
    authority,
    agent,
    mandate,
    teams,
    born,
    random,
  });
  const state = await createState(
    { dir: options.dir, random, ...(options.keyStore === undefined ? {} : { keyStore: options.keyStore }) },
    first,
  );
  await state.save();

  say('keyrings');
  const place = {
    origin: vault.origin,
    url: options.vaultUrl,
    pins: {
      practice,
      authority: root.hash,
      log: created.log,
      logTeam: log,
    },
  };
  const people: InitResult['people'][number][] = [];
  for (const { staff, keys } of born) {
    const own = wire(place, { fetch, clock, random, storage: memoryStorage() });
    const ways = await giveKeyring(own, keys, staff.passphrase, vault.origin, options.argon2);
    people.push({
      name: staff.name,
      role: staff.role,
      owner: staff.owner === true,
      person: keys.person,
      keys,
      ...ways,
    });
  }
  const sheets = (purpose: 'recovery' | 'exit', split: typeof recovery) =>
    split.shares.map((share, i) => shareSheet({ organisation: practice, purpose, index: i + 1, k, n, share }));
  return {
    state,
    people,
    sheets: { recovery: sheets('recovery', recovery), exit: sheets('exit', exit) },
    keyStore: state.keyStore.sentence,
  };
}

const fact = (practice: OrganisationId, at: Instant, random: Random) => ({
  t: 'fact' as const,
  v: 1 as const,
  suite: 1,
  id: newId('fact', random),
  practice,
  from: at,
});

async function signMandate(of: {
  readonly practice: OrganisationId;
  readonly agent: NewKeys;
  readonly teams: readonly Team[];
  readonly owner: Born;
  readonly at: Instant;
  readonly random: Random;
  readonly sign: (payload: FactOf<'mandate'>) => Promise<Statement<'fact'>>;
}): Promise<FactOf<'mandate'>> {
  const mandate: FactOf<'mandate'> = {
    ...fact(of.practice, of.at, of.random),
    until: plus(of.at, MANDATE_LIFE),
    kind: 'mandate',
    agent: of.agent.person,
    responsible: of.owner.keys.person,
    kinds: [...DOSSIER_FACT_KINDS],
    teams: of.teams.map(({ team }) => team),
  };
  await of.sign(mandate);
  return mandate;
}

function firstRegister(of: {
  readonly options: InitOptions;
  readonly practice: OrganisationId;
  readonly vault: { readonly vault: Register['vault']['person']; readonly origin: string; readonly kem: string };
  readonly created: { readonly log: { readonly origin: string; readonly key: string } };
  readonly root: Hash;
  readonly authority: Authority;
  readonly agent: NewKeys;
  readonly mandate: FactOf<'mandate'>;
  readonly teams: Team[];
  readonly born: readonly Born[];
  readonly random: Random;
}): Register {
  const { options, authority, agent, born, teams } = of;
  const shapes = teamsFor(options.staff);
  return {
    v: 1,
    number: 0,
    practice: { organisation: of.practice, ...options.practice },
    vault: {
      url: options.vaultUrl,
      origin: of.vault.origin,
      person: of.vault.vault,
      kem: of.vault.kem,
      log: of.created.log,
      checkpoint: null,
      chains: null,
      people: null,
    },
    authority: of.root,
    recoveryKem: authority.recovery.kem,
    exitKem: authority.exit.kem,
    agent: {
      person: agent.person,
      sign: base64url(agent.secrets.sign),
      kem: base64url(agent.secrets.kem),
      mandate: of.mandate.id,
      counter: 0,
    },
    fingerprintKey: base64url(of.random(32)),
    owners: authority.owners.map(({ person, sign }) => ({ person, sign })),
    staff: born.map(({ staff, keys }) => ({
      person: keys.person,
      name: staff.name,
      role: staff.role,
      teams: teams.filter((_, i) => shapes[i]!.has(staff)).map(({ team }) => team),
    })),
    teams,
    partners: [],
    referrals: {},
    partnerKeys: {},
    selection: null,
    deliveries: [],
    snapshot: null,
    intervalDays: options.intervalDays ?? 7,
    confirmations: [],
    patients: {},
  };
}
