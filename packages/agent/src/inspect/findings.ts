/**
 * What became of every finding, as a log officer gave it along (docs/inspector.md, "Findings"; R50): held against the lines of the log, and
 * as a part of chapter 3. How a finding ended is the officer's signed word; that it was asked, answered and decided, when, by whom, and
 * that none is left out, the log says.
 */

import { ROLES, type RoleId } from '@ketenkluis/care';
import { type DisclosedFindings, isAbout, readFindings, stepsOf } from '@ketenkluis/client/overseer';
import type { PaperBlock } from '@ketenkluis/client/pdf';
import { placeOf } from '@ketenkluis/protocol';
import { type Payload, payloadHash, type ReviewStep, type Statement } from '@ketenkluis/seal';
import type { Place } from '../breach/world.ts';
import type { Stated } from './people.ts';
import { count, day, head, quiet, say, table, warn } from './words.ts';

/** Why a file of findings is not of this log. */
export type FindingsFault =
  | 'unsigned'
  | 'signer'
  | 'undeclared'
  | 'not-in-log'
  | 'left-out'
  | 'out-of-order'
  | 'outcome';

/** A line of this log says that exactly this card was made for its person. Other lines name hashes too. */
export function cardStands(
  lines: readonly Pick<Place['entry'], 'common' | 'items'>[],
  { hash, payload }: { readonly hash: string; readonly payload: Payload<'card'> },
): boolean {
  return lines.some(
    ({ common, items }) =>
      common.event === 'card' &&
      common.outcome === 'success' &&
      common.practice === payload.organisation &&
      items.some(({ object, outcome }) => object === hash && outcome === 'success'),
  );
}

/** Did they read the words then: an officer of a control policy that stood, or an owner? The log alone names neither. */
export function readWords(statements: readonly Statement[], person: string, when: number): boolean {
  const ended = new Map<string, number>();
  let owners: Payload<'authority'> | null = null;
  for (const { payload } of statements) {
    if (payload.t === 'withdrawal') ended.set(payload.fact, payload.at);
    if (payload.t === 'authority' && payload.at <= when && (owners === null || payload.number > owners.number))
      owners = payload;
  }
  const officer = statements.some(({ payload }) => {
    if (payload.t !== 'fact' || payload.kind !== 'control' || !payload.officers.some((one) => one === person))
      return false;
    const until = Math.min(
      payload.until ?? Number.POSITIVE_INFINITY,
      ended.get(payload.id) ?? Number.POSITIVE_INFINITY,
    );
    return payload.from <= when && when < until;
  });
  return officer || (owners?.owners.some((one) => one.person === person) ?? false);
}

const REVIEW: ReadonlySet<string> = new Set(['ask', 'decide', 'reopen']);

/** The file, if everything that a log can say of it holds against this one; else the first thing that does not. */
export async function holdFindings(
  bytes: Uint8Array,
  places: readonly Place[],
): Promise<{ readonly said: DisclosedFindings; readonly fault: null } | { readonly fault: FindingsFault }> {
  const read = await readFindings(bytes);
  if (read === null) return { fault: 'unsigned' };
  const { said, card } = read;
  const entries = places.map(({ entry }) => entry);
  const { organisation, kind } = card.payload;
  if (kind !== 'professional' || organisation !== said.practice || !cardStands(entries, card))
    return { fault: 'signer' };
  const at = new Map(places.map(({ index, entry }) => [index, entry]));
  const declared = at.get(said.line)?.common;
  const told = declared?.event === 'export' && declared.outcome === 'success' && declared.actor === said.by;
  if (!told || said.line >= said.size || said.size > (places.at(-1)?.index ?? -1) + 1) return { fault: 'undeclared' };

  const steps = said.findings.flatMap((finding) => finding.steps);
  const shown = new Map<number, string>();
  for (const { line, record } of [...steps, ...said.checks]) {
    const entry = at.get(line);
    const hash = payloadHash(record);
    const stands =
      entry?.common.event === 'control' &&
      entry.common.outcome === 'success' &&
      entry.common.actor === record.by &&
      entry.items.some(({ object }) => object === hash);
    if (!stands || line >= said.size || shown.has(line)) return { fault: 'not-in-log' };
    shown.set(line, hash);
  }
  const held = places.filter(({ index, entry: { common } }) => {
    return index < said.size && common.event === 'control' && common.outcome === 'success';
  });
  if (held.some(({ index }) => !shown.has(index))) return { fault: 'left-out' };
  for (const finding of said.findings) {
    if (finding.steps.some(({ record }) => !('finding' in record) || record.finding !== finding.finding))
      return { fault: 'out-of-order' };
    // A finding whose steps do not hold says so itself; every other is held to their order.
    if (finding.fault === null && placeOf(stepsOf(finding)) === null) return { fault: 'out-of-order' };
  }
  const odd = steps.some(({ record, verdict, followUp, text }) => {
    const own = isAbout({ record }, said.by);
    const decided = record.kind === 'decide' && !own;
    const spoken = !own && REVIEW.has(record.kind);
    return (verdict !== null) !== decided || (followUp !== null) !== decided || (text !== null && !spoken);
  });
  return odd ? { fault: 'outcome' } : { said, fault: null };
}

