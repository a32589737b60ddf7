/** Counts for the care group and who looked for the privacy officer: neither opens a dossier. */

import type { OrganisationId } from '@ketenkluis/base';
import { PROGRAMME_IDS } from '@ketenkluis/care';
import {
  type About,
  directoryContent,
  linkedPractices,
  linkPractice,
  listHandles,
  type OverviewContent,
  openList,
  overviewContent,
  readContent,
  type Session,
  unlinkPractice,
  withLinked,
} from '@ketenkluis/client';
import type { Confirmation, Count, OtherOverview, OversightSide, Overview } from '../model.ts';
import { programme } from './care-view.ts';
import { understood } from './errors.ts';
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

async function read(session: Session, said: About, practice: () => Promise<string>): Promise<Overview | null> {
  const [found] = await listHandles(session, 'overview');
  if (found === undefined) return null;
  const opened = await openList(session, 'overview', found.team, said);
  return overviewView(readContent(overviewContent, opened.content), await practice(), opened.confirmation);
}
const overview = (inside: Inside) => read(inside.session, about(inside, 'overzicht'), async () => inside.me.practice);

async function others(inside: Inside): Promise<OtherOverview[]> {
  const found: OtherOverview[] = [];
  for (const at of await linkedPractices(inside.session)) {
    const said = about(inside, 'overzicht');
    const asked = withLinked(inside.session, at, async (there) =>
      read(there, said, async () => {
        const { content } = await openList(there, 'directory');
        return readContent(directoryContent, content).practice.name;
      }),
    );
    const base = { practice: at.practice as OrganisationId, host: new URL(at.origin).host };
    found.push(
      await asked.then(
        (seen) => ({ ...base, overview: seen, error: null }),
        (error: unknown) => ({ ...base, overview: null, error: understood(error) }),
      ),
    );
  }
  return found;
}

export const oversightSide = ({ open }: Surroundings): OversightSide => ({
  overview: () => open(overview),
  others: () => open(others),
  addOther: (link, passphrase) => open(async ({ session }) => void (await linkPractice(session, link, passphrase))),
  removeOther: (practice) => open(({ session }) => unlinkPractice(session, practice)),
  looks: (dossier) => open((now) => overseen(now, dossier)),
});
