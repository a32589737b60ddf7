/** `ketenkluis preview`, `init`, `enrol` and `sync`: the practice's own commands. */

import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import {
  endEnrolment,
  enrol as enrolBatch,
  folderSource,
  init as initPractice,
  type KeyStore,
  type NewStaff,
  nodeFetch,
  openPost,
  openState,
  preview as previewPractice,
  readPostConfig,
  recoveryCode,
  restoreState,
  type Source,
  type SyncResult,
  streamSource,
  sync as syncPractice,
} from '@ketenkluis/agent';
import { type LocalDate, localDate, parseLocalDate, systemClock, systemRandom } from '@ketenkluis/base';
import { compileSelection, PROGRAMMES, ROLE_IDS } from '@ketenkluis/care';
import { encodePracticeLink, parseDeviceLink, recordRecovery } from '@ketenkluis/client';
import { z } from 'zod';
import { type Enter, signInBySheet } from './enter.ts';
import { cliError } from './errors.ts';
import { mitzUse, mitzWords } from './mitz.ts';
import { alarmWords } from './output.ts';
import { progressBar } from './progress.ts';
import { type Outcome, say } from './say.ts';

const TOKEN = 'KETENKLUIS_BOOTSTRAP_TOKEN';

const day = (text: string | undefined): LocalDate =>
  text === undefined ? localDate(systemClock()) : parseLocalDate(text);
const selection = () => compileSelection(Object.values(PROGRAMMES));
const open = (source: string): Promise<Source> =>
  source === '-' ? streamSource(process.stdin) : folderSource(resolve(source));

export async function preview(options: {
  readonly source: string;
  readonly asOf?: string;
  readonly enrol?: string;
  readonly check?: boolean;
}): Promise<Outcome> {
  if (options.enrol !== undefined && options.enrol !== 'candidates') {
    throw cliError('bad-option', '--enrol takes one word: candidates');
  }
  const source = await open(options.source);
  try {
    const found = await previewPractice({
      source,
      asOf: day(options.asOf),
      check: options.check === true,
      ...(options.enrol === 'candidates' ? { enrol: 'candidates' as const } : {}),
      onLoose: (folders) => {
        for (const folder of folders) say(`others on this computer can read ${folder}`);
      },
    });
    const counts = (of: Readonly<Record<string, number>>) =>
      Object.entries(of)
        .map(([id, count]) => `${id} ${count}`)
        .join(', ');
    return {
      json: found,
      words: [
        `as of      ${found.asOf}`,
        `patients   ${found.patients}`,
        `candidates ${counts(found.candidates)}`,
        `enrolled   ${counts(found.enrolled) || 'nobody'}`,
        `fields     ${found.fields.kept} would leave, ${found.fields.dropped} would stay; ${found.skipped} lines needed no reading`,
        ...found.rejected.map(({ file, line, reason }) => `fault      ${file} line ${line}: ${reason}`),
      ],
    };
  } finally {
    await source.close();
  }
}

const practiceFile = z.strictObject({
  name: z.string().min(1),
  ura: z.string().regex(/^\d{8}$/),
  agb: z.string().regex(/^\d{8}$/),
  threshold: z.int().min(1).optional(),
  staff: z
    .array(
      z.strictObject({
        name: z.string().min(1),
        role: z.enum(ROLE_IDS),
        owner: z.boolean().optional(),
        logOfficer: z.boolean().optional(),
      }),
    )
    .min(1),
});

