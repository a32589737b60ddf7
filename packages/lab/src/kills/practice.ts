/** The practice whose agent and vault are killed: a vault in a process of its own, records that change, people who look. */

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadPolicy } from '@ketenkluis/access/node';
import { fileKeyStore, nodeFetch, openState } from '@ketenkluis/agent';
import { base64url, systemClock, systemRandom } from '@ketenkluis/base';
import { openDossier, readContent, type Session, scopeContent, wire } from '@ketenkluis/client';
import { handlesFor } from '../attacks/looks.ts';
import { bear, enter, type Memory, type Patient, patientsOf, storageOf, writeSource } from '../attacks/world.ts';
import { freePort } from '../ports.ts';
import { type Acknowledged, acknowledged } from './journal.ts';
import { Child, Spares } from './processes.ts';
import { buildPrograms, type Programs } from './programs.ts';

const HOST = 'praktijk.localhost';

/** The vault that is running now, in a process that may be killed at any moment. */
export class VaultProcess {
  readonly #config: string;
  readonly #spares: Spares;
  #running: Child | null = null;

  constructor(program: string, config: object) {
    this.#config = JSON.stringify(config);
    this.#spares = new Spares(() => new Child(program, ''));
  }
  async start(): Promise<void> {
    const child = await this.#spares.take();
    child.say(this.#config);
    const said = await child.line();
    if (said === null || !said.includes('listening')) throw new Error(`the vault did not start: ${said}`);
    this.#running = child;
  }
  async kill(): Promise<void> {
    await this.#running?.kill();
    this.#running = null;
  }
  /** An orderly stop. */
  async stop(): Promise<void> {
    await this.#running?.end();
    this.#running = null;
  }
  async close(): Promise<void> {
    await this.kill();
    await this.#spares.close();
  }
}

export interface Practice {
  readonly dir: string;
  readonly vaultDir: string;
  readonly agentDir: string;
  readonly source: string;
  readonly programs: Programs;
  readonly vault: VaultProcess;
  /** Everything acknowledged to anybody, in the order it was heard. */
  readonly journal: Acknowledged[];
  /** The nurse's own device, which remembers; a new session when the old one ran out. */
  signIn(): Promise<Session>;
  /** Who is enrolled, from the agent's register; only while no agent is at work. */
  patients(): Promise<readonly Patient[]>;
  /** Verifier key of the log, as the practice was told. */
  readonly log: { readonly origin: string; readonly key: string };
  close(): Promise<void>;
}

export async function makePractice(options: { readonly patients: number; readonly seed: string }): Promise<Practice> {
  const dir = mkdtempSync(join(tmpdir(), 'ketenkluis-kills-'));
  const vaultDir = join(dir, 'vault');
  const agentDir = join(dir, 'agent');
  const programs = await buildPrograms();
  const { source } = writeSource(dir, options.patients, options.seed);
  const port = await freePort();
  const origin = `http://${HOST}:${port}`;
  const bootstrapToken = base64url(systemRandom(24));
  const limits = { perMinute: 1_000_000, strictPerMinute: 1_000_000 };
  const vault = new VaultProcess(programs.vault, { dir: vaultDir, port, origins: [origin], bootstrapToken, limits });
  const net = nodeFetch();
  const journal: Acknowledged[] = [];
  const close = async (): Promise<void> => {
    await vault.close();
    net.close();
    programs.remove();
    rmSync(dir, { recursive: true, force: true });
  };
  try {
    await vault.start();
    const fetch = acknowledged(net.fetch, (line) => journal.push(line));
    const { state, people, place } = await bear({
      source,
      agentDir,
      origin,
      bootstrapToken,
      fetch,
      clock: systemClock,
    });
    await state.close();
    const memory: Memory = new Map();
    const ports = { fetch, clock: systemClock, random: systemRandom, storage: storageOf(memory) };
    return {
      dir,
      vaultDir,
      agentDir,
      source,
      programs,
      vault,
      journal,
      log: place.pins.log,
      signIn: () => enter(wire(place, { ...ports, policy: loadPolicy }), people.nurse),
      async patients() {
        const now = await openState({ dir: agentDir, random: systemRandom, keyStore: fileKeyStore(agentDir) });
        const found = patientsOf(now);
        await now.close();
        return found;
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Records of patients as the GP system has them. */
type Named = { id: string; name: { family: string }[]; deceasedBoolean?: boolean; deceasedDateTime?: string };
const fileOf = (source: string): string => join(source, 'Patient.ndjson');
function changeRecord(source: string, id: string, change: (record: Named) => Named): void {
  const lines = readFileSync(fileOf(source), 'utf8')
    .split('\n')
    .map((line) => {
      if (line === '') return line;
      const record = JSON.parse(line) as Named;
      return record.id === id ? JSON.stringify(change(record)) : line;
    });
  writeFileSync(fileOf(source), lines.join('\n'));
}
export const rename = (source: string, id: string, family: string): void =>
  changeRecord(source, id, (record) => ({ ...record, name: record.name.map((name) => ({ ...name, family })) }));
/** Ends the enrolment at the next sync. */
export const die = (source: string, id: string, day: string): void =>
  changeRecord(source, id, ({ deceasedBoolean: _, ...record }) => ({ ...record, deceasedDateTime: day }));

/** What the nurse may open of a patient, by scope; null: everything is refused. */
export async function contentsOf(session: Session, patient: Patient): Promise<Map<string, string> | null> {
  const { handles, facts } = handlesFor(patient);
  const { parts } = await openDossier(session, { dossier: patient.dossier, handles, facts });
  const open = parts.flatMap((part) => {
    if (part.outcome === 'deny') return [];
    const { scope } = readContent(scopeContent, part.content);
    return [[scope, JSON.stringify(part.content)] as const];
  });
  return open.length === 0 ? null : new Map(open);
}
