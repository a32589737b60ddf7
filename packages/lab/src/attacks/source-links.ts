/** Records that the GP system joins, parts or gives to somebody else, to have a copy go on, or be seen, that should not. */

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { endEnrolment } from '@ketenkluis/agent';
import type { DossierId } from '@ketenkluis/base';
import { restrict } from '@ketenkluis/client';
import type { Attack } from './attack.ts';
import { handlesFor } from './looks.ts';
import { AS_OF, type Fork, type Patient } from './world.ts';

interface Record {
  readonly id: string;
  birthDate?: string;
  identifier?: unknown;
  link?: unknown;
}
const linkTo = (type: string, ...others: readonly string[]) =>
  others.map((other) => ({ type, other: { reference: `Patient/${other}` } }));

/** Changes patient records of this copy's export. */
function edit(fork: Fork, change: (record: Record) => void): void {
  const file = join(fork.source, 'Patient.ndjson');
  const lines = readFileSync(file, 'utf8').split('\n');
  const text = lines.map((line) => {
    if (line === '') return line;
    const record = JSON.parse(line) as Record;
    change(record);
    return JSON.stringify(record);
  });
  writeFileSync(file, text.join('\n'));
}
function recordsOf(fork: Fork): Record[] {
  const found: Record[] = [];
  edit(fork, (record) => void found.push({ ...record }));
  return found;
}
/** Enrolled patients, and records that are of nobody enrolled. */
function cast(fork: Fork): { readonly one: Patient; readonly two: Patient; readonly free: readonly string[] } {
  const [one, two] = fork.base.patients;
  const taken = new Set(fork.base.patients.map(({ id }) => id));
  const free = recordsOf(fork).flatMap(({ id }) => (taken.has(id) ? [] : [id]));
  return { one: one!, two: two!, free };
}
const birthOf = (fork: Fork, id: string): string => recordsOf(fork).find((one) => one.id === id)!.birthDate!;

/** Under which record of the export a dossier goes on after a sync; undefined: it has ended. */
async function under(fork: Fork, dossier: DossierId): Promise<string | undefined> {
  return fork.withAgent(async ({ register }) =>
    Object.keys(register.patients).find((id) => {
      const { enrolment } = register.patients[id]!;
      return enrolment?.state === 'enrolled' && enrolment.ids.dossier === dossier;
    }),
  );
}
/** Is the copy of this dossier gone from the vault? */
async function gone(fork: Fork, { dossier }: Patient): Promise<boolean> {
  return fork.withAgent(async ({ register }) =>
    Object.values(register.patients).some(
      ({ enrolment }) => enrolment?.state === 'ended' && enrolment.removed && enrolment.ids.dossier === dossier,
    ),
  );
}

/** One record in the place of another: `born` of the new one, so that both are one person, or two. */
async function mergeInto(fork: Fork, samePerson: boolean): Promise<string | undefined> {
  await fork.up();
  const { one, free } = cast(fork);
  const place = free[0]!;
  const born = birthOf(fork, one.id);
  edit(fork, (record) => {
    if (record.id === one.id) record.link = linkTo('replaced-by', place);
    if (record.id !== place) return;
    delete record.identifier;
    record.birthDate = samePerson ? born : `1931${born.slice(4)}`;
  });
  await fork.sync();
  return (await under(fork, one.dossier)) === place
    ? undefined
    : (await gone(fork, one))
      ? 'not carried over'
      : 'stays';
}

async function mergeWithRefusal(fork: Fork, linked: boolean): Promise<string | undefined> {
  await fork.up();
  const { one, two } = cast(fork);
  if (linked)
    edit(fork, (record) => {
      if (record.id === one.id) record.link = linkTo('replaces', two.id);
    });
  await fork.sync({ before: ({ register }) => endEnrolment(register, two.id, 'refused', AS_OF) });
  return (await gone(fork, one)) ? 'enrolment ended' : undefined;
}

