/** Every attack, in the order of the corruption matrix. */

import type { Attack } from './attack.ts';
import { bounds } from './bounds.ts';
import { exported } from './exports.ts';
import { hostAsked } from './host-asked.ts';
import { hostDemand } from './host-demand.ts';
import { hostDump } from './host-dump.ts';
import { hostKeys } from './host-keys.ts';
import { hostLog } from './host-log.ts';
import { hostNewest } from './host-newest.ts';
import { hostPacks } from './host-packs.ts';
import { hostShares } from './host-shares.ts';
import { hostTime } from './host-time.ts';
import { hostWitnesses } from './host-witnesses.ts';
import { input } from './input.ts';
import { keyholders } from './keyholders.ts';
import { members } from './members.ts';
import { outside } from './outside.ts';
import { partnerHosts } from './partner-hosts.ts';
import { partnerRaces } from './partner-races.ts';
import { partnerReferrals } from './partner-referrals.ts';
import { partnerVisits } from './partner-visits.ts';
import { patientCopies } from './patient-copies.ts';
import { patientSignOn } from './patient-sign-on.ts';
import { patients } from './patients.ts';
import { requests } from './requests.ts';
import { reviewers } from './reviewers.ts';
import { signOn } from './sign-on.ts';
import { sourceLinks } from './source-links.ts';
import { urgent } from './urgent.ts';
import { wayBack } from './way-back.ts';

/** On the two organisations of `pair.ts`. */
export const ON_PAIR: readonly Attack[] = [
  ...partnerHosts,
  ...partnerVisits,
  ...partnerReferrals,
  ...partnerRaces,
  ...patients,
  ...patientSignOn,
  ...urgent,
  ...reviewers,
  ...bounds,
];

export const ATTACKS: readonly Attack[] = [
  ...hostDump,
  ...hostPacks,
  ...hostLog,
  ...hostTime,
  ...hostKeys,
  ...hostNewest,
  ...hostAsked,
  ...hostWitnesses,
  ...hostDemand,
  ...wayBack,
  ...hostShares,
  ...keyholders,
  ...requests,
  ...members,
  ...patientCopies,
  ...ON_PAIR,
  ...exported,
  ...input,
  ...sourceLinks,
  ...outside,
  ...signOn,
];
