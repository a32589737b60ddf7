/**
 * How many looks one vault process answers, each with its durable line. Requests are made and signed beforehand and answers are only
 * counted, so that the computer that asks takes little of what is measured; one part each, and a whole dossier each.
 */

import { Agent, request as http } from 'node:http';
import { loadPolicy } from '@ketenkluis/access/node';
import { nodeFetch } from '@ketenkluis/agent';
import { systemClock, systemRandom } from '@ketenkluis/base';
import { parseWorklist, type WorklistRow } from '@ketenkluis/care';
import {
  memoryStorage,
  openDossier,
  openList,
  parseDeviceLink,
  readContent,
  type Session,
  signIn,
  takeDeviceLink,
  wire,
  worklistContent,
} from '@ketenkluis/client';
import { type NewPractice, newPractice, PEOPLE, type Person } from '../demo/world.ts';
import { DEFAULT_AS_OF, DEFAULT_SEED, writePractice } from '../generate/index.ts';
import { type Measured, percentile, processorTime, timed } from './figure.ts';
import type { Ground } from './ground.ts';

const PATIENTS = 200;
/** Nurses who look at the same time, each one look after the other. */
const NURSES = 24;
const WARM = 40;
const EACH = 300;

interface Made {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

interface Nurse {
  readonly session: Session;
  readonly rows: readonly WorklistRow[];
  /** The request that `work` would send; it is kept back. */
  caught(work: () => Promise<unknown>): Promise<Made>;
}

class KeptBack extends Error {}

async function nurseAt(practice: NewPractice, { name }: Person): Promise<Nurse> {
  const person = practice.people.find((one) => one.name === name)!;
  const storage = memoryStorage();
  const device = await takeDeviceLink(storage, parseDeviceLink(person.first.link));
  const net = nodeFetch();
  let catching = false;
  let caught: Made | undefined;
  const fetch: typeof net.fetch = async (url, init) => {
    if (!catching) return await net.fetch(url, init);
    caught = {
      path: new URL(url).pathname,
      headers: init.headers as Made['headers'],
      body: String(init.body),
    };
    throw new KeptBack('kept for later');
  };
  const ports = { fetch, clock: systemClock, random: systemRandom, storage, policy: loadPolicy };
  const session = await signIn(wire(practice.place, ports), {
    ...{ by: 'passphrase', device },
    passphrase: person.first.passphrase,
  });
  const opened = await openList(session, 'worklist');
  const { rows } = parseWorklist(readContent(worklistContent, opened.content).list);
  net.close();
  return {
    session,
    rows,
    caught: async (work) => {
      catching = true;
      caught = undefined;
      await work().then(
        () => undefined,
        () => undefined,
      );
      catching = false;
      if (caught === undefined) throw new Error('a look asked for nothing');
      return caught;
    },
  };
}

function send(agent: Agent, port: number, host: string, made: Made): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const headers = { ...made.headers, host, 'content-length': Buffer.byteLength(made.body) };
    const sent = http({ host: '127.0.0.1', port, agent, method: 'POST', path: made.path, headers }, (answer) => {
      const parts: Buffer[] = [];
      answer.on('data', (part: Buffer) => parts.push(part));
      answer.on('end', () => {
        if (answer.statusCode === 200) resolve(Buffer.concat(parts));
        else reject(new Error(`a look was answered with ${answer.statusCode}`));
      });
    });
    sent.on('error', reject);
    sent.end(made.body);
  });
}

export async function looks(on: Ground): Promise<readonly Measured[]> {
  const source = await on.folder('looks-source');
  writePractice({ patients: PATIENTS, seed: DEFAULT_SEED, asOf: DEFAULT_AS_OF, out: source });
  const staff: readonly Person[] = Array.from({ length: NURSES }, (_, i) => ({
    ...{ name: `Verpleegkundige ${i + 1}`, role: 'poh-s', passphrase: `wandel-lantaarn-${i + 1}` },
  }));
  const practice = await newPractice({
    ...{ vaultDir: await on.folder('looks-vault'), agentDir: await on.folder('looks-agent') },
    organisation: {
      host: 'drukte.localhost',
      practice: { name: 'Huisartsenpraktijk De Drukte', ura: '90000124', agb: '01999998' },
      staff: [...PEOPLE, ...staff],
    },
  });
  try {
    await practice.enrol(source, DEFAULT_AS_OF);
    await practice.sync(source, DEFAULT_AS_OF);
    const nurses: Nurse[] = [];
    for (const person of staff) nurses.push(await nurseAt(practice, person));
    return [
      ...(await measure(practice, nurses, 'of one part', 1)),
      ...(await measure(practice, nurses, 'of a whole dossier', Number.POSITIVE_INFINITY)),
    ];
  } finally {
    await practice.close();
  }
}

async function measure(
  { vault }: NewPractice,
  nurses: readonly Nurse[],
  what: string,
  most: number,
): Promise<Measured[]> {
  const made = new Map<Nurse, Made[]>();
  let parts = 0;
  for (const [which, nurse] of nurses.entries()) {
    const own: Made[] = [];
    for (let i = 0; i < WARM + EACH; i++) {
      const row = nurse.rows[(which + i * NURSES) % nurse.rows.length]!;
      const handles = row.handles.slice(0, most).map(({ handle }) => handle);
      parts += handles.length;
      const { dossier, facts } = row;
      own.push(await nurse.caught(() => openDossier(nurse.session, { dossier, handles, facts })));
    }
    made.set(nurse, own);
  }
  const agent = new Agent({ keepAlive: true, maxSockets: NURSES });
  const runs: number[] = [];
  let bytes = 0;
  const through = (from: number, to: number) =>
    Promise.all(
      nurses.map(async (nurse) => {
        const { host } = new URL(nurse.session.wire.place.origin);
        for (const one of made.get(nurse)!.slice(from, to)) {
          const { ms, value: answer } = await timed(() => send(agent, vault.port, host, one));
          if (answer.includes('"outcome":"deny"')) throw new Error('a look was refused');
          runs.push(ms);
          bytes += answer.length;
        }
      }),
    );
  await through(0, WARM);
  runs.length = 0;
  bytes = 0;
  const its = processorTime(vault.pid);
  const all = await timed(() => through(WARM, WARM + EACH));
  const each = (ms: number) => (ms / runs.length).toFixed(1);
  const spent = { vault: each(processorTime(vault.pid) - its), asker: each(all.cpu) };
  agent.destroy();
  return [
    {
      ...{ work: `looks ${what}, ${NURSES} nurses at once`, unit: '/s', runs: [(runs.length / all.ms) * 1000] },
      bar: { on: 'figure', at: 'least', value: 1000 },
      note: `${(parts / (NURSES * (WARM + EACH))).toFixed(1)} parts and ${Math.round(bytes / runs.length / 1024)} KB each; ${spent.vault} ms of the vault's processor time each, ${spent.asker} ms of who asks`,
    },
    {
      ...{ work: `the same, p99`, unit: 'ms', runs: [percentile(runs, 0.99)] },
      bar: { on: 'figure', at: 'most', value: 100 },
    },
  ];
}
