/**
 * Reads a practice's log whole, as whoever oversees it may (docs/spec/review.md, "Index"): every leaf is rebuilt and the tree must be that
 * of the checkpoint, so that no line can be left out. What was read is kept sealed to this person and read on from.
 */

import { type Bytes, fromBase64url, fromUtf8, utf8 } from '@ketenkluis/base';
import { decodeEntry, leafOf } from '@ketenkluis/ledger';
import { annexesPage, entriesPage } from '@ketenkluis/protocol';
import { asSealedBlob, type Hash, hashOf, type Plaintext, sealTo } from '@ketenkluis/seal';
import { openSealed } from '@ketenkluis/seal/open';
import { readAnnex } from '../annex.ts';
import { type EvidenceContent, evidenceContent, readContent } from '../contents.ts';
import { ErasedLines } from '../erased.ts';
import { clientError } from '../errors.ts';
import { Frontier } from '../frontier.ts';
import { listHandles, openList, prepared } from '../look.ts';
import type { Session } from '../session.ts';
import { emptyIndex, Indexer, type LogIndex, logIndex } from './lines.ts';

const nameOf = (session: Session) => `review-index:${session.practice}:${session.person}`;
const INFO = 'ketenkluis.review-index.v1';

/** What this person's device kept, opened; empty where there is nothing or it is not theirs. */
export async function openIndex(session: Session): Promise<LogIndex> {
  const stored = await session.wire.ports.storage.get(nameOf(session));
  if (!(stored instanceof Uint8Array)) return emptyIndex();
  try {
    const plain = await openSealed(session.keys().kem, INFO, asSealedBlob(stored as Bytes));
    return logIndex.parse(JSON.parse(fromUtf8(plain)));
  } catch {
    return emptyIndex();
  }
}

async function keepIndex(session: Session, index: LogIndex): Promise<void> {
  const card = (await session.people()).cardOf(session.person, session.now());
  if (card === undefined) return;
  const plain = utf8(JSON.stringify(index)) as Uint8Array as Plaintext;
  await session.wire.ports.storage.set(nameOf(session), await sealTo(fromBase64url(card.kem), INFO, plain));
}

/**
 * Everything up to the newest checkpoint. Throws `client/not-included` where the lines do not give the checkpoint: one is left out or
 * changed; what was kept before is then read anew once, in case it was not true.
 */
export async function readLog(
  session: Session,
  progress: (done: number, total: number) => void = () => undefined,
): Promise<LogIndex> {
  const kept = await openIndex(session);
  try {
    return await readOn(session, kept, progress);
  } catch (error) {
    if (kept.size === 0 || !clientError.is(error, 'not-included')) throw error;
    return await readOn(session, emptyIndex(), progress);
  }
}

async function readOn(
  session: Session,
  kept: LogIndex,
  progress: (done: number, total: number) => void,
): Promise<LogIndex> {
  await prepared(session);
  const log = await session.log();
  // The first page makes a line of its own; it is read the next time.
  const people = await session.people(true);
  const target = log.seen();
  if (target === null) throw clientError('not-included', 'this log has no checkpoint');
  const indexer = new Indexer(kept);
  const frontier = new Frontier(kept.size, kept.peaks);
  const erased = new ErasedLines(log.log.origin, session.now());
  if (frontier.size > target.size) throw clientError('not-included', 'more was read before than this log has now');
  while (frontier.size < target.size) {
    const from = frontier.size;
    const [page, words] = await Promise.all([
      session.call('entries', entriesPage, undefined, `?from=${from}`),
      session.call('annexes', annexesPage, undefined, `?from=${from}`),
    ]);
    const annexes = new Map(words.annexes.map(({ hash, bytes }) => [hash, bytes]));
    const until = Math.min(target.size, from + page.entries.length, words.until);
    if (until <= from) throw clientError('not-included', `line ${from} is not shown`);
    erased.page(page);
    // What this device kept of a year that went since goes too: the rest is read anew, once.
    if (page.erased?.some(({ from: first, to }) => kept.looks.line.some((one) => one >= first && one < to)))
      return await readOn(session, emptyIndex(), progress);
    for (let line = from; line < until; line++) {
      const gone = page.entries[line - from] === '' ? erased.leaf(line) : undefined;
      if (gone !== undefined) {
        frontier.add(gone);
        continue;
      }
      const { entry, salts } = decoded(fromBase64url(page.entries[line - from]!), line);
      frontier.add(leafOf(entry, salts));
      erased.line(line, entry);
      const { common, items } = entry;
      const stated = items.find(({ annex }) => annex !== null)?.annex ?? null;
      const sent = stated === null ? undefined : annexes.get(stated as Hash);
      const annex =
        !Indexer.looks(entry) || stated === null
          ? undefined
          : sent === undefined || hashOf(fromBase64url(sent)) !== stated
            ? null
            : await readAnnex(session, common.request, stated, sent);
      const card = people.cardOf(common.actor, people.timeAt(common.at, line));
      indexer.add(line, entry, annex, card === undefined || card.kind === 'professional' || card.kind === 'trustee');
    }
    progress(frontier.size, target.size);
  }
  if (frontier.root() !== target.root) throw clientError('not-included', 'the lines do not give the checkpoint');
  erased.end(kept.size);
  const { index } = indexer;
  index.peaks = frontier.peaks();
  await keepIndex(session, index);
  return index;
}

function decoded(stored: Bytes, line: number) {
  try {
    return decodeEntry(stored);
  } catch (cause) {
    throw clientError('not-included', `line ${line} cannot be rebuilt`, { cause });
  }
}

/** What the practice sealed for its log officers; null where no sync brought it yet. */
export async function readEvidence(session: Session): Promise<EvidenceContent | null> {
  const [own] = await listHandles(session, 'review');
  if (own === undefined) return null;
  try {
    const { content } = await openList(session, 'review', own.team, { purpose: 'controle van het logboek' });
    return readContent(evidenceContent, content);
  } catch (error) {
    // Nothing was sealed yet: that is an answer. Everything else is not.
    const reason = clientError.is(error, 'denied') ? (error as { detail?: { reason?: unknown } }).detail?.reason : null;
    if (reason === 'no-list' || reason === 'unknown') return null;
    throw error;
  }
}
