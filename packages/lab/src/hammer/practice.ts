/** The practice that is hammered: a vault process, an agent in this one, four colleagues who are signed in at once. */

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadPolicy } from '@ketenkluis/access/node';
import { fileKeyStore, folderSource, nodeFetch, openState, sync } from '@ketenkluis/agent';
import { base64url, systemClock, systemRandom, type TeamId } from '@ketenkluis/base';
import { compileSelection, PROGRAMMES } from '@ketenkluis/care';
import { type Session, wire } from '@ketenkluis/client';
import { AS_OF, bear, enter, type Patient, patientsOf, storageOf, type Who, writeSource } from '../attacks/world.ts';
import { startVaultProcess } from '../demo/vault-process.ts';
import { type Acknowledged, acknowledged } from '../kills/journal.ts';
import { freePort } from '../ports.ts';

export interface Hammered {
  readonly vaultDir: string;
  readonly source: string;
  /** Everything acknowledged to anybody. */
  readonly journal: Acknowledged[];
  readonly log: { readonly origin: string; readonly key: string };
  /** Own teams by need. */
  readonly teams: ReadonlyMap<string, TeamId>;
  /** Family names as the records have them, by patient. */
  names(): ReadonlyMap<string, string>;
  patients(): Promise<readonly Patient[]>;
  signIn(who: Who): Promise<Session>;
  sync(): Promise<{ readonly changed: number; readonly ended: number }>;
  stopVault(): Promise<void>;
  close(): Promise<void>;
}

export async function makeHammered(options: { readonly patients: number; readonly seed: string }): Promise<Hammered> {
  const dir = mkdtempSync(join(tmpdir(), 'ketenkluis-hammer-'));
  const [vaultDir, agentDir] = [join(dir, 'vault'), join(dir, 'agent')];
  const { source } = writeSource(dir, options.patients, options.seed);
  const port = await freePort();
  const origin = `http://praktijk.localhost:${port}`;
  const bootstrapToken = base64url(systemRandom(24));
  const limits = { perMinute: 1_000_000, strictPerMinute: 1_000_000 };
  const vault = await startVaultProcess({ dir: vaultDir, port, origins: [origin], bootstrapToken, limits });
  const net = nodeFetch();
  const close = async (): Promise<void> => {
    net.close();
    await vault.stop();
    rmSync(dir, { recursive: true, force: true });
  };
  try {
    const journal: Acknowledged[] = [];
    const fetch = acknowledged(net.fetch, (line) => journal.push(line));
    const ports = { fetch, clock: systemClock, random: systemRandom };
    const { state, people, place } = await bear({ source, agentDir, origin, bootstrapToken, ...ports });
    const teams = new Map(state.register.teams.map(({ need, team }) => [need, team]));
    await state.close();
    const selection = compileSelection(Object.values(PROGRAMMES));
    const openAgent = () => openState({ dir: agentDir, random: systemRandom, keyStore: fileKeyStore(agentDir) });
    return {
      ...{ vaultDir, source, journal, teams, log: place.pins.log },
      names: () =>
        new Map(
          readFileSync(join(source, 'Patient.ndjson'), 'utf8')
            .split('\n')
            .filter(Boolean)
            .map((line) => {
              const { id, name } = JSON.parse(line) as { id: string; name: { family: string }[] };
              return [id, name[0]!.family];
            }),
        ),
      async patients() {
        const now = await openAgent();
        const found = patientsOf(now);
        await now.close();
        return found;
      },
      signIn: (who) => enter(wire(place, { ...ports, storage: storageOf(new Map()), policy: loadPolicy }), people[who]),
      async sync() {
        const now = await openAgent();
        const reading = await folderSource(source);
        try {
          const { changed, ended } = await sync({ state: now, source: reading, asOf: AS_OF, selection, ...ports });
          return { changed, ended };
        } finally {
          await reading.close();
          await now.close();
        }
      },
      stopVault: () => vault.stop(),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}
