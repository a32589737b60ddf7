/** What a patient takes along for other programs (R53; docs/spec/own.md, "A copy"): the record and who looked in it, in one Bundle. */

import { type Instant, isoInstant } from '@ketenkluis/base';
import type { Audit } from '../audit.ts';
import { auditBundle } from './fhir.ts';
import type { RecordNames } from './record.ts';
import { recordsOf } from './take.ts';

export interface CopyBundle {
  readonly resourceType: 'Bundle';
  readonly type: 'collection';
  readonly timestamp: string;
  readonly entry: readonly {
    readonly fullUrl: string;
    readonly resource: { readonly resourceType: string; readonly id: string };
  }[];
}

/** `record`: its entries, none once the enrolment has ended. Whom the reader has no name for stays a random number. */
export function copyBundle(of: {
  readonly practice: string;
  readonly at: Instant;
  readonly record: CopyBundle['entry'];
  readonly log: Audit;
  readonly names: RecordNames;
}): CopyBundle {
  const { practice, at, record, log, names } = of;
  const { entry } = auditBundle({ practice, at, ...recordsOf(log, names) });
  return { resourceType: 'Bundle', type: 'collection', timestamp: isoInstant(at), entry: [...record, ...entry] };
}
