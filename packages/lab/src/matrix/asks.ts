/** How each endpoint is asked by anybody: whole and well-formed, so that who asks is all that the answer turns on. */

import {
  base64url,
  canonicalJson,
  fromBase64url,
  lengthPrefixed,
  localDate,
  newId,
  plus,
  systemRandom,
} from '@ketenkluis/base';
import { ENDPOINTS, type EndpointName } from '@ketenkluis/protocol';
import { hashOf, type Payload, signStatement, statementToWire } from '@ketenkluis/seal';
import {
  aboutDossier,
  deliveryBytes,
  empty,
  look,
  type Reply,
  type RequestFields,
  referTo,
  send,
  stepsOf,
  type TestWorld,
  takeSnapshot,
  withdrawal,
  withStates,
  writeMessage,
  writeNote,
} from '@ketenkluis/vault/testing';
import { callIn, handOver, placeIn, stated } from './circle.ts';
import type { Target } from './dossiers.ts';
import type { Asker } from './roles.ts';

/** `target` is given exactly to the endpoints that are about one dossier. */
export type Ask = (world: TestWorld, asker: Asker, target: Target) => Promise<Reply>;

const SUITE = { v: 1 as const, suite: 1 };
const reading =
  (name: EndpointName, query?: string): Ask =>
  (world, { session }) =>
    world.call(name, { token: session.token, ...(query === undefined ? {} : { query }) });
const signed =
  (name: EndpointName, body: (world: TestWorld, asker: Asker) => unknown, fields: RequestFields): Ask =>
  async (world, asker) =>
    world.signed(asker.session, name, await body(world, asker), fields);

/** An invitation is the one statement that an owner signs alone. */
const invitation = async (world: TestWorld, { session, team }: Asker) => {
  const at = world.time.clock();
  const payload: Payload<'invitation'> = {
    t: 'invitation',
    ...SUITE,
    id: newId('invitation', systemRandom),
    organisation: world.practice.id,
    team: team.id,
    key: base64url(session.person.signer.publicKey),
    by: session.person.id,
    at,
    until: plus(at, 3_600_000),
  };
  return {
    statements: [statementToWire(await signStatement(payload, session.person.signer))],
    batches: [],
    wraps: [],
  };
};

const proposal = async (world: TestWorld, { session }: Asker) => {
  const at = world.time.clock();
  const card = await world.practice.card(session.person, 'professional', 9);
  const { position } = (await world.running.vault.people.of(world.practice.id))!.keys;
  const payload: Payload<'proposal'> = {
    t: 'proposal',
    ...SUITE,
    organisation: world.practice.id,
    by: session.person.id,
    at,
    until: plus(at, 3_600_000),
    people: { count: position.count, digest: position.digest! },
    statements: [card.hash],
    join: null,
  };
  return {
    proposal: statementToWire(await signStatement(payload, session.person.signer)),
    statements: [statementToWire(card)],
    wraps: [],
    names: [],
  };
};

const itemOf = ({ dossier, part }: Target) => ({ dossier: dossier.id, handle: dossier.handles[part]!, facts: [] });

/** A state from nothing, for a dossier that this person could not bring to one: the request is whole all the same. */
const anyState = (world: TestWorld, { session }: Asker, { dossier }: Target): Payload<'state'> => ({
  t: 'state',
  ...SUITE,
  practice: world.practice.id,
  dossier: dossier.id,
  by: session.person.id,
  after: 0,
  prev: null,
  state: hashOf(canonicalJson({})),
  at: world.time.clock(),
});

/** This statement and the state that it comes to. */
const changing = async (world: TestWorld, asker: Asker, target: Target, payload: Payload) => {
  const { session } = asker;
  const body = await withStates(world, session, [payload]);
  if (body.statements.length > 1) return { ...body };
  const state = await signStatement(anyState(world, asker, target), session.person.signer);
  return { ...body, statements: [...body.statements, statementToWire(state)] };
};

