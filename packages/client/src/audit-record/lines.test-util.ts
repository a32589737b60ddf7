/** Lines of a log as fast-check draws them: whatever the schema of an entry allows, of two organisations. */

import { type Id, type IdKind, type Instant, newId, type Random } from '@ketenkluis/base';
import {
  type Annex,
  CLASSES,
  type EntryCommon,
  type EntryItem,
  EVENTS,
  ITEM_KINDS,
  parseEntry,
  REASONS,
} from '@ketenkluis/ledger';
import fc from 'fast-check';
import type { RecordLine, RecordNames } from './record.ts';

const bytesFrom = (seed: number): Random => {
  let state = seed;
  return (length) =>
    Uint8Array.from({ length }, () => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return state >>> 24;
    });
};
const made = <K extends IdKind>(kind: K, seed: number): Id<K> => newId(kind, bytesFrom(seed));
export const PRACTICE = made('organisation', 1);
export const PARTNER = made('organisation', 2);
export const NURSE = made('person', 3);
export const GP = made('person', 4);
export const PODIATRIST = made('person', 5);
const STRANGER = made('person', 6);
export const DOSSIER = made('dossier', 7);
export const HANDLE = made('handle', 8);
const FACT = made('fact', 9);
const HASH = 'A'.repeat(43);

export const NAMES: RecordNames = {
  reader: PRACTICE,
  people: new Map([
    [NURSE, { name: 'C. Verpleger', role: { code: 'poh-s', text: 'praktijkondersteuner' } }],
    [GP, { name: 'A. de Eerste', role: { code: 'gp', text: 'huisarts' } }],
    // Known by accident: still not to be shown.
    [PODIATRIST, { name: 'T. van Asselt', role: { code: 'podiatrist', text: 'podotherapeut' } }],
  ]),
  organisations: new Map([
    [PRACTICE, 'Praktijk De Proef'],
    [PARTNER, 'Podotherapie Het Spoor'],
  ]),
  parts: new Map([[HANDLE, 'Voeten']]),
  patients: new Map([[DOSSIER, 'J. Proef']]),
};

const text = fc.oneof(
  fc.string({ minLength: 1, maxLength: 40, unit: 'grapheme' }),
  fc.string({ minLength: 1, maxLength: 12, unit: 'binary' }),
  fc.constantFrom(
    '=1+1',
    '?none',
    "'?none",
    '-1',
    '@x',
    ' met ruimte ',
    'a;b"c\r\nd',
    '<b>&amp;</b>',
    ']]>',
    '\u0001',
    '12',
  ),
);
const nullable = <T>(of: fc.Arbitrary<T>): fc.Arbitrary<T | null> => fc.option(of, { nil: null });
const role = fc.record({ code: text.map((one) => one.slice(0, 40)), text });

const annex: fc.Arbitrary<Annex> = fc.record({
  ...{ v: fc.constant(1 as const), role, responsibleRole: nullable(role), initiator: fc.boolean(), purpose: text },
  ...{ step: nullable(text), reason: nullable(text), userName: nullable(text), searchTerm: nullable(text) },
  objectName: nullable(text),
});

const common = fc.record({
  ...{ v: fc.constant(1 as const), id: fc.constant(made('entry', 10)), practice: fc.constant(PRACTICE) },
  at: fc.integer({ min: 0, max: 4_000_000_000_000 }).map((ms) => ms as Instant),
  ...{
    event: fc.oneof(
      fc.constantFrom(...EVENTS),
      fc.constantFrom('search' as const, 'print' as const, 'release' as const),
    ),
    action: fc.constantFrom('C', 'R', 'U', 'D', 'E'),
  },
  class: fc.constantFrom(...CLASSES, 'sync' as const, 'admin' as const, 'session' as const),
  outcome: fc.constantFrom('success', 'refused', 'error'),
  actor: fc.constantFrom(NURSE, GP, STRANGER),
  responsible: fc.constantFrom(NURSE, GP, STRANGER),
  organisation: fc.constant(PRACTICE),
  device: nullable(fc.constant(made('device', 11))),
  request: fc.constant(made('request', 12)),
  ...{ requestHash: fc.constant(HASH), signature: fc.constant('A'.repeat(86)) },
  ...{ source: fc.constant('vault:abc'), policy: fc.constant('ketenkluis/3@abc'), declared: fc.boolean() },
  reason: nullable(fc.constantFrom(...REASONS)),
}) as fc.Arbitrary<EntryCommon>;

const item = fc.record({
  kind: fc.constantFrom(...ITEM_KINDS),
  dossier: nullable(fc.constant(DOSSIER)),
  handle: nullable(fc.constantFrom(HANDLE, made('handle', 13))),
  version: nullable(fc.integer({ min: 1, max: 1e6 })),
  object: nullable(fc.constant(HASH)),
  outcome: fc.constantFrom('success', 'refused', 'error'),
  checks: fc.record({
    authorisation: fc.boolean(),
    relation: fc.boolean(),
    consent: fc.boolean(),
    emergency: fc.boolean(),
  }),
  facts: fc.constantFrom([], [FACT], [FACT, made('fact', 14)]),
  relation: nullable(fc.constant(FACT)),
  consent: fc.constantFrom(FACT, 'own-organisation' as const, 'none' as const),
  annexed: fc.boolean(),
});

/** Valid against the schema of an entry; everything else of it is free. */
export const lines: fc.Arbitrary<RecordLine> = fc
  .record({
    index: fc.nat(),
    common,
    items: fc.array(item, { maxLength: 3 }),
    annex: nullable(annex),
    elsewhere: fc.boolean(),
  })
  .map(({ index, common: drawn, items: raw, annex: opened, elsewhere }) => {
    const theirs = elsewhere ? { organisation: PARTNER, actor: PODIATRIST, responsible: PODIATRIST } : {};
    const refused = drawn.outcome === 'refused';
    const all = { ...drawn, ...theirs, reason: refused ? (drawn.reason ?? ('unknown' as const)) : drawn.reason };
    const free = raw.length === 0 ? { event: 'login' as const } : {};
    let seq = 0;
    const items = raw.map(({ annexed, ...one }): EntryItem => {
      const dossier = one.dossier;
      const bare = dossier === null && one.handle === null && one.object === null && one.facts.length === 0;
      if (dossier !== null) seq += 1;
      const success = one.outcome === 'success';
      return {
        ...{ ...one, object: bare ? HASH : one.object, version: one.handle === null ? null : one.version },
        facts: [...one.facts],
        checks: { ...one.checks, emergency: all.class === 'emergency' },
        ...(dossier === null ? { relation: null, consent: 'none' as const } : {}),
        ...{ seq: dossier === null ? null : seq, prev: dossier === null || seq === 1 ? null : HASH },
        ...{ state: null, annex: annexed || success ? HASH : null },
      };
    });
    const clean =
      all.outcome === 'success' && items.every(({ outcome }) => outcome === 'success') ? { reason: null } : {};
    const entry = parseEntry({ common: { ...all, ...free, ...clean }, items });
    return {
      index,
      common: entry.common,
      items: entry.items.map((one, position) => ({ position, item: one })),
      annex: opened,
    };
  });
