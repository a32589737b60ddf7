/**
 * What the own organisation keeps of what was sent to another (docs/spec/partners.md, "What B keeps"): signed by who sent it, sealed to
 * the team that the referral was for, put into the own vault before it is sent.
 */

import {
  base64url,
  canonicalJson,
  fromBase64url,
  type HandleId,
  type Instant,
  lengthPrefixed,
  type PersonId,
  parseCanonicalJson,
  type TeamId,
  utf8,
} from '@ketenkluis/base';
import { KEPT_PAGE, keptOpened, kept as keptPage } from '@ketenkluis/protocol';
import { asSealedBlob, hashOf, type Plaintext, sealTo } from '@ketenkluis/seal';
import { openSealed } from '@ketenkluis/seal/open';
import { z } from 'zod';
import { type About, sealAnnex } from './annex.ts';
import { change } from './change.ts';
import { type KeptContent, keptContent, readContent } from './contents.ts';
import { clientError } from './errors.ts';
import { checkAnswered, checkOwnLine } from './release.ts';
import type { Session } from './session.ts';

/** A message on its way: the same ids and bytes however often it is tried. */
export interface Begun {
  readonly id: HandleId;
  readonly team: TeamId;
  readonly content: KeptContent;
  readonly sealed: string;
  /** The own vault has it. */
  kept: boolean;
  /** It was tried at the other vault, and no answer said what became of it. */
  tried: boolean;
}

const SIGNED = utf8('ketenkluis.kept.v1');
const signedBytes = (content: KeptContent) => lengthPrefixed(SIGNED, canonicalJson(content));
const info = (team: TeamId, id: HandleId) => `kept ${team} ${id}`;
const wrapped = z.strictObject({ by: z.string(), sig: z.string(), content: z.unknown() });

/** Signed, and sealed to the team's newest key. Throws `client/no-key-here`. */
export async function sealCopy(home: Session, team: TeamId, id: HandleId, content: KeptContent): Promise<string> {
  const epoch = (await home.people()).epochOf(team);
  if (epoch === undefined) throw clientError('no-key-here', 'this team has no key yet');
  const sig = base64url(await home.keys().signer.sign(signedBytes(content)));
  const plain = canonicalJson({ by: home.person, sig, content }) as Plaintext;
  return base64url(await sealTo(fromBase64url(epoch.payload.kem), info(team, id), plain));
}

async function openCopy(home: Session, team: TeamId, id: HandleId, sealed: string) {
  const newest = (await home.people()).epochOf(team)?.payload.number ?? -1;
  const blob = asSealedBlob(fromBase64url(sealed));
  for (let epoch = newest; epoch >= 0; epoch--) {
    let plain: Plaintext;
    try {
      plain = await openSealed(await home.teamKey(team, epoch), info(team, id), blob);
    } catch {
      // Sealed under an older key; the next may be it.
      continue;
    }
    return await readCopy(home, plain);
  }
  throw clientError('no-key-here', 'this was sealed for another team, or under a key that you do not have');
}

async function readCopy(home: Session, plain: Plaintext) {
  const { by, sig, content: said } = readContent(wrapped, parseCanonicalJson(plain));
  const content = readContent(keptContent, said);
  const key = (await home.people()).keyOf(by, content.at);
  const genuine = key !== undefined && (await home.verifier.verify(key, signedBytes(content), fromBase64url(sig)));
  if (!genuine) throw clientError('not-signed', 'nobody of this organisation signed this copy');
  return { ...content, by: by as PersonId };
}

/** Puts it into the own vault, or says there that it was sent. The same again changes nothing. */
export async function keepCopy(
  home: Session,
  { id, team, sealed }: Pick<Begun, 'id' | 'team' | 'sealed'>,
  sent: boolean,
  about: About = {},
): Promise<void> {
  await change(home, {
    ...{ endpoint: 'keep', class: 'list', event: 'keep', items: [{ dossier: null, handle: id, facts: [] }] },
    about: { purpose: 'eigen afschrift bewaren', ...about },
    body: { team, sealed, sent },
  });
}

