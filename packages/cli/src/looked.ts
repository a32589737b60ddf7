/**
 * `ketenkluis looked`: who looked at one patient, with names, as a file (R39, R40, R46). Made where a key holder looks: the staff directory is
 * sealed, and who runs this opens it with a sheet of their own. The export is a line in the log before anything is read (R38).
 */

import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { openState } from '@ketenkluis/agent';
import { type DossierId, isId, systemRandom } from '@ketenkluis/base';
import { parseWorklist, ROLES, type RoleId } from '@ketenkluis/care';
import { clientError, directoryContent, openList, readContent, type Session } from '@ketenkluis/client';
import { exportAudit, FILE_KINDS, type FileKind, type RecordNames } from '@ketenkluis/client/audit-record';
import { type Enter, signInBySheet } from './enter.ts';
import { cliError } from './errors.ts';
import type { Outcome } from './say.ts';

export interface LookedOptions {
  readonly sheet: string;
  readonly out: string;
  readonly format: string;
  readonly dossier?: string;
  /** State of the agent, to find the dossier of `patient`. */
  readonly dir?: string;
  readonly patient?: string;
}

/** Throws `cli/bad-option`, what signing in throws, and what the vault refuses: then there is no file. */
export async function looked(options: LookedOptions, enter: Enter = signInBySheet): Promise<Outcome> {
  const kind = FILE_KINDS.find((one) => one === options.format);
  if (kind === undefined) throw cliError('bad-option', `--format is one of ${FILE_KINDS.join(', ')}`);
  const dossier = await dossierOf(options);
  const out = resolve(options.out);
  const { session, close } = await enter(options.sheet);
  try {
    const file = await fileOf(session, dossier, kind);
    // Names of people who looked: readable by this user alone, and never over another file.
    await writeFile(out, file, { mode: 0o600, flag: 'wx' });
  } finally {
    await close();
  }
  return { json: { dossier, format: kind, out }, words: [`${out} holds names: keep it as you keep a record`] };
}

async function dossierOf({ dossier, dir, patient }: LookedOptions): Promise<DossierId> {
  if ((dossier === undefined) === (patient === undefined))
    throw cliError('bad-option', 'name one --dossier, or one --patient with --dir');
  if (dossier !== undefined) {
    if (!isId('dossier', dossier)) throw cliError('bad-option', '--dossier is the number on the screen');
    return dossier;
  }
  if (dir === undefined)
    throw cliError('bad-option', '--patient needs --dir: only the register knows which dossier it is');
  const state = await openState({ dir: resolve(dir), random: systemRandom });
  try {
    const enrolment = state.register.patients[patient!]?.enrolment;
    if (enrolment?.state !== 'enrolled') throw cliError('bad-option', '--patient names nobody who takes part');
    return enrolment.ids.dossier;
  } finally {
    await state.close();
  }
}

async function fileOf(session: Session, dossier: DossierId, kind: FileKind): Promise<string> {
  const about = { purpose: 'wie keek meegeven' };
  const names = await namesFor(session, dossier);
  return (await exportAudit(session, { dossier, kind, names, about })).text;
}

/** What this person may open: everybody's name in the directory, the patient's where they treat them. */
async function namesFor(session: Session, dossier: DossierId): Promise<RecordNames> {
  const listed = async (slot: 'directory' | 'worklist') => {
    try {
      return (await openList(session, slot)).content;
    } catch (error) {
      // Not on a list of theirs: then nothing is named. Everything else is no answer.
      if (clientError.is(error, 'denied')) return null;
      throw error;
    }
  };
  const sealed = await listed('directory');
  const directory = sealed === null ? null : readContent(directoryContent, sealed);
  const list = await listed('worklist');
  const row =
    list === null
      ? undefined
      : parseWorklist((list as { list: unknown }).list).rows.find((one) => one.dossier === dossier);
  const agents = (await session.people()).cards(session.now()).filter((one) => one.kind === 'agent');
  const roleOf = (code: string) => ({ code, text: Object.hasOwn(ROLES, code) ? ROLES[code as RoleId].nl : code });
  return {
    reader: session.organisation,
    people: new Map([
      ...agents.map(
        ({ subject }) =>
          [subject, { name: 'Praktijkagent', role: { code: 'agent', text: 'programma in de praktijk' } }] as const,
      ),
      ...(directory?.people ?? []).map(({ person, name, role }) => [person, { name, role: roleOf(role) }] as const),
    ]),
    organisations: new Map([
      ...(directory === null ? [] : [[session.practice, directory.practice.name] as const]),
      ...(directory?.partners ?? []).map(({ organisation, name }) => [organisation, name] as const),
    ]),
    parts: new Map(row?.handles.map(({ handle, scope }) => [handle, scope]) ?? []),
    patients: new Map(row === undefined ? [] : [[dossier, row.name]]),
  };
}
