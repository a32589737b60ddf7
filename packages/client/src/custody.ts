/**
 * Keyholders (docs/spec/keyholder.md): delivering pieces of what is sealed here, and asking for the pieces of what the vault released.
 */

import {
  base64url,
  canonicalJson,
  type FactId,
  fromBase64url,
  fromUtf8,
  type OrganisationId,
  type PersonId,
  SECOND,
} from '@ketenkluis/base';
import { readCheckpoint } from '@ketenkluis/ledger';
import { type CustodyProof, type LedgerProof, originFault, witnessed } from '@ketenkluis/protocol';
import {
  CUSTODY,
  type CustodyPath,
  type CustodyRelease,
  custodyBehind,
  custodyReceipt,
  custodyRefusal,
  custodyReleased,
  logProof,
  type MoreOfDirectory,
  piecesText,
  sealedPieces,
} from '@ketenkluis/protocol/keyholder';
import {
  asSealedBlob,
  asShare,
  type Custody,
  custodyBytes,
  type FactOf,
  type Hash,
  type Holders,
  isPiece,
  type Piece,
  type RequestClass,
  type Share,
  type Statement,
  signStatement,
  statementToWire,
  type Wrap,
} from '@ketenkluis/seal';
import { createBundle, joinPieces, type NewBundle, openSealed } from '@ketenkluis/seal/open';
import type { z } from 'zod';
import { clientError } from './errors.ts';
import { signRequest } from './request.ts';
import type { Session } from './session.ts';

type Named = FactOf<'keyholders'>;
type Holder = Named['holders'][number];
type Proof = CustodyProof;

/** Who does not answer by then does not count. */
const PATIENCE = 10 * SECOND;
/** A log that grows meanwhile is asked about again. */
const TRIES = 8;
/** How long somebody waits for the witnesses' word, milliseconds and times. */
const WAIT = 250;
const MAX_WAITS = 40;

interface Reply {
  readonly status: number;
  readonly body: unknown;
}

/** One exchange; undefined when nobody answers, or what answers is no keyholder. */
async function post(session: Session, url: string, path: string, message: unknown): Promise<Reply | undefined> {
  if (originFault(url) !== null) return undefined;
  const ask = async (): Promise<Reply | undefined> => {
    const response = await session.wire.ports.fetch(`${url}/v1/practices/${session.practice}/${path}`, {
      method: 'POST',
      headers: { accept: 'application/json', 'content-type': 'application/json' },
      body: JSON.stringify(message),
    });
    const body: unknown = JSON.parse(fromUtf8(new Uint8Array(await response.arrayBuffer())));
    return { status: response.status, body };
  };
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), PATIENCE);
  });
  try {
    return await Promise.race([ask().catch(() => undefined), late]);
  } finally {
    clearTimeout(timer);
  }
}

/** What the keyholder has not seen yet of who is who; on a visit, the own organisation's too. */
async function moreFrom(session: Session, after: number): Promise<MoreOfDirectory> {
  await session.people();
  const { statements, batches } = session.peopleWire;
  const { home } = session;
  const own = home?.peopleWire;
  return {
    after,
    statements: statements.slice(after),
    batches: [...batches],
    partners: own
      ? [{ organisation: session.organisation, statements: [...own.statements], batches: [...own.batches] }]
      : [],
  };
}

/** A signed request to one keyholder; brings the directory along where it is asked for. Undefined when it is not done. */
async function signedPost<B extends object>(
  session: Session,
  url: string,
  path: CustodyPath,
  klass: RequestClass,
  body: (more: MoreOfDirectory | null) => B,
): Promise<unknown> {
  let more: MoreOfDirectory | null = null;
  for (let attempt = 0; attempt < 2; attempt++) {
    const sent = body(more);
    const who = { ...session.who(), audience: url };
    const ask = { class: klass, action: CUSTODY[path] };
    const request = await signRequest(who, session.wire.ports, ask, canonicalJson(sent));
    const reply = await post(session, url, path, { request: statementToWire(request), body: sent });
    if (reply === undefined || reply.status === 200) return reply?.body;
    const behind = reply.status === 409 ? custodyBehind.safeParse(reply.body) : undefined;
    if (!behind?.success || !('directory' in behind.data)) return undefined;
    more = await moreFrom(session, behind.data.directory);
  }
  return undefined;
}