export async function init(options: {
  readonly dir: string;
  readonly vault: string;
  readonly practice: string;
  readonly sheets: string;
}): Promise<Outcome> {
  const token = process.env[TOKEN];
  if (!token) throw cliError('no-token', `put the vault's bootstrap token into the environment as ${TOKEN}`);
  const read = practiceFile.safeParse(JSON.parse(await readFile(options.practice, 'utf8')));
  if (!read.success) {
    const [issue] = read.error.issues;
    throw cliError('bad-practice-file', `${options.practice}: ${issue?.path.join('.')} ${issue?.message}`);
  }
  const sheets = resolve(options.sheets);
  await mkdir(sheets, { recursive: true, mode: 0o700 });
  if ((await readdir(sheets)).length > 0) throw cliError('not-empty', `${sheets} must be empty`);
  const { staff, threshold, ...practice } = read.data;
  const net = nodeFetch();
  try {
    const born = await initPractice({
      dir: resolve(options.dir),
      vaultUrl: options.vault,
      bootstrapToken: token,
      practice,
      staff: staff.map(
        ({ name, role, owner, logOfficer }): NewStaff => ({
          name,
          role,
          owner: owner === true,
          logOfficer: logOfficer === true,
          passphrase: recoveryCode(systemRandom),
        }),
      ),
      ...(threshold === undefined ? {} : { threshold }),
      fetch: net.fetch,
      clock: systemClock,
      random: systemRandom,
      progress: (what) => say(`${what} …`),
    });
    await born.state.close();
    const files = new Map<string, string>();
    for (const [i, text] of born.sheets.recovery.entries()) files.set(`recovery-${i + 1}.txt`, text);
    for (const [i, text] of born.sheets.exit.entries()) files.set(`exit-${i + 1}.txt`, text);
    born.people.forEach(({ name, first, second }, i) => {
      const way = (label: string, { link, passphrase }: typeof first) =>
        `${label}\n${options.vault}/#/apparaat/${link}\n${passphrase}\n`;
      files.set(`person-${i + 1}.txt`, `${name}\n\n${way('first device', first)}\n${way('second way in', second)}`);
    });
    const told = parseDeviceLink(born.people[0]!.first.link);
    const { authority, log, logTeam } = told;
    const pinned = encodePracticeLink({ practice: told.practice, authority, log, logTeam }, told.origin);
    const practiceLink = `${options.vault}/#/praktijk/${pinned}`;
    for (const [name, text] of files) await writeFile(join(sheets, name), `${text}\n`, { mode: 0o600 });
    return {
      json: { people: born.people.length, sheets: [...files.keys()], keyStore: born.keyStore, practiceLink },
      words: [
        born.keyStore,
        `${files.size} sheets in ${sheets}: print them, hand them to different people, and remove the folder`,
        `for a computer that others use, open once: ${practiceLink}`,
      ],
    };
  } finally {
    net.close();
  }
}

export async function enrol(options: {
  readonly dir: string;
  readonly source?: string;
  readonly asOf?: string;
  readonly confirm?: string;
  readonly candidates?: boolean;
  readonly notice?: string;
  readonly refuse?: readonly string[];
}): Promise<Outcome> {
  const asOf = day(options.asOf);
  const state = await openState({ dir: resolve(options.dir), random: systemRandom });
  try {
    for (const patient of options.refuse ?? []) endEnrolment(state.register, patient, 'refused', asOf);
    if (options.refuse) await state.save();
    if (options.confirm === undefined) {
      const refused = options.refuse?.length ?? 0;
      if (refused === 0)
        throw cliError('bad-option', 'name --confirm with an owner’s sheet, or --refuse with patients');
      return {
        json: { refused },
        words: [`${refused} refusals are remembered; the next sync takes their copies away`],
      };
    }
    if (options.source === undefined || options.notice === undefined) {
      throw cliError('bad-option', '--confirm needs --source and --notice: which text the patients were given');
    }
    const owner = await signInBySheet(options.confirm);
    const source = await open(options.source);
    try {
      const result = await enrolBatch({
        state,
        source,
        asOf,
        selection: selection(),
        at: systemClock(),
        random: systemRandom,
        who: options.candidates ? 'candidates' : 'participation',
        notice: { at: asOf, channel: 'practice', text: options.notice },
        owner: owner.signer,
        acceptSelection: true,
      });
      const { candidates, enrolled, already, refused } = result;
      return {
        json: result,
        words: [`${enrolled} enrolled of ${candidates} candidates; ${already} were already, ${refused} refused`],
      };
    } finally {
      await source.close();
      await owner.close();
    }
  } finally {
    await state.close();
  }
}

interface RestoreOptions {
  readonly dir: string;
  readonly mirror: string;
  readonly sheets: readonly string[];
  readonly person: string;
}

/** The register comes back on a new computer: sheets of several people, and first the line that says so. */
export async function restore(
  options: RestoreOptions,
  enter: Enter = signInBySheet,
  keyStore?: KeyStore,
): Promise<Outcome> {
  const sheets = await Promise.all(options.sheets.map((file) => readFile(file, 'utf8')));
  const colleague = await enter(options.person, { sheets });
  try {
    const state = await restoreState({
      ...(keyStore === undefined ? {} : { keyStore }),
      dir: resolve(options.dir),
      mirror: resolve(options.mirror),
      sheets,
      random: systemRandom,
      record: (shares) => recordRecovery(colleague.session, shares),
    });
    const patients = Object.keys(state.register.patients).length;
    const { sentence } = state.keyStore;
    await state.close();
    return {
      json: { patients, sheets: sheets.length, keyStore: sentence },
      words: [`the register of ${patients} patients is back; the log says who brought it`, sentence],
    };
  } finally {
    await colleague.close();
  }
}

