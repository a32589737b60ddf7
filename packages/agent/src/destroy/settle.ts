/**
 * Carries a destruction through all copies (docs/spec/destruction.md, R5). Every step looks at what is, never at what a run before it
 * meant to do, so a run that was cut off anywhere is taken up by the next.
 */

import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { addDays, type DossierId, fromBase64url, type LocalDate, type OrganisationId } from '@ketenkluis/base';
import { decodeStatement } from '@ketenkluis/seal';
import { agentError } from '../errors.ts';
import { readIfThere } from '../files.ts';
import { readObjects } from '../mirror-files.ts';
import type { Register } from '../register.ts';
import { BACKUP_DAYS, type Copy, type Destruction } from './file.ts';

const copiesIn = (one: Destruction, what: Copy['what']): Copy[] => one.copies.filter((copy) => copy.what === what);
const waits = (one: Destruction, what: Copy['what']): boolean =>
  copiesIn(one, what).some(({ state }) => state === 'todo');

function done(one: Destruction, what: Copy['what'], today: LocalDate): void {
  for (const copy of copiesIn(one, what)) if (copy.state === 'todo') Object.assign(copy, { state: 'done', at: today });
}

/** With a copy that is still to go. */
export const openDestructions = (register: Register): Destruction[] =>
  (register.destructions ?? []).filter(
    ({ decision, copies }) => decision === 'destroy' && copies.some(({ state }) => state === 'todo'),
  );

/** After everything of a run was sent and the log was read again: what it says is gone, and what the register then forgets. One write of the register keeps all of it or none. */
export function forgetEnded(register: Register, today: LocalDate): void {
  for (const one of openDestructions(register)) {
    if (one.patient === null) continue;
    const enrolment = register.patients[one.patient]?.enrolment ?? null;
    if (enrolment?.state === 'enrolled' || (enrolment?.state === 'ended' && !enrolment.removed)) continue;
    done(one, 'vault', today);
    // Lists go before the end of a run: one that named this patient was sealed anew without them.
    done(one, 'lists', today);
    forget(register, one.patient, one.tag);
    if (one.dossier !== null) forgetLooks(register, one.dossier);
    one.patient = null;
    done(one, 'register', today);
  }
}

/** Every place of the register that names this patient. */
function forget(register: Register, patient: string, tag: string): void {
  delete register.patients[patient];
  for (const confirmation of register.confirmations) {
    const said = JSON.parse(confirmation.text) as { patients: string[][] };
    if (!said.patients.some(([first]) => first === patient)) continue;
    const patients = said.patients.map((row) => (row[0] === patient ? [tag, ...row.slice(1)] : row));
    Object.assign(confirmation, { text: JSON.stringify({ ...said, patients }), redacted: true });
  }
  for (const breach of register.breaches ?? []) {
    const parts = breach.patients[patient];
    if (parts === undefined) continue;
    delete breach.patients[patient];
    breach.patients[tag] = parts;
  }
  for (const colleague of register.staff) if (colleague.file === patient) delete colleague.file;
}

/** When somebody last looked, kept for the GPs' week and for who wants a message. */
function forgetLooks(register: Register, dossier: DossierId): void {
  if (register.looked !== undefined) register.looked = register.looked.filter((one) => one.dossier !== dossier);
  if (register.petitions !== undefined) delete register.petitions.looked[dossier];
}

/** Does anything of this dossier that is more than a line of the log stand in the folder? */
async function standsIn(mirror: string, dossier: DossierId): Promise<boolean> {
  const folder = join(mirror, 'objects');
  for (const name of await readdir(folder).catch(() => [])) {
    for (const { kind, bytes } of readObjects((await readIfThere(join(folder, name))) ?? new Uint8Array())) {
      if (kind !== 'statement') continue;
      const { payload } = decodeStatement(fromBase64url(bytes));
      // Packs and shares stand and go with their descriptor.
      if (['descriptor', 'grant', 'fact'].includes(payload.t) && 'dossier' in payload && payload.dossier === dossier)
        return true;
    }
  }
  return false;
}

