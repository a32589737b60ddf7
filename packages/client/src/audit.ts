/**
 * "Wie keek?": the lines of one dossier, each proved in this client. A line that does not prove is shown as such, never left out,
 * and a gap in the dossier's numbering is found (docs/spec/entry.md).
 */

import type { DossierId, FactId, HandleId, Instant, OrganisationId, PersonId } from '@ketenkluis/base';
import type { Annex, EntryItem } from '@ketenkluis/ledger';
import { auditAnswer } from '@ketenkluis/protocol';
import type { KeyDirectory, RequestClass } from '@ketenkluis/seal';
import { type About, readAnnex, sealAnnex } from './annex.ts';
import { provedActor } from './dossier-state.ts';
import { erasedIn, erasedLeaf, wholeBut } from './erased.ts';
import { type ProvedLine, provedLine } from './log.ts';
import { prepared } from './look.ts';
import { checkOwnLine } from './release.ts';
import type { Session } from './session.ts';
import { type LogStanding, logStanding } from './witnesses.ts';

export interface AuditLine {
  readonly index: number;
  /** Included in the log and everything shown of it is what the log holds. */
  readonly verified: boolean;
  /** Whose hand: the person's signature under the request was checked, or the vault shows no request with this line. */
  readonly signature: 'signed' | 'not-shown' | 'false';
  readonly at: Instant | null;
  readonly who: PersonId | null;
  /** Whom they acted for: the practice itself, or a partner. */
  readonly organisation: OrganisationId | null;
  readonly event: string | null;
  readonly class: RequestClass | null;
  readonly outcome: string | null;
  readonly declared: boolean;
  readonly handles: readonly HandleId[];
  /** What the items are; empty where nothing is proved. */
  readonly kinds: readonly EntryItem['kind'][];
  /** The practice's setting, where what happened rested on a consent that was assumed and not asked; it stood then. */
  readonly assumed: FactId | null;
  /** The line names an annex. */
  readonly annexed: boolean;
  /** Only for people who read annexes. */
  readonly annex: Annex | null;
  readonly proof: { readonly leaf: string; readonly path: readonly string[] };
  /** The line as proved, with this dossier's items alone; null where nothing is. */
  readonly line: ProvedLine | null;
}

export interface Audit {
  readonly lines: readonly AuditLine[];
  /** Every line verified, numbered without a gap from the first up to this reading. */
  readonly complete: boolean;
  readonly size: number;
  readonly checkpoint: string;
  /** The line about this reading itself. */
  readonly own: ProvedLine;
  /** Years of which retention took the lines, proved: whatever stood in them about this dossier is no part of the answer. */
  readonly erased: readonly { readonly year: number; readonly from: number; readonly to: number }[];
  /** The dossier's numbered items that prove. */
  readonly links: readonly { readonly seq: number; readonly hash: string }[];
  /** Who outside confirms these lines. */
  readonly standing: LogStanding;
}

