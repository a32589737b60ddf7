/** Who is there, and how somebody comes in. */

import type { DeviceId, PersonId, TeamId } from '@ketenkluis/base';
import type { Text } from './shared.ts';

export interface Me {
  readonly person: PersonId;
  readonly name: string;
  readonly role: Text;
  readonly practice: string;
  readonly teams: readonly { readonly team: TeamId; readonly name: string }[];
  /** Works for another organisation than a practice: sees what was referred, and no worklist. */
  readonly partner: boolean;
  /** Stands in for somebody: sees the patients who are handed over, and no worklist. */
  readonly substitute: boolean;
  /** Reads a dossier as the patient or for them, and works nowhere. */
  readonly patient: boolean;
  /** Treats nobody, so has no worklist: works from counts, from who looked, or from the deliveries. Null for everybody else. */
  readonly office: 'overview' | 'oversight' | 'deliveries' | null;
  /** Owners invite and confirm. */
  readonly owner: boolean;
  /** Answers what is asked of the organisation: an owner, or an officer of its control policy. */
  readonly answers: boolean;
}

export type LockReason = 'idle' | 'hour' | 'person';

export type Session =
  | { readonly stage: 'out' }
  | { readonly stage: 'open'; readonly me: Me; readonly unlockers: number }
  /** Nothing readable is in memory; only who it was. */
  | { readonly stage: 'locked'; readonly me: Me; readonly why: LockReason };

/** An identity this browser can open with a passphrase: its device key is in this browser's key store. */
export interface DoorDevice {
  readonly device: DeviceId;
  /** Initials and role, put there by the person at first sign-in; null before. */
  readonly label: string | null;
}

export interface Door {
  readonly devices: readonly DoorDevice[];
  /** Does this browser have passkeys at all? */
  readonly passkeys: boolean;
  /** "Others use this computer": only a phone or roaming key, no passphrase. */
  readonly shared: boolean;
}

export type Key =
  | { readonly by: 'passkey' }
  | { readonly by: 'passphrase'; readonly device: DeviceId; readonly passphrase: string };