/** At the end of a sync. `kept`: every keyholder holds exactly what is live; `mirror`: the folder that was just brought up to date. */
export async function settleCopies(
  register: Register,
  of: {
    readonly today: LocalDate;
    readonly kept: boolean;
    readonly mirror: string | undefined;
    readonly owned: (dossier: DossierId) => boolean;
  },
): Promise<void> {
  const { today, kept, mirror, owned } = of;
  const life = register.backups;
  const days = life === undefined ? BACKUP_DAYS : Math.max(life.host, life.practice);
  for (const one of openDestructions(register)) {
    if (one.patient !== null) continue;
    const { dossier } = one;
    if (kept) done(one, 'keyholders', today);
    if (dossier === null || !owned(dossier)) done(one, 'own', today);
    if (mirror !== undefined && waits(one, 'mirror') && (dossier === null || !(await standsIn(mirror, dossier))))
      done(one, 'mirror', today);
    // The newest backup that may hold it was made on the day before its last copy here went.
    const gone = [...copiesIn(one, 'register'), ...copiesIn(one, 'mirror')].map((copy) => copy.at);
    if (gone.every((at) => at !== null && addDays(at, days) <= today)) done(one, 'backups', today);
    if (one.copies.every(({ what, state }) => state !== 'todo' || what === 'backups')) one.dossier = null;
  }
}

/** A partner's answer. Throws `agent/bad-destruction` where nothing of theirs waits. */
export function partnerAnswered(
  register: Register,
  number: number,
  organisation: OrganisationId,
  today: LocalDate,
  declined: string | null,
): void {
  const one = openDestructions(register).find((of) => of.number === number);
  const copy = one?.copies.find((of) => of.organisation === organisation && of.state === 'todo');
  if (one === undefined || copy === undefined)
    throw agentError('bad-destruction', 'no copy of this partner waits for an answer under this number');
  Object.assign(copy, { state: declined === null ? 'done' : 'refused', at: today, why: declined });
  if (one.patient === null && one.copies.every(({ what, state }) => state !== 'todo' || what === 'backups'))
    one.dossier = null;
}

export interface DestructionReport {
  readonly requests: number;
  /** Copies that are still to go, and those of them whose day is over. */
  readonly todo: number;
  readonly overdue: number;
  /** The next day that something is due. */
  readonly due: LocalDate | null;
}

export function destructionReport(register: Register, today: LocalDate): DestructionReport {
  const todo = openDestructions(register).flatMap(({ copies }) => copies.filter(({ state }) => state === 'todo'));
  const days = todo.map(({ due }) => due).sort();
  return {
    requests: (register.destructions ?? []).length,
    todo: todo.length,
    overdue: days.filter((due) => due < today).length,
    due: days[0] ?? null,
  };
}

/** To a partner that received something: asks them to destroy it, and to confirm or say why not. Names nobody; the practice fills in. */
export const partnerLetter = (
  one: Destruction,
  practice: string,
  partner: string,
  dossier: string,
): string => `Aan: ${partner}
Van: ${practice}
Betreft: verzoek om vernietiging nummer ${one.number} (artikel 7:455 BW)

Een patiënt die u van ons kent, heeft op ${one.asked} gevraagd om de eigen gegevens te vernietigen. Wij hebben dat gedaan. U kreeg van ons gegevens over deze patiënt te zien.

Patiënt: ______________________________ (naam en geboortedatum, in te vullen door de praktijk)
Nummer van het dossier in Ketenkluis: ${dossier}

Wilt u vernietigen wat u van ons hebt bewaard, en dat vóór ${one.due} aan ons bevestigen? Moet of wilt u iets bewaren, bijvoorbeeld omdat u zelf behandelaar bent, schrijf ons dan wat en waarom.
`;
