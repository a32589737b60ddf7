/** For tests: a host that writes, signs and shows whatever it likes, and a colleague who helps it. */

import {
  base64url,
  canonicalJson,
  DAY,
  fromBase64url,
  type Instant,
  newId,
  plus,
  systemRandom as random,
  type Signer,
} from '@ketenkluis/base';
import {
  type Checkpoint,
  type EntryCommon,
  type EntryItem,
  formatVkey,
  leafOf,
  memoryTree,
  type NoteKey,
  parseVkey,
  partBytes,
  type SealedEntry,
  sealEntry,
  signCheckpoint,
} from '@ketenkluis/ledger';
import type { LedgerProof } from '@ketenkluis/protocol';
import { CUSTODY, type CustodyPath, type CustodyRelease } from '@ketenkluis/protocol/keyholder';
import {
  type Card,
  type Descriptor,
  type Fact,
  generateSigningKey,
  type Hash,
  hashOf,
  type Payload,
  type Request,
  type Statement,
  signStatement,
  statementsToWire,
  statementToWire,
  suite,
  webSigner,
} from '@ketenkluis/seal';
import {
  createBundle,
  createSplitKey,
  describePack,
  type SealedPack,
  sealPack,
  splitSecret,
} from '@ketenkluis/seal/open';
import type { HolderCard } from '../keys.ts';

export const NOW = 1_767_600_000_000 as Instant;

export interface Somebody {
  readonly id: ReturnType<typeof newId<'person'>>;
  readonly signer: Signer;
  readonly sign: Uint8Array;
  readonly kem: Awaited<ReturnType<ReturnType<typeof suite>['kem']['generate']>>;
}
export async function somebody(): Promise<Somebody> {
  const id = newId('person', random);
  const keys = await generateSigningKey(random);
  const kem = await suite(1).kem.generate(random);
  return { id, sign: keys.publicKey, kem, signer: await webSigner({ by: id, seed: keys.seed }) };
}

