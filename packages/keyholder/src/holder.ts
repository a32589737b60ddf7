/**
 * What a keyholder does with each request (docs/spec/keyholder.md). A refusal gives nothing out and uses nothing up; what a checkpoint
 * that holds taught about the log stays.
 */

import {
  base64url,
  type Clock,
  canonicalJson,
  fromBase64url,
  HOUR,
  type Instant,
  plus,
  type Verifier,
} from '@ketenkluis/base';
import { type Checkpoint, confirmedBy, openCheckpoint, readCheckpoint } from '@ketenkluis/ledger';
import {
  CUSTODY,
  CUSTODY_FRESH,
  type CustodyPath,
  custodyDirectory,
  custodyDrops,
  custodyKeep,
  custodyPieces,
  custodyRelease,
  type MoreOfDirectory,
  piecesText,
} from '@ketenkluis/protocol/keyholder';
import {
  custodyBytes,
  expectType,
  hashOf,
  holdingsDigest,
  type KeyDirectory,
  type Plaintext,
  pieceCommitment,
  type Statement,
  sealTo,
  statementFromWire,
  witnessPolicy,
} from '@ketenkluis/seal';
import { openBundle } from '@ketenkluis/seal/holder';
import type { z } from 'zod';
import type { PracticePin } from './config.ts';
import { createDirectories } from './directories.ts';
import type { Refusal } from './errors.ts';
import type { HolderKeys } from './keys.ts';
import { continues, isFresh, isLineOf, readLine, releasedBy } from './line.ts';
import { type HolderStore, type HolderTx, PIECE_GRACE } from './store.ts';

/** A clock this far behind the newest time that was used is set right first. */
const CLOCK_SLACK = 5000;
/** A delivery is committed or given up by then. */
const STAGED_LIFE = HOUR;

export interface Reply {
  readonly status: number;
  readonly body: unknown;
  /** For log and metrics. */
  readonly outcome: 'done' | 'behind' | Refusal;
}
const STATUS: Partial<Record<Refusal, number>> = {
  'bad-request': 400,
  unknown: 404,
  'clock-behind': 503,
  'no-piece': 404,
};
const refuse = (code: Refusal): Reply => ({ status: STATUS[code] ?? 403, body: { code }, outcome: code });
const done = (body: unknown): Reply => ({ status: 200, body, outcome: 'done' });
const behind = (body: { directory: number } | { size: number; checkpoint: string }): Reply => ({
  status: 409,
  body,
  outcome: 'behind',
});
const isReply = (value: object): value is Reply => 'outcome' in value;

export interface HolderParts {
  readonly keys: HolderKeys;
  readonly store: HolderStore;
  /** Its own origin: the audience of what agents and clients send it. */
  readonly url: string;
  readonly practices: readonly PracticePin[];
  readonly verifier: Verifier;
  readonly clock: Clock;
}
export type HolderPath = CustodyPath | 'releases';
export interface Holder {
  answer(practice: string, path: HolderPath, message: unknown): Promise<Reply>;
  clockBehind(): boolean;
}

interface Asked {
  readonly pin: PracticePin;
  readonly request: Statement<'request'>;
  readonly people: KeyDirectory;
  readonly now: Instant;
}