const VERDICT = { justified: 'terecht', unjustified: 'niet terecht', unclear: 'niet vast te stellen' } as const;
const FOLLOW_UP = { none: 'geen', talk: 'gesprek', measure: 'maatregel', breach: 'datalek' } as const;
const SAYS = { ask: 'Vraag', decide: 'Besluit', reopen: 'Heropend' } as const;
type Disclosed = DisclosedFindings['findings'][number];

/** Who somebody is here, without a name. */
function roleOf(all: Stated, person: string): string {
  const role = all.facts.register.staff.find((one) => one.person === person)?.role;
  if (role === undefined) return 'iemand van buiten de praktijk';
  return Object.hasOwn(ROLES, role) ? ROLES[role as RoleId].nl : role;
}

function officerOf(all: Stated, person: string): string {
  const policies = all.ofKind('control');
  const officer = policies.some(({ officers }) => officers.includes(person as ReviewStep['by']));
  const outside = policies.some((one) => one.outside.includes(person as ReviewStep['by']));
  return `${officer ? 'logfunctionaris' : roleOf(all, person)}${outside ? ' (extern)' : ''}`;
}

/** One row per finding, the newest first: who looked by role, the days, how it ended. */
export function findingsBlocks(all: Stated): PaperBlock[] {
  const { disclosed, places } = all.facts;
  if (disclosed === null)
    return [
      quiet(
        'Wat er gevraagd, geantwoord en besloten is staat verzegeld in het logboek. Een logfunctionaris kan de uitkomst van elke bevinding meegeven (ketenkluis findings); dat is een regel in het logboek. Het kenmerk wijst de bevinding aan.',
      ),
    ];
  const lineAt = new Map(places.map(({ index, entry }) => [index, entry.common.at]));
  const dayAt = (line: number | undefined) => (line === undefined ? '' : day(lineAt.get(line)!));
  const last = (steps: Disclosed['steps'], kind: ReviewStep['kind']) =>
    steps.findLast(({ record }) => record.kind === kind);
  const newest = [...disclosed.findings].sort((a, b) => b.steps.at(-1)!.line - a.steps.at(-1)!.line);
  const rows = newest.map(({ finding, fault, steps }) => {
    const { people, lines } = steps[0]!.record as ReviewStep;
    const decided = last(steps, 'decide');
    const open = steps.at(-1)!.record.kind !== 'decide';
    const own = isAbout(steps[0]!, disclosed.by);
    const ended = own ? 'gaat over wie het meegaf' : VERDICT[decided?.verdict ?? 'unclear'];
    const outcome = fault !== null ? 'de stappen kloppen niet' : open ? 'nog geen' : ended;
    return [
      ...[finding.slice(0, 10), [...new Set(people.map((one) => roleOf(all, one)))].join(', '), lines.length],
      ...[dayAt(last(steps, 'ask')?.line), dayAt(last(steps, 'answer')?.line)],
      ...[decided === undefined ? '' : `${dayAt(decided.line)}, ${officerOf(all, decided.record.by)}`],
      ...[outcome, open || own || !decided?.followUp ? '' : FOLLOW_UP[decided.followUp]],
    ];
  });
  const texts = newest.flatMap(({ finding, steps }) =>
    steps.flatMap(({ line, record, text }) =>
      text === null ? [] : [[finding.slice(0, 10), dayAt(line), SAYS[record.kind as keyof typeof SAYS], text]],
    ),
  );
  const own = disclosed.findings.filter(({ steps }) => isAbout(steps[0]!, disclosed.by)).length;
  const broken = disclosed.findings.filter(({ fault }) => fault !== null).length;
  return [
    head('Hoe elke bevinding afliep'),
    say(
      `Meegegeven door de ${officerOf(all, disclosed.by)} op ${day(disclosed.at)}; regel ${disclosed.line} van het logboek zegt dat. De lijst is volledig tot en met regel ${disclosed.size - 1}.`,
    ),
    ...(broken === 0
      ? []
      : [warn(`Bij ${count(broken, 'bevinding', 'bevindingen')} kloppen de stappen niet; vraag de praktijk waarom.`)]),
    ...(own === 0
      ? []
      : [
          warn(
            `${own === 1 ? 'Eén bevinding gaat' : `${own} bevindingen gaan`} over wie de lijst meegaf; hoe die afliep staat er niet bij. Vraag de praktijk dat door een ander te laten meegeven.`,
          ),
        ]),
    table(
      'Hoe elke bevinding afliep',
      ['Kenmerk', 'Wie keek', 'Regels', 'Gevraagd', 'Beantwoord', 'Besloten', 'Uitkomst', 'Vervolg'],
      rows,
      'Er is nog over geen bevinding gesproken.',
    ),
    ...(texts.length === 0
      ? []
      : [
          head('In de woorden van de logfunctionaris'),
          table('In de woorden van de logfunctionaris', ['Kenmerk', 'Op', 'Wat', 'Tekst'], texts),
          quiet('De tekst staat hier zoals hij geschreven is; de praktijk las hem na voordat zij dit dossier gaf.'),
        ]),
    quiet(
      'Dat er gevraagd, geantwoord en besloten is, wanneer, door wie, en dat er geen stap ontbreekt, volgt uit het logboek. Hoe het afliep is het ondertekende woord van de logfunctionaris: in het logboek zelf is dat verzegeld. Wat een collega antwoordde, om welk dossier het ging en waarom het opviel staat hier niet.',
    ),
  ];
}
