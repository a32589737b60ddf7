/**
 * What one line of the log says about one object, put together where a key holder looks: line, item, annex and the names that this
 * reader knows (docs/spec/audit-record.md). Nothing is guessed: a field says its value, or why there is none.
 */

import type { DossierId, HandleId, Instant, OrganisationId, PersonId } from '@ketenkluis/base';
import type { Annex, EntryCommon, EntryItem } from '@ketenkluis/ledger';

/** Why a field has no value. */
export const MISSING = [
  /** There is none: nothing was searched, no step was named, the line has no object. */
  'none',
  /** It lies in a sealed annex that this reader cannot open, or that does not open. */
  'sealed',
  /** The line carries no annex, and neither card nor directory says it. */
  'not-recorded',
  /** Somebody of another organisation: its name is said, theirs is not (R47; NEN 7513 8.4.1). */
  'other-organisation',
  /** Known by id, and this reader knows no name for it. */
  'unnamed',
  /** The line could not be proved to be in the log: nothing it says counts. */
  'not-proved',
  /** Retention took it with its year. */
  'erased',
] as const;
export type Missing = (typeof MISSING)[number];
export type Said<T> = { readonly value: T } | { readonly missing: Missing };

export interface RoleSaid {
  readonly code: string;
  readonly text: string;
}

/** One line as the client proved it. `annex`: opened, or null where there is none or it does not open. */
export interface RecordLine {
  readonly index: number;
  readonly common: EntryCommon;
  readonly items: readonly { readonly position: number; readonly item: EntryItem }[];
  readonly annex: Annex | null;
}

/** What this reader knows beside the log. */
export interface RecordNames {
  /** Whose people are shown by name: the organisation that the reader works for. */
  readonly reader: OrganisationId;
  readonly people: ReadonlyMap<PersonId, { readonly name: string; readonly role: RoleSaid }>;
  readonly organisations: ReadonlyMap<OrganisationId, string>;
  readonly parts: ReadonlyMap<HandleId, string>;
  readonly patients: ReadonlyMap<DossierId, string>;
}

/** One item of one line (or a line that has none), every field of NEN 7513 chapter 7. */
export interface AuditRecord {
  readonly line: number;
  /** Place of the item in its line; null for a line without items. */
  readonly item: number | null;
  readonly practice: OrganisationId;
  readonly event: EntryCommon['event'];
  readonly action: EntryCommon['action'];
  readonly at: Instant;
  readonly class: EntryCommon['class'];
  /** Of this item; of the line where it has none. */
  readonly outcome: EntryCommon['outcome'];
  readonly lineOutcome: EntryCommon['outcome'];
  readonly reason: Said<NonNullable<EntryCommon['reason']>>;
  readonly checks: Said<EntryItem['checks']>;
  readonly user: {
    readonly id: Said<PersonId>;
    readonly name: Said<string>;
    readonly role: Said<RoleSaid>;
    readonly organisation: OrganisationId;
    readonly organisationName: Said<string>;
    /** Did the person ask for it, or a program on their behalf? */
    readonly initiator: Said<boolean>;
    /** Said by the client of itself, before it acted. */
    readonly declared: boolean;
    readonly device: Said<string>;
  };
  readonly responsible: { readonly id: Said<PersonId>; readonly name: Said<string>; readonly role: Said<RoleSaid> };
  readonly object: {
    readonly kind: Said<EntryItem['kind']>;
    readonly dossier: Said<DossierId>;
    readonly patient: Said<string>;
    readonly handle: Said<HandleId>;
    readonly name: Said<string>;
    readonly version: Said<number>;
    readonly statement: Said<string>;
    readonly facts: readonly string[];
  };
  readonly policy: string;
  readonly relation: Said<string>;
  readonly consent: Said<string>;
  readonly search: Said<string>;
  readonly purpose: Said<string>;
  readonly step: Said<string>;
  /** What the user typed: an emergency, a correction. */
  readonly typed: Said<string>;
  readonly source: string;
  readonly request: string;
}

const none = { missing: 'none' } as const;
/** As a text file, XML and FHIR can all carry it: one kind of line end, no control characters, no half of a character. */
const plain = (text: string): string =>
  text
    .toWellFormed()
    .replace(/\r\n?/g, '\n')
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '\ufffd');
const filled = <T>(value: T): Said<T> => {
  if (typeof value !== 'string') return { value };
  const text = plain(value);
  return text.trim() === '' ? none : { value: text as T };
};
const orNone = <T>(value: T | null | undefined): Said<T> =>
  value === null || value === undefined ? none : filled(value);