// --- sealing -----------------------------------------------------------------------------------------------------------------

/** One bundle per keyholder, filled version by version and delivered before the vault hears of it. */
export class Pieces {
  readonly named: Named;
  readonly #session: Session;
  readonly #bundles: ReadonlyMap<PersonId, NewBundle>;
  readonly #wraps = new Map<PersonId, Wrap<'p'>[]>();
  readonly #held = new Map<PersonId, Custody[]>();

  private constructor(session: Session, named: Named, bundles: ReadonlyMap<PersonId, NewBundle>) {
    this.named = named;
    this.#session = session;
    this.#bundles = bundles;
  }

  /** For the keyholders that a fact names. Throws `client/no-key-here` when one has no card. */
  static async begin(session: Session, named: Named): Promise<Pieces> {
    const people = await session.people();
    const at = session.now();
    const bundles = await Promise.all(
      named.holders.map(async ({ person, card }) => {
        const known = people.cardStatement(person);
        if (known?.hash !== card) throw clientError('no-key-here', 'a keyholder has another card than was signed for');
        const bundle = await createBundle({
          ...{ to: 'keyholder', recipient: person, epoch: null, recipientKey: fromBase64url(known.payload.kem) },
          ...{ issuer: session.person, practice: session.practice, at, random: session.wire.ports.random },
        });
        return [person, bundle] as const;
      }),
    );
    return new Pieces(session, named, new Map(bundles));
  }

  /** In the order of the packs in the delivery. */
  async add(descriptor: Hash, holders: Holders, pieces: readonly Piece[]): Promise<void> {
    for (const { by, share } of pieces) {
      const wrap = await this.#bundles.get(by)!.wrap('p', descriptor, share);
      const { piece } = holders.pieces.find((one) => one.by === by)!;
      this.#wraps.set(by, [...(this.#wraps.get(by) ?? []), wrap]);
      this.#held.set(by, [...(this.#held.get(by) ?? []), { descriptor, piece }]);
    }
  }