async function splitInto(fork: Fork, count: number): Promise<string | undefined> {
  await fork.up();
  const { one, free } = cast(fork);
  const places = free.slice(0, count);
  const born = birthOf(fork, one.id);
  edit(fork, (record) => {
    if (record.id === one.id) record.link = linkTo('replaced-by', ...places);
    if (!places.includes(record.id)) return;
    delete record.identifier;
    record.birthDate = born;
  });
  await fork.sync();
  return (await gone(fork, one)) ? 'enrolment ended' : undefined;
}

async function reuse(fork: Fork, another: boolean): Promise<string | undefined> {
  await fork.up();
  const { one } = cast(fork);
  if (!another) fork.change(one);
  else
    edit(fork, (record) => {
      if (record.id !== one.id) return;
      delete record.identifier;
      record.birthDate = `1931${record.birthDate!.slice(4)}`;
    });
  await fork.sync();
  return (await gone(fork, one)) ? 'enrolment ended' : undefined;
}

async function loseRestriction(fork: Fork, restricted: boolean): Promise<string | undefined> {
  await fork.up();
  const { one, two } = cast(fork);
  if (restricted) {
    const nurse = await fork.signIn('nurse');
    const { facts } = handlesFor(one);
    await restrict(nurse, { dossier: one.dossier, facts, handles: null, excluded: 'outside', until: null });
  }
  const born = birthOf(fork, two.id);
  edit(fork, (record) => {
    if (record.id === one.id) record.link = linkTo('replaced-by', two.id);
    if (record.id === one.id) delete record.identifier;
    if (record.id === one.id) record.birthDate = born;
  });
  await fork.sync({
    // The export says another birth date than before: that is another attack.
    before: ({ register }) => void delete register.patients[one.id]!.marks,
  });
  return (await under(fork, two.dossier)) === undefined && (await under(fork, one.dossier)) === two.id
    ? 'the restricted dossier stays'
    : undefined;
}

const source = (
  of: Pick<Attack, 'name' | 'does' | 'expect' | 'without' | 'promise'> & {
    readonly work: (fork: Fork, wrong: boolean) => Promise<string | undefined>;
  },
): Attack => {
  const { work, ...attack } = of;
  return {
    ...attack,
    who: 'GP system',
    play: (fork) => work(fork, true),
    twin: async (fork) => (await work(fork, false)) === undefined,
  };
};

export const sourceLinks: readonly Attack[] = [
  source({
    name: 'merge-away-a-refusal',
    promise: 'P1',
    does: 'joins the record of somebody who refused with one that is enrolled, so that the copy goes on under it',
    expect: ['enrolment ended'],
    without: 'where no link is read the other record stays enrolled',
    work: mergeWithRefusal,
  }),
  source({
    name: 'merge-away-a-restriction',
    promise: 'P4',
    does: 'joins a record whose patient shut it to others with one that is open, so that the open dossier is the one that stays',
    expect: ['the restricted dossier stays'],
    without: "without a restriction the surviving record's own dossier stays",
    work: loseRestriction,
  }),
  source({
    name: 'merge-two-people',
    promise: 'P4',
    does: 'says that a record stands in the place of another one that is of somebody else, so that the dossier with its consents goes on with the wrong record',
    expect: ['not carried over'],
    without: 'where both are of one person the dossier goes on under the new record',
    work: (fork, wrong) => mergeInto(fork, !wrong),
  }),
  source({
    name: 'split-a-record-of-two-people',
    promise: 'P4',
    does: 'puts two records in the place of one, so that the dossier of both goes on as that of one of them',
    expect: ['enrolment ended'],
    without: 'with one record in its place the dossier goes on under that',
    work: (fork, wrong) => splitInto(fork, wrong ? 2 : 1),
  }),
  source({
    name: 'give-a-record-to-somebody-else',
    promise: 'P4',
    does: "uses an enrolled patient's record for another person, without a word",
    expect: ['enrolment ended'],
    without: 'another name alone is the same person, and the dossier goes on',
    work: reuse,
  }),
];