/** One log, kept in memory; forks are other copies of it. */
export class Log {
  readonly key: NoteKey;
  readonly #signer: Signer;
  readonly lines: { readonly entry: SealedEntry; readonly leaf: Uint8Array<ArrayBuffer> }[] = [];
  constructor(key: NoteKey, signer: Signer) {
    this.key = key;
    this.#signer = signer;
  }
  static async create(): Promise<Log> {
    const keys = await generateSigningKey(random);
    const name = 'vault.example/log';
    const signer = await webSigner({ by: name, seed: keys.seed });
    return new Log(parseVkey(formatVkey({ name, type: 1, publicKey: keys.publicKey })), signer);
  }
  /** The same lines up to `size`, to go on differently. */
  fork(size: number): Log {
    const other = new Log(this.key, this.#signer);
    other.lines.push(...this.lines.slice(0, size));
    return other;
  }
  append(
    common: Omit<EntryCommon, 'v' | 'id' | 'at'>,
    items: readonly Omit<EntryItem, 'seq' | 'prev'>[],
    at: Instant,
  ): number {
    const chains = new Map(
      items.flatMap(({ dossier }) => (dossier ? [[dossier, { seq: 0, hash: null }] as const] : [])),
    );
    const entry = sealEntry({ common, items: [...items], chains }, at, random);
    this.lines.push({ entry, leaf: leafOf(entry.entry, entry.salts) });
    return this.lines.length - 1;
  }
  #tree = (size: number) => memoryTree(this.lines.slice(0, size).map(({ leaf }) => leaf));
  checkpoint(size = this.lines.length): Checkpoint {
    return { origin: this.key.name, size, root: this.#tree(size).root };
  }
  note(size = this.lines.length): Promise<string> {
    return signCheckpoint(this.checkpoint(size), this.#signer);
  }
  proof(index: number, size = this.lines.length): LedgerProof {
    const { entry, leaf } = this.lines[index]!;
    return {
      index,
      leaf: base64url(leaf),
      path: this.#tree(size)
        .inclusion(index)
        .map((step) => base64url(step)),
      common: { part: base64url(partBytes(entry.entry.common)), salt: entry.salts.common },
      items: entry.entry.items.map((item, position) => ({
        position,
        part: base64url(partBytes(item)),
        salt: entry.salts.items[position]!,
      })),
    };
  }
  consistency(from: number, size = this.lines.length) {
    return {
      from,
      proof: this.#tree(size)
        .consistency(from)
        .map((step) => base64url(step)),
    };
  }
}

export interface Version {
  readonly sealed: SealedPack;
  readonly descriptor: Descriptor;
  readonly hash: Hash;
}

export class Host {
  readonly practice = newId('organisation', random);
  readonly dossier = newId('dossier', random);
  readonly url: string;
  readonly holder: HolderCard;
  log!: Log;
  owner!: Somebody;
  agent!: Somebody;
  nurse!: Somebody;
  statements: Statement[] = [];
  constructor(url: string, holder: HolderCard) {
    this.url = url;
    this.holder = holder;
  }
  static async create(url: string, holder: HolderCard): Promise<Host> {
    const host = new Host(url, holder);
    host.log = await Log.create();
    [host.owner, host.agent, host.nurse] = await Promise.all([somebody(), somebody(), somebody()]);
    const [recovery, exit] = await Promise.all([createSplitKey(2, 3, random), createSplitKey(2, 3, random)]);
    const { owner, agent, practice } = host;
    const key = (one: Somebody) => ({ sign: base64url(one.sign), kem: base64url(one.kem.publicKey) });
    const head = { v: 1 as const, suite: 1 };
    const payloads: Payload[] = [
      {
        ...{ t: 'authority', ...head, organisation: practice, number: 0, prev: null, at: NOW },
        ...{
          owners: [{ person: owner.id, ...key(owner) }],
          threshold: 1,
          recovery: recovery.record,
          exit: exit.record,
        },
      },
      host.card(agent, 'agent'),
      host.card(host.nurse, 'professional'),
      {
        ...{
          t: 'fact',
          ...head,
          id: newId('fact', random),
          practice,
          from: NOW,
          until: plus(NOW, 900 * DAY),
          kind: 'mandate',
        },
        ...{ agent: agent.id, responsible: owner.id, kinds: ['enrolment'], teams: [] },
      } as Fact,
    ];
    for (const payload of payloads) host.statements.push(await signStatement(payload, owner.signer));
    return host;
  }
  card(of: Somebody, kind: Card['kind'], more: Partial<Card> = {}): Card {
    return {
      ...{ t: 'card', v: 1, suite: 1, organisation: this.practice, subject: of.id, kind, number: 0 },
      ...{ sign: base64url(of.sign), kem: base64url(of.kem.publicKey), from: NOW, until: plus(NOW, 900 * DAY) },
      ...more,
    };
  }
  get pin() {
    return { practice: this.practice, authority: this.statements[0]!.hash, log: this.log.key };
  }
  more(after = 0) {
    return { after, ...statementsToWire(this.statements.slice(after)), partners: [] } as never;
  }
  request(by: Somebody, more: Partial<Request> = {}): Promise<Statement<'request'>> {
    return signStatement(
      {
        ...{ t: 'request', v: 1, suite: 1, id: newId('request', random), practice: this.practice },
        ...{
          audience: 'https://vault.example',
          person: by.id,
          organisation: this.practice,
          device: null,
          session: null,
        },
        ...{ class: 'look', action: 'release', at: NOW, counter: 1, items: [], body: null, annex: null },
        ...{ declared: false, checkpoint: null },
        ...more,
      },
      by.signer,
    );
  }
  /** A request to the keyholder itself. */
  async custody(by: Somebody, path: CustodyPath, body: object, more: Partial<Request> = {}) {
    const request = await this.request(by, {
      ...{ audience: this.url, action: CUSTODY[path], class: 'sync', body: hashOf(canonicalJson(body)) },
      ...more,
    });
    return { request: statementToWire(request), body };
  }
  /** A version of one part; with `held` its k lies whole with the keyholder. */
  async version(
    held: boolean,
    number = 1,
    handle = newId('handle', random),
  ): Promise<Version & { readonly piece: Uint8Array }> {
    const sealed = await sealPack({
      ...{ handle, version: number, random, author: this.agent.signer, keyholder: held },
      content: canonicalJson({ hba1c: 61 }),
      envelope: {
        ...{ practice: this.practice, dossier: this.dossier, team: null, type: 'fhir', scope: 'lab', programmes: [] },
        ...{ selection: null, at: NOW, asOf: null },
      },
    });
    const named = {
      id: newId('fact', random),
      need: 1,
      holders: [{ person: this.holder.person, card: sealed.hash, url: this.url }],
    };
    const split = sealed.shares.k ? await splitSecret(sealed.shares.k, named) : undefined;
    const descriptor = describePack(sealed, {
      ...{ slot: null, prev: null, class: 'source', parent: null, writer: this.agent.id },
      ...(split ? { holders: split.holders } : {}),
    });
    const hash = (await signStatement(descriptor, this.agent.signer)).hash;
    return { sealed, descriptor, hash, piece: split?.pieces[0]?.share ?? new Uint8Array() };
  }
  /** The message that delivers these pieces. */
  async pieces(
    versions: readonly (Version & { readonly piece: Uint8Array })[],
    by = this.agent,
    more: Partial<Request> = {},
  ) {
    const bundle = await createBundle({
      ...{ to: 'keyholder', recipient: this.holder.person, epoch: null, recipientKey: fromBase64url(this.holder.kem) },
      ...{ issuer: by.id, practice: this.practice, at: NOW, random },
    });
    const wraps = [];
    for (const { hash, piece } of versions) {
      const { index, descriptor, ct } = await bundle.wrap('p', hash, piece as never);
      wraps.push({ index, descriptor, ct: base64url(ct) });
    }
    const header = statementToWire(await signStatement(bundle.payload, by.signer));
    return await this.custody(by, 'pieces', { bundle: header, wraps, more: null }, more);
  }
  /** What a truthful vault writes about this request. */
  lineOf({ payload, hash, proof }: Statement<'request'>, versions: readonly Version[]) {
    const common: Omit<EntryCommon, 'v' | 'id' | 'at'> = {
      ...{ practice: this.practice, event: 'release', action: 'R', class: payload.class, outcome: 'success' },
      ...{ actor: payload.person, responsible: payload.person, organisation: payload.organisation, device: null },
      ...{ request: payload.id, requestHash: hash, signature: 'sigs' in proof ? proof.sigs[0]!.sig : null },
      ...{ source: 'vault', policy: 'test/1', declared: false, reason: null },
    };
    const items = versions.map(
      ({ descriptor, hash: object }): Omit<EntryItem, 'seq' | 'prev'> => ({
        ...{ kind: 'release', dossier: this.dossier, handle: descriptor.handle, version: descriptor.version, object },
        ...{ facts: [], outcome: 'success', relation: null, consent: 'own-organisation', state: object, annex: object },
        checks: { authorisation: true, relation: true, consent: true, emergency: false },
      }),
    );
    return { common, items };
  }
  async ask(
    request: Statement<'request'>,
    index: number,
    key: Uint8Array,
    more: Partial<CustodyRelease> = {},
    log = this.log,
  ) {
    const ask: CustodyRelease = {
      ...{ request: statementToWire(request), line: log.proof(index), checkpoint: await log.note(), consistency: null },
      ...{ witnesses: [], key: base64url(key), more: null },
      ...more,
    };
    return ask;
  }
}