function appointmentWords({ open, opened, closed, ignored }: SyncResult['appointments']): string[] {
  const nothing = Object.entries(ignored).map(([why, count]) => `${count} ${why}`);
  if (open + opened + closed + nothing.length === 0) return [];
  const left = nothing.length > 0 ? `; opened nothing: ${nothing.join(', ')}` : '';
  return [`appointments: ${open} steps stand, ${opened} new, ${closed} ended${left}`];
}

const endedWords = ({ endedLate }: SyncResult): string[] =>
  endedLate === 0 ? [] : [`ENDED TOO LATE: ${endedLate} copies stood for more than a day; let the sync run every day`];

const petitionWords = ({ open, late, next, told }: SyncResult['petitions']): string[] => [
  ...(open === 0 ? [] : [`requests of patients: ${open} wait for an answer, ${late} too long; the next by ${next}`]),
  ...(told === null ? [] : [`messages to patients: ${told.sent} sent, ${told.failed} wait for the next run`]),
];
const TROUBLE = {
  certificate: 'MAIL: the certificate of the mail server does not hold for its name; nothing is sent to it',
  'no-tls': 'MAIL: the mail server offers no TLS; nothing is sent to it',
  'too-slow': 'mail: the mail server took too long',
  'not-taken': 'mail: the mail server did not take a message',
} as const;
const weeklyWords = (weekly: SyncResult['weekly']): string[] =>
  weekly === null || weekly.sent + weekly.failed === 0
    ? []
    : [`the week's overview: ${weekly.sent} doctors told, ${weekly.failed} wait for the next run`];
const destructionWords = ({ todo, overdue, due }: SyncResult['destructions']): string[] =>
  todo === 0
    ? []
    : [
        overdue > 0
          ? `DESTRUCTION IN ARREARS: ${overdue} of ${todo} copies should be gone; see ketenkluis destroy`
          : `destruction: ${todo} copies to go, the next by ${due}`,
      ];

const outsideWords = ({ standing, fresh, named, size }: SyncResult['outside']): string[] => [
  standing === 'none'
    ? 'log: nobody outside confirms it'
    : `log: ${fresh} of ${named} witnesses spoke lately; ${size} lines are confirmed (${standing})`,
];

export async function sync(options: {
  readonly dir: string;
  readonly source: string;
  readonly mirror?: string;
  readonly asOf?: string;
  readonly mitz?: string;
  readonly post?: string;
}): Promise<Outcome> {
  const mitz = options.mitz === undefined ? null : await mitzUse(options.mitz);
  const post = options.post === undefined ? null : openPost(await readPostConfig(resolve(options.post)));
  const state = await openState({ dir: resolve(options.dir), random: systemRandom });
  const net = nodeFetch();
  const source = await open(options.source);
  const bar = progressBar();
  try {
    const result = await syncPractice({
      state,
      source,
      asOf: day(options.asOf),
      selection: selection(),
      fetch: net.fetch,
      clock: systemClock,
      random: systemRandom,
      onProgress: bar.update,
      ...(options.mirror === undefined ? {} : { mirror: resolve(options.mirror) }),
      ...(mitz === null ? {} : { mitz }),
      ...(post === null ? {} : { post }),
    });
    bar.stop();
    const { receipt, changed, packs, bytes } = result;
    return {
      json: { ...result, sent: net.sent() },
      words: [
        `${receipt.left} of ${receipt.patients} patients have a sealed copy; ${changed} dossiers changed`,
        `${packs} packs of ${bytes} bytes; ${net.sent()} bytes sent in all`,
        `fields: ${receipt.fields.kept} left, ${receipt.fields.dropped} stayed`,
        `source: ${receipt.source.became}`,
        ...receipt.source.loose.map((folder) => `others on this computer can read ${folder}`),
        ...endedWords(result),
        ...appointmentWords(result.appointments),
        ...mitzWords(result.mitz),
        ...outsideWords(result.outside),
        ...petitionWords(result.petitions),
        ...weeklyWords(result.weekly),
        ...(result.postTrouble === null ? [] : [TROUBLE[result.postTrouble]]),
        ...destructionWords(result.destructions),
        ...result.second.map(
          ({ line, first }) =>
            `line ${line} names the annex of line ${first}: have the log officer ask the colleague of line ${line} why they looked, and record the answer`,
        ),
        ...result.alarms.flatMap(alarmWords),
      ],
    };
  } finally {
    bar.stop();
    mitz?.close();
    post?.close();
    await source.close();
    net.close();
    await state.close();
  }
}