/** Reads and proves the lines of one dossier between two instants; a full range also proves that none is missing. */
export async function audit(
  session: Session,
  what: {
    readonly dossier: DossierId;
    readonly from?: Instant;
    readonly until?: Instant;
    readonly about?: About;
    readonly class?: 'audit' | 'own';
  },
): Promise<Audit> {
  const annex = await sealAnnex(session, { purpose: 'controle van het logboek', ...what.about }, [what]);
  const people = await session.people();
  await prepared(session);
  const log = await session.log();
  const from = what.from ?? (0 as Instant);
  const until = what.until ?? session.now();
  const { answer, checkpoint, own } = await session.inTurn(async () => {
    const seen = log.seen();
    const items = [{ dossier: what.dossier, handle: null, facts: [] }];
    const ask = {
      id: annex.id,
      class: what.class ?? ('audit' as const),
      action: 'audit',
      items,
      annex: annex.hash,
      checkpoint: seen,
    };
    const { message, request } = await session.signed(ask, { from, until, annex: annex.wire });
    const answered = await session.call('audit', auditAnswer, message);
    const accepted = await log.accept(answered.checkpoint, answered.consistency, seen);
    const line = log.line(answered.line, accepted);
    checkOwnLine(line, request);
    return { answer: answered, checkpoint: accepted, own: line };
  });

  const proved: ProvedLine[] = [];
  const read = await Promise.all(
    answer.lines.map(async (shown): Promise<AuditLine> => {
      const proof = { leaf: shown.leaf, path: shown.path };
      let line: ProvedLine;
      try {
        line = provedLine(shown, checkpoint);
      } catch {
        return { ...unproved, index: shown.index, proof };
      }
      proved.push(line);
      const { common, items } = line;
      const mine = items.filter(({ item }) => item.dossier === what.dossier);
      const signature =
        common === null
          ? ('not-shown' as const)
          : await provedActor({
              ...{ common, items: mine, request: shown.request, people, verifier: session.verifier },
              at: people.timeAt(common.at, line.index),
            });
      // A request is kept back only where it names other dossiers, and then the leaf holds their items too.
      const alone = line.count === mine.length;
      const kept = signature === 'not-shown' && alone;
      const annexHash = mine.find(({ item }) => item.annex !== null)?.item.annex ?? null;
      return {
        index: line.index,
        verified: common !== null && mine.length > 0 && mine.length === items.length && signature !== 'false' && !kept,
        signature,
        at: common?.at ?? null,
        who: common?.actor ?? null,
        organisation: common?.organisation ?? null,
        event: common?.event ?? null,
        class: common?.class ?? null,
        outcome: mine.some(({ item }) => item.outcome === 'success') ? 'success' : (mine[0]?.item.outcome ?? null),
        declared: common?.declared ?? false,
        handles: mine.flatMap(({ item }) => item.handle ?? []),
        kinds: mine.map(({ item }) => item.kind),
        assumed: common === null ? null : assumedIn(people, mine, common.at),
        annexed: annexHash !== null,
        annex: common && shown.annex !== null ? await readAnnex(session, common.request, annexHash, shown.annex) : null,
        proof,
        line: common === null ? null : { ...line, items: mine },
      };
    }),
  );
  // An annex is one line's: who names another's again shows somebody else's words, or hides their own.
  const annexes = new Map<string, number>();
  for (const { index, items } of [...proved].sort((a, b) => a.index - b.index))
    for (const { item } of items) if (item.annex !== null && !annexes.has(item.annex)) annexes.set(item.annex, index);
  const lines = read.map((one) =>
    one.line?.items.some(({ item }) => item.annex !== null && annexes.get(item.annex) !== one.index)
      ? { ...one, verified: false, annex: null }
      : one,
  );
  const known = [...proved, own].flatMap(({ index, common }) => (common === null ? [] : [{ index, at: common.at }]));
  const links = linksOf([...proved.filter(({ index }) => index !== own.index), own], what.dossier);
  // Numbered from 1 without a gap, each naming the one before, up to the line of this very reading.
  // Where a year was erased between two of them, and only there, numbers are missing.
  const shards = erasedIn(answer.erased ?? [], {
    log: log.log.origin,
    now: session.now(),
    under: checkpoint,
    shown: proved,
  });
  const places = new Map([...proved, own].flatMap((one) => one.items.map(({ hash }) => [hash, one.index] as const)));
  const placed = links.map((link) => ({ ...link, line: places.get(link.hash)! }));
  const before = (answer.before ?? []).map((one) => erasedLeaf(one, checkpoint));
  const whole = from === 0 && wholeBut(placed, shards, before);
  return {
    lines,
    complete: whole && lines.every(({ verified }) => verified),
    size: checkpoint.size,
    checkpoint: answer.checkpoint,
    own,
    erased: shards.map(({ year, from: first, to }) => ({ year, from: first, to })),
    links: links.map(({ item, hash }) => ({ seq: item.seq!, hash })),
    standing: await logStanding(session, known),
  };
}

const unproved = {
  verified: false,
  signature: 'not-shown',
  at: null,
  who: null,
  organisation: null,
  event: null,
  class: null,
  outcome: null,
  declared: false,
  handles: [],
  kinds: [],
  assumed: null,
  annexed: false,
  annex: null,
  line: null,
} as const;

const assumedIn = (people: KeyDirectory, items: ProvedLine['items'], at: Instant): FactId | null =>
  items
    .filter(({ item }) => item.outcome === 'success')
    .flatMap(({ item }) => item.facts)
    .find((fact) => people.assumptionAt(fact, at) !== undefined) ?? null;

const linksOf = (lines: readonly ProvedLine[], dossier: DossierId) =>
  lines
    .flatMap(({ items }) => items.filter(({ item }) => item.dossier === dossier && item.seq !== null))
    .sort((a, b) => a.item.seq! - b.item.seq!);
