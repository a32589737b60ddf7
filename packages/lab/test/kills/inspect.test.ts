import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadPolicy } from '@ketenkluis/access/node';
import { checkPack, folderSource, inspectionPack, sync, verifyMirror } from '@ketenkluis/agent';
import { fromBase64url, parseId, systemRandom } from '@ketenkluis/base';
import { compileSelection, PROGRAMMES } from '@ketenkluis/care';
import { openDossier, wire } from '@ketenkluis/client';
import { createVerifier } from '@ketenkluis/seal';
import { createVault } from '@ketenkluis/vault';
import { fakeClock } from '@ketenkluis/vault/testing';
import { expect, it } from 'vitest';
import { handlesFor } from '../../src/attacks/looks.ts';
import {
  AS_OF,
  BOOTSTRAP,
  bear,
  enter,
  fetchOf,
  ORIGIN,
  patientsOf,
  storageOf,
  vaultOptions,
  writeSource,
} from '../../src/attacks/world.ts';

it('R57: the inspection pack holds no clinical content and no patient, is signed, verifies offline and says what is outside', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'ketenkluis-inspect-'));
  const time = fakeClock();
  const running = await createVault(vaultOptions(join(dir, 'vault'), time));
  try {
    const { source, truth } = writeSource(dir, 40, 'inspect');
    const ports = { fetch: fetchOf(() => running.app), clock: time.clock, random: systemRandom };
    const agentDir = join(dir, 'agent');
    const { state, people, place } = await bear({
      ...{ source, agentDir, origin: ORIGIN, bootstrapToken: BOOTSTRAP, fetch: ports.fetch, clock: time.clock },
    });
    const mirror = join(dir, 'mirror');
    const selection = compileSelection(Object.values(PROGRAMMES));
    const once = async () => {
      const reading = await folderSource(source);
      time.move(1000);
      await sync({ state, source: reading, asOf: AS_OF, selection, ...ports, mirror });
      await reading.close();
    };
    await once();
    const nurse = await enter(
      wire(place, { ...ports, storage: storageOf(new Map()), policy: loadPolicy }),
      people.nurse,
    );
    const patients = patientsOf(state);
    const { handles, facts } = handlesFor(patients[0]!);
    await openDossier(nurse, { dossier: patients[0]!.dossier, handles, facts });
    await once();
    const out = join(dir, 'inspectie');
    const result = await inspectionPack({ register: state.register, mirror, out, clock: time.clock });
    expect(result).toMatchObject({ verified: true });

    const files = readdirSync(out, { recursive: true, withFileTypes: true }).filter((one) => one.isFile());
    const text = files.map((one) => readFileSync(join(one.parentPath, one.name), 'utf8')).join('\n');
    // Nothing of the practice's records: every planted canary, every family name, every patient id of the GP system.
    expect(truth.canaries.length).toBeGreaterThan(20);
    for (const { token } of truth.canaries) expect(text).not.toContain(token);
    const records = readFileSync(join(source, 'Patient.ndjson'), 'utf8').split('\n').filter(Boolean);
    for (const record of records) {
      const { id, name } = JSON.parse(record) as { id: string; name: { family: string }[] };
      expect(text).not.toContain(id);
      if (name[0]!.family.length > 5) expect(text).not.toContain(name[0]!.family);
    }
    expect(readdirSync(out).sort()).toEqual([
      ...['SHA256SUMS', 'SHA256SUMS.sig', 'inspectie.html', 'inspectie.pdf', 'logboek', 'manifest.json'],
      ...['ondertekenaar.pem', 'regels'],
    ]);
    const page = readFileSync(join(out, 'inspectie.html'), 'utf8');
    expect(page).toContain('Het HIS van de praktijk heeft een eigen logboek');
    expect(page).toMatch(/<td>Sanne Kuipersma<\/td><td class="r">1<\/td>/);
    expect(page).toContain(`<th scope="row">Aangemeld</th><td>${patients.length}</td>`);
    // The log in it is whole by itself; the sums are the agent's, by the card in that log.
    expect(await verifyMirror(join(out, 'logboek'))).toMatchObject({ ok: true, size: result.lines });
    const sums = new Uint8Array(readFileSync(join(out, 'SHA256SUMS')));
    const signature = new Uint8Array(readFileSync(join(out, 'SHA256SUMS.sig')));
    const agent = parseId(
      'person',
      (JSON.parse(readFileSync(join(out, 'manifest.json'), 'utf8')) as { by: string }).by,
    );
    const card = (await nurse.people()).cardOf(agent, time.clock())!;
    expect(await createVerifier().verify(fromBase64url(card.sign), sums, signature)).toBe(true);
    expect(await checkPack(out)).toMatchObject({ ok: true, faults: [] });
    await expect(inspectionPack({ register: state.register, mirror, out, clock: time.clock })).rejects.toThrow(
      'not empty',
    );
    await state.close();
  } finally {
    await running.stop();
    rmSync(dir, { recursive: true, force: true });
  }
});