export function createHolder({ keys, store, url, practices, verifier, clock }: HolderParts): Holder {
  const pins = new Map<string, PracticePin>(practices.map((pin) => [pin.practice, pin]));
  const directories = createDirectories(store, verifier);
  /** What is older was perhaps answered by a process whose memory a restore took away. */
  const since = clock();
  const slow = (tx: HolderTx, now: Instant) => now < tx.clock() - CLOCK_SLACK;

  function requestIn(wire: unknown): Statement<'request'> | undefined {
    try {
      return expectType(statementFromWire(wire), 'request');
    } catch {
      return undefined;
    }
  }

  /** The directory by which this person is known, or what to bring. */
  async function peopleFor(pin: PracticePin, of: readonly Statement[], more: MoreOfDirectory | null, now: Instant) {
    const holds = async (people: KeyDirectory) => {
      for (const statement of of) if (!(await people.verify(statement, now))) return false;
      return true;
    };
    const known = await directories.of(pin);
    if (known.statements.length > 0 && (await holds(known.people))) return known.people;
    if (more === null || more.after !== known.statements.length) return behind({ directory: known.statements.length });
    try {
      const { people } = await directories.with(pin, more);
      return (await holds(people)) ? people : refuse('not-signed');
    } catch {
      return refuse('not-signed');
    }
  }

  /** A request to this keyholder itself: form, audience, action, body, age. Who signed it is the next question. */
  function custodyRequest(pin: PracticePin, path: CustodyPath, wire: unknown, body: unknown, now: Instant) {
    const request = requestIn(wire);
    const said = request?.payload;
    const fits =
      said?.practice === pin.practice &&
      said.audience === url &&
      said.action === CUSTODY[path] &&
      said.body === hashOf(canonicalJson(body));
    if (!request || !fits) return refuse('not-signed');
    return Math.abs(now - request.payload.at) > CUSTODY_FRESH ? refuse('stale') : request;
  }

  /** Once, and not while the clock stands wrong; everything `work` writes goes with it. */
  const once = ({ pin, request, now }: Asked, work: (tx: HolderTx) => Reply): Promise<Reply> =>
    store.commit((tx) => {
      if (slow(tx, now)) return refuse('clock-behind');
      if (tx.used(pin.practice, request.hash)) return refuse('used');
      const reply = work(tx);
      if (reply.status === 200) tx.use(pin.practice, request.hash, now);
      return reply;
    });

  const isAgent = ({ people, request, now }: Asked): boolean => {
    const { person } = request.payload;
    return people.cardOf(person, now)?.kind === 'agent' && people.mandatesOf(person, now).length > 0;
  };
  const holdings = (tx: HolderTx, { practice }: PracticePin): Reply => {
    const held = tx.held(practice);
    return done({ count: held.length, digest: holdingsDigest(held) });
  };

  async function takeDirectory(pin: PracticePin, message: z.infer<typeof custodyDirectory>, now: Instant) {
    const { body } = message;
    const request = custodyRequest(pin, 'directory', message.request, body, now);
    if (isReply(request)) return request;
    const before = await directories.of(pin);
    if (body.after !== before.statements.length) return behind({ directory: before.statements.length });
    const next = await directories.with(pin, body).catch(() => undefined);
    if (!next) return refuse('not-signed');
    const asked = { pin, request, people: next.people, now };
    if (!(await next.people.verify(request, now)) || !isAgent(asked)) return refuse('not-allowed');
    const reply = await once(asked, (tx) => {
      if (tx.directory(pin.practice, pin.practice).length !== before.statements.length)
        return behind({ directory: tx.directory(pin.practice, pin.practice).length });
      directories.learn(tx, pin, before, next);
      return done({ directory: next.statements.length });
    });
    directories.forget(pin.practice);
    return reply;
  }

  async function takePieces(pin: PracticePin, message: z.infer<typeof custodyPieces>, now: Instant) {
    const { body } = message;
    const request = custodyRequest(pin, 'pieces', message.request, body, now);
    if (isReply(request)) return request;
    let bundle: Statement<'bundle'>;
    try {
      bundle = expectType(statementFromWire(body.bundle), 'bundle');
    } catch {
      return refuse('bad-request');
    }
    const { to, recipient, issuer, practice } = bundle.payload;
    const ours = to === 'keyholder' && recipient === keys.person && practice === pin.practice;
    if (!ours || issuer !== request.payload.person) return refuse('not-signed');
    const people = await peopleFor(pin, [request, bundle], body.more, now);
    if (isReply(people)) return people;
    const pieces: { descriptor: (typeof body.wraps)[number]['descriptor']; share: Uint8Array }[] = [];
    try {
      const opened = await openBundle(bundle.payload, keys.kem);
      for (const { index, descriptor, ct } of body.wraps) {
        const wrap = { bundle: bundle.hash, index, descriptor, kind: 'p' as const, ct: fromBase64url(ct) };
        pieces.push({ descriptor, share: await opened.unwrap(wrap) });
      }
    } catch {
      return refuse('bad-request');
    }
    const held = pieces.map(({ descriptor, share }) => ({ descriptor, piece: pieceCommitment(keys.person, share) }));
    const receipt = base64url(await keys.signer.sign(custodyBytes(pin.practice, keys.person, held)));
    return await once({ pin, request, people, now }, (tx) => {
      for (const { descriptor, share } of pieces) {
        const known = tx.piece(pin.practice, descriptor);
        if (known === undefined) tx.put(pin.practice, descriptor, share, now);
        else if (base64url(known.piece) !== base64url(share) || known.superseded !== null) return refuse('other-piece');
      }
      return done({ sig: receipt });
    });
  }

  async function byAgent(
    pin: PracticePin,
    path: 'drops' | 'keep',
    message: { readonly request: unknown; readonly body: unknown },
    now: Instant,
    work: (tx: HolderTx) => void,
  ): Promise<Reply> {
    const request = custodyRequest(pin, path, message.request, message.body, now);
    if (isReply(request)) return request;
    const { people } = await directories.of(pin);
    const asked = { pin, request, people, now };
    if (!(await people.verify(request, now)) || !isAgent(asked)) return refuse('not-allowed');
    return await once(asked, (tx) => {
      work(tx);
      return holdings(tx, pin);
    });
  }

  /** The log's own checkpoint, and the size up to which the owners' quorum confirms it; all of it where they name nobody. */
  async function checkpointOf(
    { log }: PracticePin,
    ask: z.infer<typeof custodyRelease>,
    people: KeyDirectory,
    now: Instant,
  ): Promise<{ readonly under: Checkpoint; readonly confirmed: number } | undefined> {
    let under: Checkpoint;
    try {
      under = await openCheckpoint(ask.checkpoint, { log }, verifier);
    } catch {
      return undefined;
    }
    const fact = people.witnesses;
    const policy = fact && witnessPolicy(fact);
    if (policy === undefined || policy.quorum < 1) return { under, confirmed: under.size };
    const shown = ask.witnesses.map(({ name, note, proof }) => ({
      ...{ name, note, proof: proof.map((step) => fromBase64url(step)) },
    }));
    const { checkpoint } = await confirmedBy({ log, policy, under, shown, now, verifier });
    return { under, confirmed: checkpoint?.size ?? 0 };
  }

  async function release(pin: PracticePin, ask: z.infer<typeof custodyRelease>, now: Instant): Promise<Reply> {
    const { practice } = pin;
    if (store.read((tx) => slow(tx, now))) return refuse('clock-behind');
    const request = requestIn(ask.request);
    if (request?.payload.practice !== practice) return refuse('not-signed');
    const key = fromBase64url(ask.key);
    if (request.payload.recipient !== hashOf(key)) return refuse('not-signed');
    const people = await peopleFor(pin, [request], ask.more, now);
    if (isReply(people)) return people;
    const shown = await checkpointOf(pin, ask, people, now);
    if (shown === undefined) return refuse('not-logged');
    const { under: checkpoint, confirmed } = shown;
    const line = readLine(ask.line, checkpoint);
    if (line === undefined) return refuse('not-included');
    if (ask.line.index >= confirmed) return refuse('not-witnessed');
    if (!isLineOf(request, line.common)) return refuse('wrong-line');
    if (!isFresh([line.common.at, request.payload.at], now, since)) return refuse('stale');
    const consistency = ask.consistency && {
      from: ask.consistency.from,
      proof: ask.consistency.proof.map((step) => fromBase64url(step)),
    };
    const wanted = releasedBy(line.items);
    // No waiting from here to the commit: what is compared is what is replaced.
    const given: { readonly descriptor: string; readonly piece: string }[] = [];
    const reply = await once({ pin, request, people, now }, (tx) => {
      const last = tx.last(practice);
      const accepted = (size: number) => {
        const note = tx.accepted(practice, size);
        return note === undefined ? undefined : readCheckpoint(note).root;
      };
      const how = continues({ last: last ? readCheckpoint(last.note) : null, accepted }, checkpoint, consistency);
      if (typeof how === 'object') return behind({ size: how.behind, checkpoint: last!.note });
      if (how === 'fork') {
        tx.fork({ practice, at: now, seen: tx.accepted(practice, checkpoint.size)!, offered: ask.checkpoint });
        return refuse('fork');
      }
      if (how === 'bad-proof') return refuse('bad-proof');
      if (how === 'grown') tx.accept(practice, { size: checkpoint.size, note: ask.checkpoint });
      for (const descriptor of wanted) {
        const found = tx.piece(practice, descriptor);
        if (found === undefined) continue;
        const { superseded } = found;
        const late = superseded !== null && (line.common.at > superseded || now >= plus(superseded, PIECE_GRACE));
        if (!late) given.push({ descriptor, piece: base64url(found.piece) });
      }
      if (given.length === 0) return refuse('no-piece');
      return done({ size: Math.max(last?.size ?? 0, checkpoint.size) });
    });
    if (reply.outcome !== 'done') return reply;
    const text = piecesText(request.hash, keys.person);
    const sealed = await sealTo(key, text, canonicalJson({ v: 1, pieces: given }) as Plaintext);
    return done({ ...(reply.body as { size: number }), sealed: base64url(sealed) });
  }

  return {
    clockBehind: () => store.read((tx) => slow(tx, clock())),
    async answer(practice, path, message) {
      const pin = pins.get(practice);
      if (pin === undefined) return refuse('unknown');
      const now = clock();
      const parsed = SCHEMAS[path].safeParse(message);
      if (!parsed.success) return refuse('bad-request');
      if (path === 'directory') return await takeDirectory(pin, custodyDirectory.parse(message), now);
      if (path === 'pieces') return await takePieces(pin, custodyPieces.parse(message), now);
      if (path === 'releases') return await release(pin, custodyRelease.parse(message), now);
      if (path === 'drops') {
        const drops = custodyDrops.parse(message);
        const { superseded, ended } = drops.body;
        return await byAgent(pin, path, drops, now, (tx) => {
          tx.supersede(practice as PracticePin['practice'], superseded, now);
          tx.drop(practice as PracticePin['practice'], ended);
        });
      }
      const keep = custodyKeep.parse(message);
      const live = new Set(keep.body.live);
      return await byAgent(pin, path, keep, now, (tx) => {
        tx.keep(pin.practice, live, (now - STAGED_LIFE) as Instant);
      });
    },
  };
}

const SCHEMAS = {
  directory: custodyDirectory,
  pieces: custodyPieces,
  drops: custodyDrops,
  keep: custodyKeep,
  releases: custodyRelease,
} as const;