const takeover: Ask = async (world, asker, target) => {
  const { role, session } = asker;
  const { dossier, notes } = target;
  const note = notes[role] ?? notes.any;
  const [made] = await stepsOf(world, session, { statements: [] }, [note]);
  const annex = await world.annex();
  const payload = made ?? anyState(world, asker, target);
  const state = statementToWire(await signStatement(payload, session.person.signer));
  const items = [{ dossier: dossier.id, handle: note, facts: [] }];
  return world.signed(session, 'takeover', { state, annex: annex.text }, { class: 'write', items, annex: annex.hash });
};

const SEAL = 'AAAA';
const SEAL_BYTES = new Uint8Array(3);

const keepFor = async (
  world: TestWorld,
  { session, team }: Pick<Asker, 'session' | 'team'>,
  id = newId('handle', systemRandom),
) => {
  const annex = await world.annex();
  const items = [{ dossier: null, handle: id, facts: [] }];
  const body = { team: team.id, sealed: annex.text, sent: false, annex: annex.text };
  return { id, reply: await world.signed(session, 'keep', body, { class: 'list', items, annex: annex.hash }) };
};
/** A copy that the treating team keeps. */
const keptOne = async (world: TestWorld) => {
  const { id, reply } = await keepFor(world, {
    session: await world.open(world.practice.nurse),
    team: world.practice.nurseTeam,
  });
  if (reply.status !== 200) throw new Error(`the matrix could not keep a copy: ${reply.text}`);
  return [{ dossier: null, handle: id, facts: [] }];
};
/** Endpoints about the practice, its people and its log. */
export const GENERAL: Readonly<Record<string, Ask>> = {
  'vault-info': reading('vault-info'),
  'practice-create': (world, { session }) =>
    world.call('practice-create', {
      token: session.token,
      body: { statements: [statementToWire(world.practice.authority)], batches: [], wraps: [] },
    }),
  challenge: (world, { session }) => world.call('challenge', { token: session.token, body: {} }),
  'session-open': async (world, { session }) => {
    const { challenge } = (await world.call('challenge', { body: {} })).json<{ challenge: string }>();
    const body = { by: 'device', challenge, device: newId('device', systemRandom), signature: SEAL };
    return world.call('session-open', { token: session.token, body });
  },
  'session-confirm': signed('session-confirm', () => ({}), { class: 'session' }),
  desk: reading('desk'),
  'session-touch': async (world, { session }) => {
    const { challenge } = (await world.call('challenge', { body: {} })).json<{ challenge: string }>();
    const body = { by: 'device', challenge, device: newId('device', systemRandom), signature: SEAL };
    return world.call('session-touch', { token: session.token, body });
  },
  'credential-options': (world, { session }) => world.call('credential-options', { token: session.token, body: {} }),
  credential: signed('credential', () => ({ challenge: SEAL, credential: {}, keyring: SEAL }), { class: 'session' }),
  keyring: signed('keyring', () => ({ keyring: SEAL, device: null }), { class: 'session' }),
  unlockers: reading('unlockers'),
  'unlocker-end': signed('unlocker-end', (world) => ({ person: world.practice.nurse.id, unlocker: SEAL }), {
    class: 'admin',
  }),
  invitation: (world, { session }) =>
    world.running.app
      .inject({
        method: 'GET',
        url: `${world.path('invitation').replace(':invitation', newId('invitation', systemRandom))}`,
        headers: { authorization: `Bearer ${session.token}` },
      })
      .then(asReply),
  join: async (world, { session }) => {
    const { statements } = await invitation(world, { role: 'nurse', session, team: world.practice.nurseTeam });
    return world.running.app
      .inject({
        method: 'POST',
        url: `${world.path('join').replace(':invitation', newId('invitation', systemRandom))}`,
        headers: { authorization: `Bearer ${session.token}`, 'content-type': 'application/json' },
        payload: JSON.stringify({ join: statements[0], keyring: SEAL, device: null, passkey: null }),
      })
      .then(asReply);
  },
  directory: reading('directory'),
  me: reading('me'),
  own: reading('own'),
  heads: reading('heads'),
  statements: signed('statements', invitation, { class: 'admin' }),
  proposals: reading('proposals'),
  propose: signed('propose', proposal, { class: 'admin' }),
  'proposal-end': signed('proposal-end', () => ({ proposal: hashOf(systemRandom(8)) }), { class: 'admin' }),
  'recovery-prove': signed('recovery-prove', () => ({ answer: base64url(systemRandom(32)) }), { class: 'session' }),
  recovery: signed('recovery', () => ({ shares: [hashOf(systemRandom(8)), hashOf(systemRandom(8))], epochs: [] }), {
    class: 'session',
  }),
  delivery: async (world, { session }) => send(world, session, await deliveryBytes(world, session, aList(world))),
  snapshot: async (world, asker) => {
    const agent = await world.open(world.practice.agent);
    return (await takeSnapshot(world, asker.session, {}, agent)).reply;
  },
  partners: reading('partners'),
  'partner-directory': (world, { session }, { circle }) => {
    const body = { organisation: circle.partners[0].practice.id, ...circle.directory };
    return world.signed(session, 'partner-directory', body, { class: 'admin' });
  },
  vouched: reading('vouched'),
  referrals: reading('referrals'),
  'referrals-past': reading('referrals-past'),
  keep: async (world, asker) => (await keepFor(world, asker)).reply,
  kept: reading('kept'),
  'kept-open': async (world, { session }) => {
    const annex = await world.annex();
    const items = await keptOne(world);
    return world.signed(session, 'kept-open', { annex: annex.text }, { class: 'list', items, annex: annex.hash });
  },
  'kept-end': async (world, { session }) =>
    world.signed(session, 'kept-end', {}, { class: 'admin', items: await keptOne(world) }),
  substitute: (world, { session }, { circle }) => callIn(world, session, placeIn(world, circle.locum)),
  calls: reading('calls'),
  reviews: reading('reviews'),
  regrants: reading('regrants'),
  fresh: reading('fresh'),
  // What comes along wraps nothing anew: whose grants may be replaced is played in client/leaving.test.ts.
  regrant: async (world, asker, target) => {
    const { session, team } = asker;
    const { dossier, part } = target;
    const annex = await world.annex();
    const state = statementToWire(await signStatement(anyState(world, asker, target), session.person.signer));
    const wrap = {
      bundle: hashOf(systemRandom(8)),
      index: 0,
      descriptor: hashOf(systemRandom(8)),
      kind: 'c',
      ct: SEAL,
    };
    const body = { team: team.id, statements: [state, state, state], batches: [], wraps: [wrap], annex: annex.text };
    const items = [{ dossier: dossier.id, handle: dossier.handles[part]!, facts: [] }];
    return world.signed(session, 'regrant', body, { class: 'grant', items, annex: annex.hash });
  },
  'session-identity': async (world, { session }) => {
    const at = world.time.clock();
    const payload: Payload<'assurance'> = {
      t: 'assurance',
      ...SUITE,
      practice: world.practice.id,
      person: session.person.id,
      session: session.session,
      level: 'high',
      means: 'dezi',
      by: session.person.id,
      at,
      until: plus(at, 3_600_000),
    };
    const assurance = statementToWire(await signStatement(payload, session.person.signer));
    return world.signed(session, 'session-identity', { assurance }, { class: 'session' });
  },
  mirror: reading('mirror'),
  annexes: reading('annexes'),
  requests: reading('requests'),
  records: reading('records'),
  petitions: reading('petitions'),
  record: async (world, { session }) => {
    const payload: Payload<'review'> = {
      ...({ t: 'review', ...SUITE, kind: 'check', check: 'review', rules: 'matrix' } as const),
      ...{ practice: world.practice.id, by: session.person.id, at: world.time.clock(), policy: hashOf(SEAL_BYTES) },
      ...{ lines: { from: 0, until: 1 }, looks: 0, explained: 0, unexplained: 0, read: null },
      findings: { count: 0, digest: hashOf(SEAL_BYTES) },
    };
    const statement = statementToWire(await signStatement(payload, session.person.signer));
    return world.signed(session, 'record', { statement, words: null }, { class: 'session' });
  },
  entries: reading('entries'),
  checkpoint: reading('checkpoint'),
  'log-proof': reading('log-proof', '?index=0&size=1'),
  witnessed: reading('witnessed'),
  tile: (world, { session }) =>
    world.running.app
      .inject({
        method: 'GET',
        url: world.path('tile').replace('*', '0/000.p/1'),
        headers: { authorization: `Bearer ${session.token}` },
      })
      .then(asReply),
  'session-close': (world, { session }) => world.call('session-close', { token: session.token, body: {} }),
};

