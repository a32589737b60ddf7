/**
 * `ketenkluis demand`: what the practice asks of a sign-on, proposed by an owner and signed by a second person at one keyboard
 * (docs/identity.md, "The demand"). With recovery sheets also where nobody can sign on any more ("The way back").
 */

import { readFile } from 'node:fs/promises';
import { type Asked, demanded, proposeDemand } from '@ketenkluis/client';
import { type Enter, nthSecond, signInBySheet } from './enter.ts';
import { cliError } from './errors.ts';
import type { Outcome } from './say.ts';
import { atOneKeyboard, signTogether } from './together.ts';

export interface DemandOptions {
  readonly person: string;
  /** Whoever signs as well, one sheet each: more than one where more owners must sign. */
  readonly second: readonly string[];
  /** Recovery sheets. */
  readonly sheets?: readonly string[];
  readonly staff?: string;
  readonly patients?: string;
  readonly desk?: string;
  /** `dezi=https://issuer`; all of them, where any is named. */
  readonly way?: readonly string[];
}

const LEVELS = ['substantial', 'high'] as const;
const MEANS = ['dezi', 'oidc', 'eid'] as const;

function levelOf(text: string, option: string): Asked['staff'] {
  if (text === 'none') return null;
  const level = LEVELS.find((one) => one === text);
  if (level === undefined) throw cliError('bad-option', `--${option} is one of none, ${LEVELS.join(', ')}`);
  return level;
}

function wayOf(text: string): Asked['ways'][number] {
  const at = text.indexOf('=');
  const means = MEANS.find((one) => one === text.slice(0, at));
  if (means === undefined) throw cliError('bad-option', `--way is ${MEANS.join(', ')}, then = and who vouches`);
  return { means, issuer: text.slice(at + 1) };
}

/** What is not named stays as it is asked now. */
function askedBy(options: DemandOptions, before: Asked): Asked {
  const { staff, patients, desk, way } = options;
  return {
    desk: desk === undefined ? before.desk : desk === 'none' ? null : desk,
    ways: way?.map(wayOf) ?? (desk === 'none' ? [] : before.ways),
    staff: staff === undefined ? before.staff : levelOf(staff, 'staff'),
    patients: patients === undefined ? before.patients : levelOf(patients, 'patients'),
  };
}

const NOTHING: Asked = { desk: null, ways: [], staff: null, patients: null };
const word = (level: Asked['staff']): string => level ?? 'nothing';

/** Throws `cli/bad-option`, and what signing in, proposing and agreeing throw; then nothing counts. */
export async function demand(options: DemandOptions, enter: Enter = signInBySheet): Promise<Outcome> {
  const { person, second, staff, patients, desk, way } = options;
  if ([staff, patients, desk, way].every((one) => one === undefined))
    throw cliError('bad-option', 'name what changes: --staff, --patients, --desk or --way');
  // Before anybody signs in: what is no level is none.
  askedBy(options, NOTHING);
  const files = options.sheets;
  const sheets = files && (await Promise.all(files.map((file) => readFile(file, 'utf8'))));
  const more = sheets === undefined ? {} : { sheets };
  return await atOneKeyboard(enter, async (come) => {
    const owner = await come(person, more);
    const asked = askedBy(options, (await demanded(owner))?.demand ?? NOTHING);
    const made = await proposeDemand(owner, asked);
    const state = await signTogether(
      owner,
      made,
      second.map((sheet, i) => () => come(sheet, { ...more, variable: nthSecond(i) })),
    );
    const { ways } = asked;
    return {
      json: { ...asked, ways, state },
      words:
        state === 'admitted'
          ? [
              `from now on: of who works here ${word(asked.staff)}, of patients ${word(asked.patients)}`,
              `desk ${asked.desk ?? 'none'}; ${ways.map(({ means, issuer }) => `${means} by ${issuer}`).join(', ') || 'no ways'}`,
            ]
          : [
              'proposed and signed, and it does NOT count yet: more owners must sign. Begin again with a --second for each of them',
            ],
      failed: state !== 'admitted',
    };
  });
}
