/**
 * The events that NEN 7513:2018 chapter 6 asks to be logged, and which lines of ours they are; or why they cannot happen here. A test
 * makes every one of them once (docs/spec/audit-record.md, "Events").
 */

import type { EntryCommon } from '@ketenkluis/ledger';

type EventCode = EntryCommon['event'];
/** A line that answers for an event: all that is named must hold. */
export interface LineKind {
  readonly event: EventCode;
  readonly outcome?: EntryCommon['outcome'];
  readonly declared?: true;
  /** An item of this kind is on it. */
  readonly item?: 'head' | 'fact' | 'grant' | 'member' | 'drop' | 'state' | 'release' | 'withdrawal';
}
export interface NenEvent {
  readonly group: 'record' | 'exceptional' | 'meta' | 'attempt';
  readonly name: string;
  /** Every one of these is a line of it. */
  readonly lines: readonly LineKind[];
  /** Why it cannot happen here, or what of it the log cannot see. */
  readonly not?: string;
}

export const NEN_EVENTS: readonly NenEvent[] = [
  { group: 'record', name: 'create a record', lines: [{ event: 'commit', item: 'head' }] },
  { group: 'record', name: 'assign an identifier', lines: [{ event: 'commit', item: 'fact' }] },
  { group: 'record', name: 'enter', lines: [{ event: 'write', item: 'head' }] },
  { group: 'record', name: 'add', lines: [{ event: 'commit', item: 'head' }] },
  {
    ...{ group: 'record', name: 'delete, also at the patient’s request' },
    lines: [{ event: 'taken-over' }, { event: 'commit', item: 'withdrawal' }],
  },
  {
    group: 'record',
    name: 'read',
    lines: [{ event: 'release', outcome: 'success' }, { event: 'list' }, { event: 'access' }],
  },
  {
    ...{ group: 'record', name: 'copy or print' },
    lines: [
      { event: 'print', declared: true },
      { event: 'copy', declared: true },
    ],
  },
  {
    ...{ group: 'record', name: 'merge or split', lines: [] },
    not: 'records are merged in the GP system; here the dossier of the one ends and the other’s gets new versions, each a line of its own',
  },
  {
    ...{ group: 'record', name: 'transfer to or from another system' },
    lines: [{ event: 'commit' }, { event: 'refer' }, { event: 'grant' }, { event: 'export', declared: true }],
  },
  {
    ...{ group: 'record', name: 'transfer on portable media', lines: [{ event: 'export', declared: true }] },
    not: 'where a file goes after it was exported, the log cannot see',
  },
  { group: 'record', name: 'search', lines: [{ event: 'search', declared: true }] },
  { group: 'record', name: 'consent given or withdrawn', lines: [{ event: 'refer', item: 'fact' }, { event: 'end' }] },
  {
    group: 'exceptional',
    name: 'emergency procedure',
    lines: [{ event: 'emergency' }, { event: 'told' }, { event: 'review' }],
  },
  {
    ...{ group: 'exceptional', name: 'direct access outside the regular path', lines: [{ event: 'recovery' }] },
    not: 'who reads the host’s files sees ciphertext and writes no line; who changes them is found by fsck, the monitor and the witnesses',
  },
  {
    group: 'meta',
    name: 'reading the log',
    lines: [
      { event: 'log-read', outcome: 'success' },
      { event: 'export', item: 'state' },
    ],
  },
  { group: 'meta', name: 'a clock that drifts', lines: [{ event: 'clock' }] },
  {
    ...{ group: 'meta', name: 'who may do what changes' },
    lines: [{ event: 'authority' }, { event: 'card' }, { event: 'partner' }, { event: 'proposal' }],
  },
  { group: 'meta', name: 'what is live is confirmed', lines: [{ event: 'snapshot' }] },
  {
    ...{ group: 'attempt', name: 'sign in and out' },
    lines: [{ event: 'login' }, { event: 'logout' }, { event: 're-touch' }],
  },
  {
    ...{ group: 'attempt', name: 'an attempt that was refused' },
    lines: [
      { event: 'release', outcome: 'refused' },
      { event: 'log-read', outcome: 'refused' },
      { event: 'print', outcome: 'refused' },
      { event: 'attempt', outcome: 'refused' },
    ],
  },
];

/** Codes that the format of an entry knows and no program writes yet, each for the reason behind it. */
export const UNWRITTEN: Readonly<Partial<Record<EventCode, string>>> = {
  merge: 'done in the GP system',
  split: 'done in the GP system',
  import: 'a delivery is a commit',
  move: 'a vault cannot move yet',
  drop: 'an item of another line',
  rotate: 'a class; its lines are regrant',
  enrol: 'an item of a commit',
  unenrol: 'an item of a commit',
  receipt: 'an item of a commit',
  maintenance: 'there is no access beside the protocol that could write a line',
  restore: 'a vault set back is found by its clients and witnesses; putting keys together is recovery',
};

/** Does this line answer for that event? */
export const isLineOf = (
  kind: LineKind,
  { common, items }: { readonly common: EntryCommon; readonly items: readonly { readonly kind: string }[] },
): boolean =>
  common.event === kind.event &&
  (kind.outcome === undefined || common.outcome === kind.outcome) &&
  (kind.declared === undefined || common.declared) &&
  (kind.item === undefined || items.some((item) => item.kind === kind.item));