  /** Receipts of those who have it on disk, each checked. Throws `client/holders-missing` with fewer than are needed. */
  async deliver(): Promise<{ readonly receipts: readonly Proof[]; readonly missing: readonly PersonId[] }> {
    if (this.#wraps.size === 0) return { receipts: [], missing: [] };
    const answers = await Promise.all(this.named.holders.map((holder) => this.#to(holder)));
    const receipts = answers.filter((one) => one !== undefined);
    const missing = this.named.holders.map(({ person }) => person).filter((_, i) => answers[i] === undefined);
    if (receipts.length < this.named.need) throw tooFew(this.named.need, missing, []);
    return { receipts, missing };
  }

  async #to({ person, url }: Holder): Promise<Proof | undefined> {
    const session = this.#session;
    const bundle = await signStatement(this.#bundles.get(person)!.payload, session.keys().signer);
    const wraps = this.#wraps
      .get(person)!
      .map(({ index, descriptor, ct }) => ({ index, descriptor, ct: base64url(ct) }));
    const answer = await signedPost(session, url, 'pieces', 'write', (more) => ({
      ...{ bundle: statementToWire(bundle), wraps, more },
    }));
    const receipt = custodyReceipt.safeParse(answer);
    if (!receipt.success) return undefined;
    const people = await session.people();
    const key = people.keyOf(person, session.now());
    const bytes = custodyBytes(session.practice, person, this.#held.get(person)!);
    const holds = key !== undefined && (await session.verifier.verify(key, bytes, fromBase64url(receipt.data.sig)));
    return holds ? { by: person, sig: receipt.data.sig } : undefined;
  }
}

const tooFew = (need: number, missing: readonly PersonId[], lying: readonly PersonId[]) =>
  clientError('holders-missing', `${need} keyholders are needed and fewer answered`, {
    detail: { missing: missing.join(' '), lying: lying.join(' ') },
  });

// --- opening -----------------------------------------------------------------------------------------------------------------

/** What the vault answered, as a keyholder wants to see it. */
export interface Shown {
  readonly request: Statement<'request'>;
  readonly line: LedgerProof;
  readonly checkpoint: string;
  readonly consistency: readonly string[] | null;
}

export interface Collected {
  /** Throws `client/holders-missing` when fewer than are needed gave the piece that the descriptor commits to. */
  secret(descriptor: Hash, holders: Holders): Promise<Share<'k'>>;
  /** When everybody has answered, or it took too long. */
  settled(): Promise<{ readonly missing: readonly PersonId[]; readonly lying: readonly PersonId[] }>;
}

/** Asks everybody who holds a piece of one of these versions, at once; whoever is slow holds nobody up. */
export async function collect(session: Session, shown: Shown, facts: ReadonlySet<FactId>): Promise<Collected> {
  const people = await session.people();
  const holders = new Map<PersonId, string>();
  for (const fact of facts)
    for (const { person, url } of people.keyholdersBy(fact)?.holders ?? []) holders.set(person, url);
  const lying = new Set<PersonId>();
  const asked = new Map([...holders].map(([person, url]) => [person, askOne(session, shown, person, url)] as const));
  const missing = async () => {
    const all = await Promise.all([...asked].map(async ([person, answer]) => [person, await answer] as const));
    return all.flatMap(([person, answer]) => (answer === undefined ? [person] : []));
  };
  return {
    secret: (descriptor, stated) =>
      new Promise((resolve, reject) => {
        const good: Piece[] = [];
        let open = 0;
        const over = async () => reject(tooFew(stated.need, await missing(), [...lying]));
        const take = (by: PersonId, pieces: ReadonlyMap<Hash, Share<'p'>> | undefined) => {
          const share = pieces?.get(descriptor);
          if (share !== undefined && isPiece(stated, by, share)) good.push({ by, share });
          else if (share !== undefined) lying.add(by);
          if (good.length === stated.need && share !== undefined) joinPieces(stated, good).then(resolve, reject);
          open -= 1;
          if (open === 0 && good.length < stated.need) void over();
        };
        for (const { by } of stated.pieces) {
          const answer = asked.get(by);
          if (answer === undefined) continue;
          open += 1;
          void answer.then((pieces) => take(by, pieces));
        }
        if (open === 0) void over();
      }),
    settled: async () => ({ missing: await missing(), lying: [...lying] }),
  };
}

/** Undefined when this keyholder gives nothing, for whatever reason. */
async function askOne(
  session: Session,
  { request, line, checkpoint, consistency }: Shown,
  person: PersonId,
  url: string,
): Promise<ReadonlyMap<Hash, Share<'p'>> | undefined> {
  try {
    const { publicKey, key } = await session.recipient();
    const from = request.payload.checkpoint?.size;
    let ask: CustodyRelease = {
      ...{ request: statementToWire(request), line, checkpoint, key: base64url(publicKey), more: null, witnesses: [] },
      consistency: consistency === null || from === undefined ? null : { from, proof: [...consistency] },
    };
    const quorum = (await session.people()).witnesses?.quorum ?? 0;
    if (quorum > 0) ask = await witnessedNow(session, ask, null);
    let known: number | null = null;
    for (let attempt = 0, waits = 0; attempt < TRIES; attempt++) {
      const reply = await post(session, url, 'releases', ask);
      if (reply?.status === 200) {
        const { sealed } = custodyReleased.parse(reply.body);
        const blob = asSealedBlob(fromBase64url(sealed));
        const opened = await openSealed(key, piecesText(request.hash, person), blob);
        const { pieces } = sealedPieces.parse(JSON.parse(fromUtf8(opened)));
        return new Map(pieces.map(({ descriptor, piece }) => [descriptor, asShare('p', fromBase64url(piece))]));
      }
      if (reply === undefined) return undefined;
      if (custodyRefusal.safeParse(reply.body).data?.code === 'not-witnessed' && waits++ < MAX_WAITS) {
        // The vault waited a second for the witnesses already: one of them is slow or away.
        attempt -= 1;
        await new Promise((resolve) => setTimeout(resolve, WAIT));
        ask = await witnessedNow(session, ask, known);
      } else if (reply.status === 409) {
        const behind = custodyBehind.parse(reply.body);
        if ('size' in behind) known = behind.size;
        ask =
          quorum > 0 && 'size' in behind
            ? await witnessedNow(session, ask, behind.size)
            : await caughtUp(session, ask, behind);
      } else return undefined;
    }
    return undefined;
  } catch {
    return undefined;
  }
}

async function proved(
  session: Session,
  ask: CustodyRelease,
  query: string,
  from: number | null,
  checkpoint: string | null,
): Promise<CustodyRelease> {
  const answer = await session.call('log-proof', logProof, undefined, `?${query}`);
  return {
    ...ask,
    line: { ...ask.line, path: answer.path },
    checkpoint: checkpoint ?? answer.checkpoint,
    consistency: from === null || answer.consistency === null ? null : { from, proof: answer.consistency },
  };
}

/** The newest checkpoint with what the named witnesses said of it, and the line under it. */
async function witnessedNow(session: Session, ask: CustodyRelease, from: number | null): Promise<CustodyRelease> {
  const { index } = ask.line;
  const { checkpoint, witnesses } = await session.call('witnessed', witnessed, undefined, `?upto=${index + 1}`);
  const { size } = readCheckpoint(checkpoint);
  const query = `index=${index}&size=${size}${from === null ? '' : `&from=${from}`}`;
  return {
    ...(await proved(session, ask, query, from, checkpoint)),
    witnesses: witnesses.flatMap(({ name, note, proof }) => (note === null ? [] : [{ name, note, proof }])),
  };
}

/** What the keyholder has not seen: people, or how the log came from there to here; or the line under what it has seen already. */
async function caughtUp(
  session: Session,
  ask: CustodyRelease,
  behind: z.infer<typeof custodyBehind>,
): Promise<CustodyRelease> {
  if ('directory' in behind) return { ...ask, more: await moreFrom(session, behind.directory) };
  const { index } = ask.line;
  const { size, checkpoint } = behind;
  if (index < size) return await proved(session, ask, `index=${index}&size=${size}`, null, checkpoint);
  return await proved(session, ask, `index=${index}&from=${size}`, size, null);
}

// --- what only the agent sends -------------------------------------------------------------------------------------------------

/** Everything that this keyholder has not seen of who is who. False when it does not answer. */
export async function teachHolder(
  session: Session,
  url: string,
  partners: readonly {
    readonly organisation: OrganisationId;
    readonly statements: unknown[];
    readonly batches: unknown[];
  }[],
): Promise<boolean> {
  await session.people();
  let after = session.peopleWire.statements.length;
  for (let attempt = 0; attempt < 2; attempt++) {
    const body = { ...(await moreFrom(session, after)), partners };
    const who = { ...session.who(), audience: url };
    const ask = { class: 'sync' as const, action: CUSTODY.directory };
    const request = await signRequest(who, session.wire.ports, ask, canonicalJson(body));
    const reply = await post(session, url, 'directory', { request: statementToWire(request), body });
    if (reply === undefined || reply.status === 200) return reply !== undefined;
    const behind = custodyBehind.safeParse(reply.body).data;
    if (reply.status !== 409 || behind === undefined || !('directory' in behind)) return false;
    after = behind.directory;
  }
  return false;
}

/** `drops` and `keep`: the answer, or undefined. */
export const tellHolder = (session: Session, url: string, path: 'drops' | 'keep', body: object): Promise<unknown> =>
  signedPost(session, url, path, 'sync', () => body);