const declarationOf =
  (kind: 'look' | 'own'): Ask =>
  async (world, { session }, target) => {
    const annex = await world.annex();
    return world.signed(
      session,
      'declaration',
      { event: 'print', annex: annex.text },
      { class: kind, items: [itemOf(target)], annex: annex.hash, declared: true },
    );
  };
const auditOf =
  (kind: 'audit' | 'own'): Ask =>
  async (world, { session }, { dossier }) => {
    const annex = await world.annex();
    const at = world.time.clock();
    return world.signed(
      session,
      'audit',
      { from: 0, until: at, annex: annex.text },
      { class: kind, items: [{ dossier: dossier.id, handle: null, facts: [] }], annex: annex.hash },
    );
  };

/** A patient asks about what they read; anybody else asks as well as they can. */
const petitionOf =
  (kind: 'own' | 'audit' | 'session' | 'sync'): Ask =>
  async (world, { session }, { dossier, circle }) => {
    const annex = await world.annex();
    const at = world.time.clock();
    const { keys } = (await world.running.vault.people.of(world.practice.id))!;
    const own = keys.owns(at).find(({ person }) => person === session.person.id);
    const common = {
      ...({ t: 'petition', ...SUITE } as const),
      ...{ practice: world.practice.id, dossier: dossier.id, by: session.person.id, at },
    };
    const words = hashOf(lengthPrefixed(fromBase64url(annex.text)));
    const answer = { kind: 'answer', petition: hashOf(SEAL_BYTES), about: 'paper', whom: null, words } as const;
    const { id: organisation } = circle.partners[0].practice;
    const reads = { own: own?.id ?? newId('fact', systemRandom), team: own?.team ?? newId('team', systemRandom) };
    const payloads: Record<typeof kind, Payload<'petition'>> = {
      own: { ...common, ...reads, kind: 'ask', about: 'paper', words },
      audit: { ...common, ...answer },
      session: { ...common, ...answer, organisation },
      sync: { ...common, kind: 'destroy', organisation, due: localDate(at) },
    };
    const statement = statementToWire(await signStatement(payloads[kind], session.person.signer));
    const body = { statement, words: kind === 'sync' ? null : [annex.text], annex: annex.text };
    const items = [{ dossier: dossier.id, handle: null, facts: [] }];
    return world.signed(session, 'petition', body, { class: kind, items, annex: annex.hash });
  };

