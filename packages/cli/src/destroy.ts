/** `ketenkluis destroy`: a patient asks that their copies be destroyed (docs/spec/destruction.md, R5). `backups`: how long those live. */

import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import {
  allowAgain,
  type Destruction,
  decideDestruction,
  destructionReport,
  GROUNDS,
  mirroredLines,
  mirroredStatements,
  openState,
  partnerAnswered,
  partnerLetter,
} from '@ketenkluis/agent';
import { localDate, parseId, parseLocalDate, systemClock, systemRandom } from '@ketenkluis/base';
import { SECOND, signInBySheet } from './enter.ts';
import { cliError } from './errors.ts';
import type { Outcome } from './say.ts';

interface Options {
  readonly dir: string;
  readonly mirror?: string;
  readonly patient?: string;
  readonly asked?: string;
  readonly person?: string;
  readonly second?: string;
  readonly refuse?: string;
  readonly why?: string;
  readonly number?: number;
  readonly partner?: string;
  readonly confirmed?: boolean;
  readonly declined?: string;
  readonly letters?: string;
  readonly allow?: boolean;
}
type State = Awaited<ReturnType<typeof openState>>;

async function decide(state: State, options: Options): Promise<void> {
  const { patient, person, second, mirror, why } = options;
  if (patient === undefined || person === undefined || second === undefined || mirror === undefined || !why)
    throw cliError(
      'bad-option',
      'a decision needs --patient, --mirror, --why, and the sheets of two people: --person, --second',
    );
  const ground = GROUNDS.find((one) => one === options.refuse);
  if (options.refuse !== undefined && ground === undefined)
    throw cliError('bad-option', `--refuse is one of ${GROUNDS.join(', ')}`);
  const folder = resolve(mirror);
  const now = systemClock();
  const owner = await signInBySheet(person);
  try {
    const other = await signInBySheet(second, { variable: SECOND });
    try {
      const people = await owner.session.people();
      await decideDestruction({
        ...{ register: state.register, patient, why, now, signers: [owner.signer, other.signer] },
        asked: options.asked === undefined ? localDate(now) : parseLocalDate(options.asked),
        decision: ground === undefined ? { what: 'destroy' } : { what: 'refuse', ground },
        statements: await mirroredStatements(folder),
        lines: await mirroredLines(folder),
        own: (dossier) => people.owns(now).some((one) => one.dossier === dossier),
        keyholders: people.keyholders !== undefined,
      });
      await state.save();
    } finally {
      await other.close();
    }
  } finally {
    await owner.close();
  }
}

/** Letters to partners whose copy waits for an answer; the practice fills in whom it is about. */
async function writeLetters(state: State, to: string): Promise<number> {
  const { destructions = [], partners, practice } = state.register;
  const out = resolve(to);
  await mkdir(out, { recursive: true, mode: 0o700 });
  let written = 0;
  for (const one of destructions) {
    for (const { what, organisation, state: stands } of one.copies) {
      if (what !== 'partner' || stands !== 'todo' || one.dossier === null) continue;
      const name = partners.find((partner) => partner.organisation === organisation)?.name ?? organisation!;
      const text = partnerLetter(one, practice.name, name, one.dossier);
      await writeFile(join(out, `${one.number}-${organisation}.txt`), text, { mode: 0o600 });
      written += 1;
    }
  }
  return written;
}

const wordsOf = (one: Destruction): string[] => [
  one.decision === 'refuse'
    ? `${one.number}: asked ${one.asked}, refused (${one.ground})`
    : `${one.number}: asked ${one.asked}, due ${one.due}`,
  ...one.copies.map(
    ({ what, organisation, state, at, due }) =>
      `   ${organisation ?? what}: ${state === 'todo' ? `to do, due ${due}` : `${state} on ${at}`}`,
  ),
];

/** Records a decision, a partner's answer, or lists everything. Exit 1 while a copy is in arrears. */
export async function destroy(options: Options): Promise<Outcome> {
  const state = await openState({ dir: resolve(options.dir), random: systemRandom });
  try {
    const { register } = state;
    const today = localDate(systemClock());
    if (options.allow) {
      if (options.patient === undefined || !allowAgain(register, options.patient))
        throw cliError('bad-option', '--allow needs the --patient whom a destruction made unknown here');
      await state.save();
    } else if (options.partner !== undefined) {
      if (options.number === undefined || (options.confirmed === true) === (options.declined !== undefined))
        throw cliError('bad-option', 'a partner’s answer needs --number, and --confirmed or --declined TEXT');
      const partner = parseId('organisation', options.partner);
      partnerAnswered(register, options.number, partner, today, options.declined ?? null);
      await state.save();
    } else if (options.patient !== undefined) await decide(state, options);
    const letters = options.letters === undefined ? 0 : await writeLetters(state, options.letters);
    const report = destructionReport(register, today);
    const all = register.destructions ?? [];
    return {
      json: {
        ...report,
        letters,
        destructions: all.map(({ number, asked, due, decision, ground, copies }) => ({
          ...{ number, asked, due, decision, ground },
          copies: copies.map(({ why: _, ...copy }) => copy),
        })),
      },
      words: [
        ...all.flatMap(wordsOf),
        ...(report.overdue > 0 ? [`${report.overdue} copies are IN ARREARS`] : []),
        ...(all.length === 0 ? ['nobody asked for destruction'] : []),
      ],
      failed: report.overdue > 0,
    };
  } finally {
    await state.close();
  }
}

/** Writes down how long the host and the practice say that their backups live; `inspect` shows it. */
export async function backups(options: {
  readonly dir: string;
  readonly host: number;
  readonly practice: number;
}): Promise<Outcome> {
  const { host, practice } = options;
  if (host > 30 || practice > 30) throw cliError('bad-option', 'backups live at most 30 days (docs/hosts.md)');
  const state = await openState({ dir: resolve(options.dir), random: systemRandom });
  try {
    state.register.backups = { host, practice, at: localDate(systemClock()) };
    await state.save();
    return {
      json: state.register.backups,
      words: [`backups: the host's live ${host} days, the practice's ${practice}`],
    };
  } finally {
    await state.close();
  }
}
