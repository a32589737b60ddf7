/** What must not compile. `tsc` fails when one of these lines does. */

import { type Instant, newId, type Random } from '@ketenkluis/base';
import type { Annex, Committed, DraftItem, Entry, EntryCommon, EntryDraft, Sequenced } from './index.ts';
import { sealEntry } from './index.ts';

declare const line: Sequenced;
declare const entry: Entry;
declare const random: Random;
declare const draft: EntryDraft;
declare function release(line: Committed): void;

// P3: only what the appender committed may be released.
// @ts-expect-error an entry is not a committed line
release(entry);
// @ts-expect-error a line that is sequenced is not durable
release(line);
// @ts-expect-error nothing that merely looks like one
release({ ...line, size: 1, checkpoint: '', proof: [] });
// @ts-expect-error not even a copy of a real one
export const copy = (real: Committed): Committed => ({ ...real });

// R45: time is an Instant, not any number.
// @ts-expect-error a number is no Instant
sealEntry(draft, 1, random);
sealEntry(draft, 1 as Instant, random);

// R39: a mandatory or conditional field cannot be left out.
type Common = EntryDraft['common'];
type Without<T, K extends keyof T> = { readonly [P in Exclude<keyof T, K>]: T[P] };
const fails = <T>(_: T): void => {};
declare const common: { readonly [K in keyof Common]: Without<Common, K> };
declare const item: { readonly [K in keyof DraftItem]: Without<DraftItem, K> };
declare const annex: { readonly [K in keyof Annex]: Without<Annex, K> };
// @ts-expect-error 7.2.1
fails<Common>(common.event);
// @ts-expect-error 7.2.2
fails<Common>(common.action);
// @ts-expect-error 7.3.1
fails<Common>(common.actor);
// @ts-expect-error 7.3.6
fails<Common>(common.responsible);
// @ts-expect-error 7.4.6
fails<Common>(common.policy);
// @ts-expect-error 7.5.2
fails<Common>(common.source);
// @ts-expect-error R46
fails<Common>(common.request);
// @ts-expect-error 7.2.6
fails<DraftItem>(item.checks);
// @ts-expect-error 7.4.1
fails<DraftItem>(item.kind);
// @ts-expect-error 7.4.3
fails<DraftItem>(item.dossier);
// @ts-expect-error 7.4.7
fails<DraftItem>(item.relation);
// @ts-expect-error 7.4.8
fails<DraftItem>(item.consent);
// @ts-expect-error 7.3.4
fails<Annex>(annex.role);
// @ts-expect-error 7.3.8
fails<Annex>(annex.responsibleRole);
// @ts-expect-error 7.2.3: the time is the appender's to give
export const timed: Common = { ...(common as Common), at: 1 as Instant };

// Ids do not stand in for each other.
// @ts-expect-error an organisation is no person
export const actor: EntryCommon['actor'] = newId('organisation', random);
