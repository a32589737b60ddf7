/** Invented lines of the log, and what those see who treat nobody. */

import { addDays, type DossierId, HOUR, localDate, MINUTE, plus } from '@ketenkluis/base';
import { PROGRAMME_IDS, SCOPES } from '@ketenkluis/care';
import { overviewView } from '../adapter/oversight.ts';
import { workplaceError } from '../errors.ts';
import type { Confirmation, Look, LookKind, Looks, OtherOverview, OversightSide, Text } from '../model.ts';
import { inventedStanding } from './outside.ts';
import { madeId } from './people.ts';
import { both, type Stage } from './stage.ts';

type Roles = Readonly<Record<'nurse' | 'owner' | 'assistant' | 'gp', Text>>;

const PARTNER = both('partner', 'partner');

/** `words`: as somebody reads it who oversees. */
export async function looksOf(stage: Stage, there: boolean, roles: Roles, words: boolean): Promise<Looks> {
  const { me, roll, start, scene, reach } = stage;
  await reach(60);
  const usual: LookKind[] = ['look', 'look', 'write', 'list', 'declared', 'look', 'change', 'delivery'];
  const kinds = scene === 'assumed' ? (['look', ...usual] as const) : usual;
  const nurse = { name: words ? 'Sanne Terpstra' : me.name, role: words ? roles.nurse : me.role };
  const partner = scene === 'assumed' ? [{ name: 'Diëtistenpraktijk Vers', role: PARTNER }] : [];
  const who = [
    ...partner,
    nurse,
    { name: 'Joost Hofstede', role: roles.gp },
    nurse,
    { name: 'Noor Zijlstra', role: roles.assistant },
    { name: 'Noor Zijlstra', role: roles.assistant },
    null,
    { name: 'Marleen Brugman', role: roles.owner },
    { name: 'Praktijkagent', role: both('programma in de praktijk', 'program in the practice') },
  ];
  const hash = () => madeId('entry', roll).slice(4) + madeId('entry', roll).slice(4, 20);
  const scopes = Object.values(SCOPES).map(({ nl, en }) => ({ nl, en }));
  const lines = kinds.map(
    (kind, place): Look => ({
      entry: madeId('entry', roll),
      at: plus(start, -place * 31 * HOUR - 7 * MINUTE),
      kind,
      outcome: place === 5 ? 'deny' : 'permit',
      who: who[place] ?? null,
      me: who[place]?.name === me.name,
      parts: !words && (kind === 'look' || kind === 'delivery') ? scopes.slice(0, 2 + place) : [],
      assumed: kind === 'look' && who[place]?.role === PARTNER ? 'accepted-referral' : null,
      said:
        !words || kind === 'delivery'
          ? null
          : { purpose: 'zorg aan de patient', reason: null, search: place === 1 ? 'de vries' : null },
      proof: { index: 1840 - place * 97, leaf: hash(), path: Array.from({ length: 11 }, hash) },
    }),
  );
  const years = Array.from({ length: scene === 'many' ? 10_000 : 0 }, (_, i): Look => {
    const one = lines[i % lines.length]!;
    const index = 40_000 - 3 * i;
    return { ...one, entry: `${index}`, at: plus(start, -i * 4 * HOUR), proof: { ...one.proof, index } };
  });
  return {
    lines: !there ? [] : scene === 'many' ? years : lines,
    verdict: scene === 'unproved' ? 'failed' : 'proved',
    size: 1876,
    standing: inventedStanding(scene),
    checkpoint: `log ${hash().slice(0, 12)}\n1876\n${hash()}=\n\n— log ${hash()}${hash()}`,
  };
}

const COUNTS = { diabetes: [212, 231], cvrm: [318, 'close'], copd: [41, 55], asthma: ['<10', 27] } as const;

export function oversightSide(
  stage: Stage,
  there: (dossier: DossierId) => boolean,
  roles: Roles,
  confirmation: Confirmation,
): OversightSide {
  const { scene, start, me, reach } = stage;
  const counted = (practice: string, referrals: Parameters<typeof overviewView>[0]['referrals']) => {
    const programmes = PROGRAMME_IDS.map((programme) => {
      const [enrolled, active] = COUNTS[programme];
      return { programme, enrolled, active };
    });
    const asOf = addDays(localDate(start), -1);
    return overviewView({ v: 1, asOf, programmes, referrals }, practice, confirmation);
  };
  const other = (host: string, practice: string | null): OtherOverview => ({
    ...{ practice: madeId('organisation', stage.roll), host },
    overview: practice === null ? null : counted(practice, { sent: '<10', answered: 12, ended: '<10' }),
    error: practice === null && scene === 'partly' ? workplaceError('offline', 'away') : null,
  });
  let more = scene === 'partly' ? [other('kluis.delinde.nl', 'Praktijk De Linde'), other('kluis.deiep.nl', null)] : [];
  return {
    others: async () => {
      await reach();
      return more;
    },
    addOther: async (link, passphrase) => {
      await reach(60);
      if (!link.includes('#/apparaat/')) throw workplaceError('bad-link', 'no link');
      if (passphrase.length < 8) throw workplaceError('wrong-passphrase', 'no');
      more = [...more, other('kluis.debeuk.nl', 'Praktijk De Beuk')];
    },
    removeOther: async (practice) => {
      await reach(60);
      more = more.filter((one) => one.practice !== practice);
    },
    overview: async () => {
      await reach();
      if (scene === 'empty') return null;
      if (scene === 'denied' || me.office !== 'overview')
        throw workplaceError('denied', 'no', { detail: { reason: 'not-member' } });
      if (scene === 'broken') throw workplaceError('failed', 'something broke');
      return counted(me.practice, { sent: 14, answered: '<10', ended: 37 });
    },
    looks: async (dossier) => {
      const found = await looksOf(stage, there(dossier), roles, true);
      if (scene === 'denied' || !there(dossier))
        throw workplaceError('denied', 'no', { detail: { reason: 'unknown' } });
      return found;
    },
  };
}