const named = <K>(names: ReadonlyMap<K, string>, key: K | null): Said<string> => {
  if (key === null) return none;
  const found = names.get(key);
  return found === undefined || found.trim() === '' ? { missing: 'unnamed' } : filled(found);
};
const roleSaid = ({ code, text }: RoleSaid): Said<RoleSaid> => ({
  value: { code: plain(code).trim().replace(/\s+/g, ' ') || '-', text: plain(text).trim() || '-' },
});

/** Every item of the line as a record of its own; a line without items is one. */
export function auditRecords(line: RecordLine, names: RecordNames): AuditRecord[] {
  if (line.items.length === 0) return [recordOf(line, null, names)];
  return line.items.map((each) => recordOf(line, each, names));
}

function recordOf(line: RecordLine, each: RecordLine['items'][number] | null, names: RecordNames): AuditRecord {
  const { common } = line;
  const item = each?.item ?? null;
  // An annex is sealed once per request and bound by each item that names it.
  const annex = item !== null && item.annex !== null ? line.annex : null;
  const unopened: Missing = item !== null && item.annex !== null ? 'sealed' : 'not-recorded';
  const fromAnnex = <T>(read: (annex: Annex) => T | null): Said<T> => {
    if (annex !== null) return orNone(read(annex));
    return unopened === 'sealed' ? { missing: 'sealed' } : none;
  };
  const ours = common.organisation === names.reader;
  const withheld = { missing: 'other-organisation' } as const;
  const card = names.people.get(common.actor);
  const boss = names.people.get(common.responsible);
  const same = common.responsible === common.actor;
  const role: Said<RoleSaid> =
    annex !== null ? roleSaid(annex.role) : card !== undefined ? roleSaid(card.role) : { missing: unopened };
  const bossRole = (): Said<RoleSaid> => {
    if (annex?.responsibleRole) return roleSaid(annex.responsibleRole);
    if (same) return role;
    return boss === undefined ? { missing: unopened } : roleSaid(boss.role);
  };
  const userName: Said<string> =
    card !== undefined
      ? { value: plain(card.name) }
      : annex?.userName
        ? { value: plain(annex.userName) }
        : { missing: annex === null ? (unopened === 'sealed' ? 'sealed' : 'unnamed') : 'unnamed' };
  return {
    line: line.index,
    item: each?.position ?? null,
    practice: common.practice,
    event: common.event,
    action: common.action,
    at: common.at,
    class: common.class,
    outcome: item?.outcome ?? common.outcome,
    lineOutcome: common.outcome,
    reason: orNone(common.reason),
    checks: orNone(item?.checks),
    user: {
      id: ours ? { value: common.actor } : withheld,
      name: ours ? userName : withheld,
      role,
      organisation: common.organisation,
      organisationName: named(names.organisations, common.organisation),
      initiator:
        annex !== null ? { value: annex.initiator } : { missing: unopened === 'sealed' ? 'sealed' : 'not-recorded' },
      declared: common.declared,
      device: common.device === null ? none : ours ? { value: common.device } : withheld,
    },
    responsible: {
      id: ours ? { value: common.responsible } : withheld,
      name: !ours ? withheld : same ? userName : boss ? { value: plain(boss.name) } : { missing: 'unnamed' },
      role: bossRole(),
    },
    object: {
      kind: orNone(item?.kind),
      dossier: orNone(item?.dossier),
      patient: named(names.patients, item?.dossier ?? null),
      handle: orNone(item?.handle),
      name: annex?.objectName ? orNone(annex.objectName) : named(names.parts, item?.handle ?? null),
      version: orNone(item?.version),
      statement: orNone(item?.object),
      facts: item?.facts ?? [],
    },
    policy: common.policy,
    relation: orNone(item?.relation),
    consent: orNone(item?.consent),
    search: fromAnnex(({ searchTerm }) => searchTerm),
    purpose: fromAnnex(({ purpose }) => purpose),
    step: fromAnnex(({ step }) => step),
    typed: fromAnnex(({ reason }) => reason),
    source: common.source,
    request: common.request,
  };
}
