/** `ketenkluis breach`: works on the practice's own register and mirror, and asks nobody. */

import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import {
  apForm,
  breachPatients,
  countsOf,
  exposureOf,
  hoursLeft,
  type Incident,
  letter,
  openBreach,
  openState,
  partName,
  practiceWorld,
  type Register,
} from '@ketenkluis/agent';
import { type Instant, instant, systemClock, systemRandom } from '@ketenkluis/base';
import { cliError } from './errors.ts';
import type { Outcome } from './say.ts';

/** An instant with its zone. Throws `cli/bad-option`. */
function moment(text: string | undefined, otherwise: Instant): Instant {
  if (text === undefined) return otherwise;
  const at = Date.parse(text);
  if (Number.isNaN(at) || !/(Z|[+-]\d{2}:\d{2})$/.test(text))
    throw cliError('bad-option', 'a time is written as 2026-03-01T08:00:00Z or with +01:00');
  return instant(at);
}

export interface BreachOptions {
  readonly dir: string;
  readonly mirror?: string;
  readonly out?: string;
  readonly what?: string;
  readonly aware?: string;
  readonly from?: string;
  readonly until?: string;
  readonly account?: readonly string[];
  readonly device?: readonly string[];
  readonly organisation?: readonly string[];
  readonly key?: readonly string[];
  readonly keyholder?: readonly string[];
  readonly backup?: string;
  readonly anybody?: boolean;
  readonly ids?: boolean;
  readonly supplement?: string;
  readonly reported?: string;
  readonly close?: boolean;
  readonly id?: string;
}

/** `TEAM=PUBLICKEY`. */
const keyOf = (text: string) => {
  const at = text.indexOf('=');
  if (at < 1) throw cliError('bad-option', '--key takes TEAM=PUBLIC-KEY, as the epoch of the team names it');
  return { team: text.slice(0, at), kem: text.slice(at + 1) };
};

function incidentOf(options: BreachOptions, now: Instant): Incident {
  const { account, device, organisation, key, keyholder, backup, anybody } = options;
  if (!account && !device && !organisation && !key && backup === undefined && anybody !== true)
    throw cliError(
      'bad-option',
      'say what it is about: --account, --device, --organisation, --key, --backup or --anybody',
    );
  return {
    from: moment(options.from, instant(0)),
    until: moment(options.until, now),
    ...(account && { accounts: account }),
    ...(device && { devices: device }),
    ...(organisation && { organisations: organisation }),
    ...(key && { keys: key.map(keyOf) }),
    ...(keyholder && { keyholders: keyholder }),
    ...(backup !== undefined && { backup: moment(backup, now) }),
    ...(anybody === true && { anybody }),
  };
}

/** By which ids an incident can be named: people of the practice with their devices, teams with the keys they had, keyholders. */
async function idsIn(register: Register, mirror: string): Promise<Outcome> {
  const { world } = await practiceWorld(mirror, register);
  const devicesOf = (person: string) =>
    [...world.devices].flatMap(([id, people]) => (people.includes(person) ? [id] : []));
  const people = register.staff.map(({ person, name, role }) => ({ person, name, role, devices: devicesOf(person) }));
  const teams = register.teams.map(({ team, role }) => ({
    ...{ team, role },
    keys: world.keys.filter((key) => key.team === team).map(({ kem, from, until }) => ({ kem, from, until })),
  }));
  const keyholders = [...new Set(world.heads.flatMap(({ held }) => held?.people ?? []))];
  const organisations = [...world.partners.keys()];
  return {
    json: { people, teams, keyholders, organisations },
    words: [
      ...people.map(
        ({ person, name, role, devices }) =>
          `${person} ${name} (${role}), devices: ${devices.join(' ') || 'none seen'}`,
      ),
      ...teams.flatMap(({ team, role, keys }) => keys.map(({ kem }) => `${team}=${kem} (${role})`)),
      ...keyholders.map((person) => `${person} (keyholder)`),
      ...organisations.map((one) => `${one} (partner)`),
    ],
  };
}

/** Counts only in what it prints; ids and words stay in the register and in the folder of `--out`. */
export async function breach(options: BreachOptions): Promise<Outcome> {
  const now = systemClock();
  const state = await openState({ dir: resolve(options.dir), random: systemRandom });
  try {
    const { register } = state;
    if (options.ids === true) {
      if (options.mirror === undefined) throw cliError('bad-option', '--mirror names the folder with the log');
      return await idsIn(register, resolve(options.mirror));
    }
    const files = register.breaches ?? [];
    if (options.id !== undefined) {
      const file = files.find(({ id }) => id === options.id);
      if (!file) throw cliError('bad-option', `--id ${options.id} is in no file of the register`);
      if (options.supplement !== undefined) file.supplements.push({ at: now, text: options.supplement });
      if (options.reported !== undefined) file.reported = { at: now, reference: options.reported };
      if (options.close === true) file.closed = now;
      await state.save();
    } else if (options.what !== undefined) {
      if (options.mirror === undefined) throw cliError('bad-option', '--mirror names the folder with the log');
      const incident = incidentOf(options, now);
      const found = await practiceWorld(resolve(options.mirror), register);
      const patients = breachPatients(found, exposureOf(found.world, incident));
      const file = openBreach(files, { what: options.what, aware: moment(options.aware, now), incident, patients });
      register.breaches = [...files, file];
      await state.save();
    }
    const all = register.breaches ?? [];
    const shown =
      options.id === undefined
        ? options.what === undefined
          ? undefined
          : all.at(-1)
        : all.find(({ id }) => id === options.id);
    if (shown && options.out !== undefined) {
      const out = resolve(options.out);
      await mkdir(join(out, 'brieven'), { recursive: true, mode: 0o700 });
      if ((await readdir(out)).length > 1) throw cliError('not-empty', `${out} is not empty; name a new folder`);
      const facts = { practice: register.practice, nameOf: partName, twoOwners: register.owners.length > 1 };
      await writeFile(join(out, 'melding-ap.md'), apForm(shown, facts), { mode: 0o600 });
      for (const patient of Object.keys(shown.patients)) {
        const text = letter(shown, patient, `patiënt ${patient} (vul de naam in uit het HIS)`, facts);
        if (text !== null)
          await writeFile(join(out, 'brieven', `${encodeURIComponent(patient)}.txt`), text, { mode: 0o600 });
      }
    }
    const rows = (shown ? [shown] : all).map((file) => ({
      id: file.id,
      ...countsOf(file.patients),
      hoursLeft: hoursLeft(file, now),
      reported: file.reported !== null,
      closed: file.closed !== null,
    }));
    return {
      json: { breaches: rows },
      words: rows.map(
        (row) =>
          `${row.id}: ${row.persons} persons, ${row.readable} readable (${row.read} read), ${row.ciphertext} ciphertext only; ${
            row.hoursLeft === null
              ? row.reported
                ? 'reported'
                : 'closed'
              : row.hoursLeft < 0
                ? 'the 72 hours are OVER'
                : `${row.hoursLeft} hours left to report`
          }`,
      ),
      failed: rows.some((row) => row.hoursLeft !== null && row.hoursLeft < 0),
    };
  } finally {
    await state.close();
  }
}
