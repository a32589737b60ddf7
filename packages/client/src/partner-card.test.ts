import { base64url, canonicalJson, newId, systemRandom } from '@ketenkluis/base';
import { describe, expect, it } from 'vitest';
import { isPlainName, readPartnerCard } from './partner-card.ts';

describe('the name on a partner card', () => {
  const PLAIN = [
    'Podotherapie Het Spoor',
    'Diëtisten & Co. (Zuid)',
    "Apotheek 's-Graveland",
    'Praktijk De Proef',
    'Åse',
  ];
  const ALIKE: readonly [string, string][] = [
    ['a letter of another script', 'P\u043edotherapie Het Spoor'],
    ['direction turned', 'Het Spoor\u202e eiparehtodoP'],
    ['nothing that is seen', 'Podo\u200btherapie'],
    ['a mathematical letter', '\u{1d5e3}odotherapie'],
    ['a mark on a letter', 'Podotherapie\u0338'],
    ['another space', 'Podotherapie\u00a0Het Spoor'],
    ['two spaces', 'Podotherapie  Het Spoor'],
    ['a new line', 'Podotherapie\nHet Spoor'],
  ];
  const fault = async (name: string, team = 'Voetzorg'): Promise<unknown> => {
    const card = {
      ...{ v: 1, t: 'partner-card', organisation: newId('organisation', systemRandom), name, ura: '90001234' },
      ...{ origin: 'https://voet.example', log: 'voet', statements: [], batches: [] },
      teams: [{ team: newId('team', systemRandom), role: 'podiatrist', name: team }],
    };
    const error: unknown = await readPartnerCard(base64url(canonicalJson(card))).catch((one: unknown) => one);
    expect(error).toMatchObject({ code: 'client/bad-partner-card' });
    const { issues } = (error as { cause: { issues: { path: unknown[] }[] } }).cause;
    return issues.map(({ path }) => path.join('.'));
  };

  it.each(PLAIN)('is taken as it is: %s', async (name) => {
    expect(isPlainName(name)).toBe(true);
    expect(await fault(name, name)).toEqual(['statements']);
  });

  it.each(ALIKE)('is refused with %s, of the organisation and of a team', async (_, name) => {
    expect(await fault(name)).toContain('name');
    expect(await fault('Podotherapie Het Spoor', name)).toContain('teams.0.name');
  });
});