/** A copy as it was opened; `sealed` to say the same again. */
export interface OpenedCopy extends KeptContent {
  readonly by: PersonId;
  readonly sealed: string;
}

/** A kept original; `content` is null where this person has no key that opens it. */
export interface KeptMessage {
  readonly id: HandleId;
  readonly team: TeamId;
  readonly at: Instant;
  /** When the other vault had it; null: not that this vault knows. */
  readonly sent: Instant | null;
  readonly content: OpenedCopy | null;
}

/**
 * One page of what the own teams keep, newest first, opened: one line with an item for each that was not opened in this session yet.
 * `before`: the `next` of the page before.
 */
export async function keptMessages(
  home: Session,
  before: number | null = null,
  about: About = {},
): Promise<{ readonly messages: readonly KeptMessage[]; readonly next: number | null }> {
  const tail = before === null ? '' : `?before=${before}`;
  const { kept, next } = await home.call('kept', keptPage, undefined, tail);
  await openAll(
    home,
    kept.map(({ id }) => id).filter((id) => !home.kept.has(id)),
    about,
  );
  const messages = kept.map(({ id, team, at, sent }) => ({ id, team, at, sent, content: home.kept.get(id) ?? null }));
  return { messages, next };
}

async function openAll(home: Session, ids: readonly HandleId[], about: About): Promise<void> {
  if (ids.length === 0) return;
  const annex = await sealAnnex(home, { purpose: 'wat wij stuurden', ...about });
  const items = ids.slice(0, KEPT_PAGE).map((handle) => ({ dossier: null, handle, facts: [] }));
  const log = await home.log();
  const { answer, hashes } = await home.inTurn(async () => {
    const from = log.seen();
    const ask = { id: annex.id, class: 'list' as const, action: 'kept-open', items, annex: annex.hash };
    const { message, request } = await home.signed({ ...ask, checkpoint: from }, { annex: annex.wire });
    const answer = await home.call('kept-open', keptOpened, message);
    const line = log.line(answer.line, await log.accept(answer.checkpoint, answer.consistency, from));
    checkOwnLine(line, request, 'keep');
    checkAnswered(
      answer.results.map(({ id }) => ({ dossier: null, handle: id })),
      request,
    );
    const stated = line.items.map(
      ({ item }) => [item.outcome === 'success' ? item.handle : null, item.object] as const,
    );
    return { answer, hashes: new Map(stated) };
  });
  for (const one of answer.results) {
    if (one.outcome === 'deny') continue;
    // Only what the line says was shown.
    if (hashes.get(one.id) !== hashOf(fromBase64url(one.sealed)))
      throw clientError('wrong-entry', 'the vault shows another copy than its log says');
    const content = await openCopy(home, one.team, one.id, one.sealed).catch((error: unknown) => {
      if (clientError.is(error, 'no-key-here')) return null;
      throw error;
    });
    if (content !== null) home.kept.set(one.id, { ...content, sealed: one.sealed });
  }
}

/**
 * Says to the own vault what it does not know yet: copies whose message a practice shows have arrived there. `there`: messages that
 * practices show now.
 */
export async function markSent(
  home: Session,
  messages: readonly KeptMessage[],
  there: ReadonlySet<HandleId>,
): Promise<readonly KeptMessage[]> {
  const out: KeptMessage[] = [];
  for (const one of messages) {
    const { id, team, content } = one;
    const arrived = one.sent === null && content !== null && there.has(content.handle);
    if (arrived) await keepCopy(home, { id, team, sealed: content.sealed }, true);
    out.push(arrived ? { ...one, sent: home.now() } : one);
  }
  return out;
}

/** An owner removes copies for good; the line stays. Throws `client/refused` for who is no owner. */
export async function endKept(home: Session, ids: readonly HandleId[]): Promise<void> {
  for (let from = 0; from < ids.length; from += KEPT_PAGE) {
    const part = ids.slice(from, from + KEPT_PAGE);
    await change(home, {
      ...{ endpoint: 'kept-end', class: 'admin', event: 'keep', annexed: false, body: {} },
      items: part.map((handle) => ({ dossier: null, handle, facts: [] })),
    });
    for (const id of part) home.kept.delete(id);
  }
}
