/**
 * NEN 7513:2018 chapter 7: where each field of a log line lives, and the annex with what only people need to read.
 * The vault sees entries; annexes reach it sealed (by `seal`) and are bound to their item by hash.
 */

import { canonicalJson } from '@ketenkluis/base';
import { z } from 'zod';
import { type EntryCommon, type EntryItem, parseAs, readJson } from './entry.ts';

const text = z.string().min(1).max(500);
const role = z.strictObject({ code: z.string().min(1).max(40), text });

/** Enrolled and treated by the practice; an appointment; a referral; handed over to a stand-in; a message; called up for a check. */
export const GROUNDS = ['registration', 'appointment', 'referral', 'call', 'message', 'recall'] as const;

/** Plain until it is sealed to the dossier's log key; `seal` makes and opens the sealed form. */
export const annexSchema = z.strictObject({
  v: z.literal(1),
  /** Functional role of the user; ISO 21298 code where one fits. */
  role,
  /** Role of the responsible person where that is somebody else. */
  responsibleRole: role.nullable(),
  /** Whether the user asked for it, or a program on their behalf. */
  initiator: z.boolean(),
  purpose: text,
  /** Pathway step that needed it. */
  step: text.nullable(),
  /** Why they may look, as the looker's own program takes it (docs/spec/own.md, "The ground"); left out by who says nothing. */
  ground: z.enum(GROUNDS).optional(),
  /** Reason that the user typed (emergency, correction). */
  reason: text.nullable(),
  userName: text.nullable(),
  searchTerm: text.nullable(),
  /** Scope or document as people call it. */
  objectName: text.nullable(),
});
export type Annex = z.infer<typeof annexSchema>;

/** The bytes to seal: canonical JSON. Throws `ledger/bad-entry` that names the field. */
export const encodeAnnex = (annex: Annex) => canonicalJson(parseAs(annexSchema, annex, 'annex'));
/** Throws `ledger/bad-entry`. */
export const decodeAnnex = (bytes: Uint8Array): Annex => parseAs(annexSchema, readJson(bytes, 'annex'), 'annex');

type Place =
  | `common.${keyof EntryCommon & string}`
  | `item.${keyof EntryItem & string}`
  | `annex.${keyof Annex & string}`;

export interface NenField {
  /** Number in NEN 7513:2018. */
  readonly field: string;
  /** Mandatory, conditional or optional. */
  readonly use: 'M' | 'C' | 'O';
  /** Name in the Logius extension and DICOM audit. */
  readonly name: string;
  /** All places that together hold the field. */
  readonly places: readonly [Place, ...Place[]];
}

export const NEN_7513: readonly NenField[] = [
  { field: '7.2.1', use: 'M', name: 'EventID', places: ['common.event'] },
  { field: '7.2.2', use: 'M', name: 'EventActionCode', places: ['common.action'] },
  { field: '7.2.3', use: 'M', name: 'EventDateTime', places: ['common.at'] },
  { field: '7.2.4', use: 'O', name: 'eventTypeCode', places: ['common.class'] },
  {
    field: '7.2.5',
    use: 'O',
    name: 'EventOutcomeIndicator',
    places: ['common.outcome', 'common.reason', 'item.outcome'],
  },
  { field: '7.2.6', use: 'C', name: 'controles', places: ['item.checks'] },
  { field: '7.3.1', use: 'M', name: 'userID', places: ['common.actor', 'common.organisation'] },
  { field: '7.3.3', use: 'O', name: 'userName', places: ['annex.userName'] },
  { field: '7.3.4', use: 'M', name: 'roleIDCode', places: ['annex.role'] },
  { field: '7.3.5', use: 'O', name: 'userIsRequestor', places: ['annex.initiator', 'common.declared'] },
  { field: '7.3.6', use: 'C', name: 'responsible userID', places: ['common.responsible'] },
  { field: '7.3.8', use: 'C', name: 'responsible roleIDCode', places: ['annex.responsibleRole'] },
  { field: '7.3.9', use: 'O', name: 'networkAccessPoint', places: ['common.device'] },
  { field: '7.4.1', use: 'M', name: 'participantObjectIDTypeCode', places: ['item.kind'] },
  {
    field: '7.4.3',
    use: 'M',
    name: 'participantObjectID',
    places: ['item.dossier', 'item.handle', 'item.version', 'item.object', 'item.facts'],
  },
  { field: '7.4.6', use: 'M', name: 'autorisatieProtocol', places: ['common.policy'] },
  { field: '7.4.7', use: 'C', name: 'behandelrelatieProtocol', places: ['item.relation'] },
  { field: '7.4.8', use: 'C', name: 'toestemmingsProfiel', places: ['item.consent'] },
  { field: '7.4.12', use: 'O', name: 'participantObjectQuery', places: ['annex.searchTerm'] },
  { field: '7.5.2', use: 'M', name: 'AuditSourceId', places: ['common.source'] },
  { field: 'trace', use: 'O', name: 'X-Request-Id', places: ['common.request'] },
];
