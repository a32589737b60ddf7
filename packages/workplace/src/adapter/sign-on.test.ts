/** R26, R28: what a person sees of signing on outside, whatever the desk, the provider or somebody else does meanwhile. */

import { HOUR, type Instant, instant, newId, plus, systemRandom } from '@ketenkluis/base';
import type { Fetch } from '@ketenkluis/client';
import { type Assurance, generateSigningKey, signStatement, statementToWire, webSigner } from '@ketenkluis/seal';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { SignOn } from '../model.ts';
import { type OtherTab, sayBack, waitForBack } from './other-tab.ts';
import { type SignOnFlow, signOnFlow } from './sign-on.ts';

const ORIGIN = 'https://balie.example';
const BACK = 'https://werkplek.example/aangemeld';
const desk = { origin: ORIGIN as string | null, level: 'substantial', citizen: true } as const;
const about = {
  ...{ practice: newId('organisation', systemRandom), person: newId('person', systemRandom) },
  ...{ session: newId('session', systemRandom), desk },
};

describe('a sign-on in another tab', () => {
  let flow: SignOnFlow;
  let shown: (SignOn | null)[];
  let now: Instant;
  /** What the desk says to `finish`: a level, or no. */
  let level: Assurance['level'] | 'no';
  let away: boolean;
  let begun: number;
  let finished: string[];
  let tabs: OtherTab[];
  const last = () => shown.at(-1) ?? null;

  const word = async () => {
    const signer = await webSigner({
      by: newId('person', systemRandom),
      seed: (await generateSigningKey(systemRandom)).seed,
    });
    const { desk: _, ...ids } = about;
    const said = { t: 'assurance', v: 1, suite: 1, ...ids, level, means: 'eid', by: signer.by, at: now } as Assurance;
    return statementToWire(await signStatement({ ...said, until: plus(now, HOUR) }, signer));
  };
  const fetch: Fetch = async (url, { body }) => {
    if (away) throw new TypeError('nobody');
    const asked = JSON.parse(String(body ?? '{}')) as { means?: string; callback?: string };
    const answer = async () => {
      if (url.endsWith('/means')) {
        const ways = [
          { means: 'eid', name: 'DigiD', asks: 'substantial', phone: true },
          { means: 'dezi', name: 'Dezi' },
        ];
        return { means: ways };
      }
      if (url.endsWith('/begin')) {
        begun += 1;
        return { url: `https://inloggen.example/?state=s${begun}`, secret: `secret-${begun}` };
      }
      finished.push(asked.callback!);
      return { assurance: await word() };
    };
    const no = url.endsWith('/finish') && level === 'no';
    const bytes = new TextEncoder().encode(no ? '' : JSON.stringify(await answer()));
    return { status: no ? 403 : 200, headers: { get: () => null }, arrayBuffer: async () => bytes.buffer };
  };
  /** Until the screen says so. */
  const until = async (stage: SignOn['stage'] | null, trouble?: SignOn['trouble']) => {
    const right = () => (last()?.stage ?? null) === stage && (trouble === undefined || last()?.trouble === trouble);
    while (!right()) await new Promise((done) => setImmediate(done));
  };
  const ask = (more: Partial<typeof about> = {}) => {
    const asked = flow.identity({ ...about, ...more });
    const outcome = asked.then(
      () => 'word',
      (error: { code: string }) => error.code,
    );
    return { asked, outcome };
  };
  const back = (query: string) => sayBack(`${BACK}?${query}`, () => undefined);

  beforeEach(() => {
    [shown, now, level, away, begun, finished, tabs] = [[], instant(1_800_000_000_000), 'high', false, 0, [], []];
    flow = signOnFlow({ fetch, clock: () => now, show: (next) => shown.push(next) });
  });
  afterEach(() => {
    flow.stop();
    for (const tab of tabs) tab.stop();
  });

  it('one click to the provider, back, and the agent’s word; nothing else is offered to a patient', async () => {
    const { asked } = ask();
    await until('choose');
    expect(last()?.ways).toEqual([
      { means: 'eid', name: 'DigiD', href: 'https://inloggen.example/?state=s1', host: 'inloggen.example' },
    ]);
    expect(flow.go(last()!.ways[0]!)).toBe(true);
    expect(last()?.stage).toBe('waiting');
    back('code=c&state=s1');
    expect(await asked).toMatchObject({});
    expect(finished).toEqual([`${BACK}?code=c&state=s1`]);
    flow.settled(null);
    expect(last()).toBeNull();
  });

  it('an answer with another state is nobody’s: of an attacker, of another tab, or a second time', async () => {
    const { asked } = ask();
    await until('choose');
    back('code=of-the-attacker&state=of-the-attacker');
    back('code=c&state=s1');
    back('code=again&state=s1');
    await asked;
    expect(finished).toEqual([`${BACK}?code=c&state=s1`]);
  });

  it('stopped there, refused, too low, or nobody at the desk: each said, and ready to try again', async () => {
    const { asked } = ask();
    await until('choose');
    back('error=access_denied&state=s1');
    await until('choose', 'cancelled');
    level = 'no';
    back('code=c&state=s2');
    await until('choose', 'refused');
    level = 'low';
    back('code=c&state=s3');
    await until('choose', 'low');
    now = plus(now, 10 * 60_000);
    level = 'no';
    back('code=c&state=s4');
    await until('choose', 'expired');
    away = true;
    back('code=c&state=s5');
    await until('stopped', 'away');
    away = false;
    level = 'substantial';
    flow.again();
    await until('choose', null);
    back(`code=c&state=s${begun}`);
    await asked;
  });

  it('a link that is too old is not followed', async () => {
    ask();
    await until('choose');
    const [way] = last()!.ways;
    now = plus(now, 9 * 60_000 + 1);
    expect(flow.go(way!)).toBe(false);
    await until('choose', 'expired');
    expect(last()!.ways[0]!.href).toContain('state=s2');
  });

  it('without a desk, or with nothing that fits, nothing opens; and who stops is told to whoever asked', async () => {
    const { outcome } = ask({ desk: { ...desk, origin: null } as unknown as typeof desk });
    await until('stopped', 'none');
    flow.stop();
    expect(await outcome).toBe('workplace/identity-needed');
    expect(last()).toBeNull();
    const staff = ask({ desk: { ...desk, citizen: false } as unknown as typeof desk });
    await until('choose');
    expect(last()?.ways.map(({ name }) => name)).toEqual(['Dezi']);
    flow.stop();
    expect(await staff.outcome).toBe('workplace/identity-needed');
  });

  it('what the vault did not take stays on the screen', async () => {
    const { asked } = ask();
    await until('choose');
    back('code=c&state=s1');
    await asked;
    const refusal = Object.assign(new Error('no'), { code: 'client/refused' });
    expect(flow.settled(refusal)).toBe(true);
    expect(last()).toMatchObject({ stage: 'stopped', trouble: 'failed', ways: [] });
    flow.again();
    expect(last()).toBeNull();
  });

  it('the tab that is back hears that it was taken, and one that asks late is told again', async () => {
    const took = new Promise<string>((resolve) => {
      tabs.push(
        waitForBack((state) => {
          resolve(state);
          return true;
        }),
      );
    });
    const taken = new Promise<void>((resolve) => {
      expect(sayBack(`${BACK}?code=c&state=mine`, resolve)).toBe(true);
    });
    expect(await took).toBe('mine');
    await taken;
    expect(sayBack(BACK, () => undefined)).toBe(false);
  });
});
