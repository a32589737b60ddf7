/** Counts for the care group and who looked for the privacy officer: neither opens a dossier. */

import { PROGRAMME_IDS } from '@ketenkluis/care';
import { listHandles, type OverviewContent, openList, overviewContent, readContent } from '@ketenkluis/client';
import type { Confirmation, Count, OversightSide, Overview } from '../model.ts';
import { programme } from './care-view.ts';
import { about, type Inside } from './inside.ts';
import { overseen } from './looks.ts';
import type { Surroundings } from './people.ts';

const shown = (count: number | '<10'): Count => (count === '<10' ? 'few' : count);

/** A programme that this version does not know is left out. */
export function overviewView(
  { asOf, programmes, referrals }: OverviewContent,
  practice: string,
  confirmation: Confirmation,
): Overview {
  return {
    ...{ practice, asOf, confirmation },
    programmes: PROGRAMME_IDS.flatMap((id) =>
      programmes
        .filter((one) => one.programme === id)
        .map(({ enrolled, active }) => ({
          programme: programme(id),
          enrolled: shown(enrolled),
          active: active === 'close' ? active : shown(active),
        })),
    ),
    referrals: {
      sent: shown(referrals.sent),
      answered: shown(referrals.answered),
      ended: shown(referrals.ended),
    },
  };
}

async function overview(inside: Inside): Promise<Overview | null> {
  const [found] = await listHandles(inside.session, 'overview');
  if (found === undefined) return null;
  const opened = await openList(inside.session, 'overview', found.team, about(inside, 'overzicht'));
  return overviewView(readContent(overviewContent, opened.content), inside.me.practice, opened.confirmation);
}

export const oversightSide = ({ open }: Surroundings): OversightSide => ({
  overview: () => open(overview),
  looks: (dossier) => open((now) => overseen(now, dossier)),
});
