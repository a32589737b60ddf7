/** For those who answer for a practice and treat nobody: counts for the care group, who looked for the privacy officer. */

import type { DossierId, LocalDate, OrganisationId } from '@ketenkluis/base';
import type { Looks } from './record.ts';
import type { Confirmation, Programme } from './shared.ts';

/** `few`: under ten, and nobody is told how many; `close`: between one and nine more than are enrolled. */
export type Count = number | 'few';

export interface Overview {
  readonly practice: string;
  /** The day to which the practice's records were read. */
  readonly asOf: LocalDate;
  readonly confirmation: Confirmation;
  readonly programmes: readonly {
    readonly programme: Programme;
    readonly enrolled: Count;
    readonly active: Count | 'close';
  }[];
  readonly referrals: { readonly sent: Count; readonly answered: Count; readonly ended: Count };
}

/** Another practice on the same page; `overview` is null before it sealed one, or where it gave no answer (`error`). */
export interface OtherOverview {
  readonly practice: OrganisationId;
  /** Where it answers. */
  readonly host: string;
  readonly overview: Overview | null;
  readonly error: unknown;
}

export interface OversightSide {
  /** Null before the practice sealed one for this person's team. A line, like every list. */
  overview(): Promise<Overview | null>;
  /** The other practices that this person added on this device: each is signed in to, read and closed. A line in each. */
  others(): Promise<readonly OtherOverview[]>;
  /** By the link and the passphrase that the other practice gave. */
  addOther(link: string, passphrase: string): Promise<void>;
  removeOther(practice: OrganisationId): Promise<void>;
  /** Who looked at this dossier, with what they said of it; nothing of the record. A line. */
  looks(dossier: DossierId): Promise<Looks>;
}