/** Endpoints about one dossier. */
export const ABOUT_ONE: Readonly<Record<string, Ask>> = {
  release: (world, { session }, target) => look(world, session, [itemOf(target)]),
  'release own': (world, { session }, target) => look(world, session, [itemOf(target)], { class: 'own' }),
  'release emergency': (world, { session }, target) => look(world, session, [itemOf(target)], { class: 'emergency' }),
  emergencies: (world, { session }, { dossier }) =>
    world.call('emergencies', { token: session.token, body: { dossier: dossier.id } }),
  write: async (world, { session, team, home }, { dossier, part, handed, circle }) => {
    const parent = dossier.handles[part]!;
    const of = home && handed[circle.partners.indexOf(home)]!;
    if (home && of) return (await writeMessage(world, home, session, dossier, of)).reply;
    return (await writeNote(world, session, dossier, team, { parent })).reply;
  },
  takeover,
  declaration: declarationOf('look'),
  'declaration own': declarationOf('own'),
  'declaration audit': async (world, { session }, { dossier }) => {
    const annex = await world.annex();
    return world.signed(
      session,
      'declaration',
      { event: 'export', annex: annex.text },
      {
        ...{ class: 'audit', items: [{ dossier: dossier.id, handle: null, facts: [] }], annex: annex.hash },
        declared: true,
      },
    );
  },
  audit: auditOf('audit'),
  'audit own': auditOf('own'),
  'petition own': petitionOf('own'),
  'petition audit': petitionOf('audit'),
  'petition session': petitionOf('session'),
  'petition sync': petitionOf('sync'),
  access: (world, { session }, { dossier }) => aboutDossier(world, session, 'access', dossier, {}),
  'access own': (world, { session }, { dossier }) => aboutDossier(world, session, 'access', dossier, {}, [], 'own'),
  restrictions: (world, { session }, { dossier }) => aboutDossier(world, session, 'restrictions', dossier, {}),
  'review-told': (world, { session }, { dossier, review }) =>
    aboutDossier(world, session, 'review-told', dossier, {
      review,
      how: 'in-person',
      on: localDate(world.time.clock()),
    }),
  'review-close': (world, { session }, { dossier, review }) =>
    aboutDossier(world, session, 'review-close', dossier, { review, finding: 'in-order' }),
  'grant-ask': (world, { session }, { dossier, part }) =>
    aboutDossier(world, session, 'grant-ask', dossier, {}, [dossier.handles[part]!]),
  'regrant-ask': async (world, { session, team }, { dossier, part }) => {
    const annex = await world.annex();
    const items = [{ dossier: dossier.id, handle: dossier.handles[part]!, facts: [] }];
    const body = { team: team.id, annex: annex.text };
    return world.signed(session, 'regrant-ask', body, { class: 'grant', items, annex: annex.hash });
  },
  call: (world, { session }, { dossier, part, circle }) =>
    handOver(world, session, circle.locum, dossier.id, dossier.handles[part]!),
  refer: async (world, { role, session, team }, { dossier, part, circle }) => {
    const handles = [dossier.handles[part]!];
    // Whoever can open nothing has no shares to send along; the request is whole all the same.
    const blind = role !== 'nurse' && role !== 'owner';
    return (await referTo(world, circle.partners[0], session, dossier, { handles, from: team, blind })).reply;
  },
  end: async (world, asker, target) => {
    const { role, session } = asker;
    const { dossier, consents } = target;
    const gone = withdrawal(world, consents[role] ?? consents.any, dossier.id);
    return aboutDossier(world, session, 'end', dossier, await changing(world, asker, target, gone));
  },
  consent: async (world, asker, target) => {
    const { dossier, circle } = target;
    const { id: organisation } = circle.partners[0].practice;
    const handles = [dossier.handles[1]!];
    const fields = { kind: 'consent' as const, until: null, dossier: dossier.id, organisation, handles };
    const body = await changing(world, asker, target, stated<'consent'>(world, fields));
    return aboutDossier(world, asker.session, 'consent', dossier, body);
  },
  'consent say': async (world, asker, target) => {
    const { dossier, circle } = target;
    const { id: excluded } = circle.partners[0].practice;
    const fields = { kind: 'restriction' as const, until: null, dossier: dossier.id, excluded, handles: null };
    const shut = stated<'restriction'>(world, { ...fields, by: asker.session.person.id });
    const body = await changing(world, asker, target, shut);
    return aboutDossier(world, asker.session, 'consent', dossier, body, [], 'say');
  },
};

/** A delivery of nothing but the end of a fact that is not there: judged, and never taken. */
const aList = (world: TestWorld) => ({
  ...empty(),
  payloads: [
    {
      t: 'withdrawal' as const,
      ...SUITE,
      practice: world.practice.id,
      fact: newId('fact', systemRandom),
      dossier: newId('dossier', systemRandom),
      at: world.time.clock(),
    },
  ],
});

type Injected = Awaited<ReturnType<TestWorld['running']['app']['inject']>>;
const asReply = (reply: Injected): Reply => ({
  status: reply.statusCode,
  headers: reply.headers,
  text: reply.body,
  json: <T>() => JSON.parse(reply.body) as T,
});

/** `GET /v1/practices/{practice}/me` and the like, by the endpoint's name. */
export const endpointOf = (method: string, path: string): EndpointName | undefined =>
  (Object.keys(ENDPOINTS) as EndpointName[]).find((name) => {
    const { path: tail, method: verb } = ENDPOINTS[name];
    const whole = tail.startsWith('/v1') ? tail : `/v1/practices/:practice${tail}`;
    return verb === method && whole.replaceAll(/:([a-z]+)/g, '{$1}').replace('/*', '/{*}') === path;
  });
