/** What lies behind the door: one piece of code that comes while somebody signs in. */

import type { Workplace } from '../model.ts';
import { accessSide } from './access.ts';
import { deskSide } from './desk.ts';
import { openOne, taken, write } from './dossiers.ts';
import { keyholderSide } from './keyholders.ts';
import { looks } from './looks.ts';
import { oversightSide } from './oversight.ts';
import { ownSide } from './own.ts';
import { partnerSide } from './partners.ts';
import { peopleSide, type Surroundings } from './people.ts';
import { pinSide } from './pinning.ts';
import { deliveries } from './receipt.ts';
import { receivedSide } from './received.ts';
import { referralSide } from './referrals.ts';
import { openHanded, urgentSide } from './urgent.ts';
import { witnessSide } from './witnesses.ts';

type Work = Pick<Workplace, 'dossier' | 'looks' | 'deliveries' | 'writeNote' | 'takeOver'>;
const workSide = ({ open }: Surroundings): Work => ({
  dossier: (id) => open((now) => (now.me.substitute ? openHanded(now, id) : openOne(now, id))),
  looks: (id) => open((now) => looks(now, id)),
  deliveries: () => open(deliveries),
  writeNote: (id, text) => open((now) => write(now, id, text)),
  takeOver: (id, note) => open((now) => taken(now, id, note)),
});

export const sidesOf = (around: Surroundings) => ({
  referrals: referralSide(around),
  received: receivedSide(around),
  partners: partnerSide(around),
  access: accessSide(around),
  urgent: urgentSide(around),
  own: ownSide(around),
  desk: deskSide(around),
  pins: pinSide(around),
  outside: witnessSide(around),
  oversight: oversightSide(around),
  held: keyholderSide(around),
  work: workSide(around),
  people: peopleSide(around),
});
