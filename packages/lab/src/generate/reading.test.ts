/** The generated practice, read as a sync reads it, keeps what its slow twin keeps that skips nothing (R2). */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { folderSource, readPractice } from '@ketenkluis/agent';
import { addDays, addMonths } from '@ketenkluis/base';
import { compileSelection, PROGRAMMES } from '@ketenkluis/care';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DEFAULT_AS_OF, DEFAULT_SEED, writePractice } from './index.ts';

const PATIENTS = 120;

describe('the generated practice', () => {
  let dir: string;
  beforeAll(() => {
    dir = mkdtempSync(join(tmpdir(), 'ketenkluis-test-'));
    writePractice({ patients: PATIENTS, seed: DEFAULT_SEED, asOf: DEFAULT_AS_OF, out: dir });
  });
  afterAll(() => rmSync(dir, { recursive: true, force: true }));

  async function outcome(parseAll: boolean) {
    const taken = new Map<string, unknown[]>();
    const keep =
      (what: string) =>
      (...all: unknown[]) =>
        void taken.set(what, [...(taken.get(what) ?? []), all]);
    const { files, rejected, skipped, fields, ...reading } = await readPractice(await folderSource(dir), {
      asOf: DEFAULT_AS_OF,
      selection: compileSelection(Object.values(PROGRAMMES)),
      enrolled: 'candidates',
      booked: { from: addDays(DEFAULT_AS_OF, -7), to: addDays(DEFAULT_AS_OF, 42) },
      worked: addMonths(DEFAULT_AS_OF, -2),
      parseAll,
      sink: {
        restart: () => taken.clear(),
        records: keep('records'),
        contact: keep('contact'),
        booking: keep('booking'),
        registration: keep('registration'),
        work: keep('work'),
        bsn: keep('bsn'),
        dwelling: (patient, dwelling) => keep('dwelling')(patient, dwelling()),
      },
    });
    return { skipped, same: { ...reading, taken, kept: fields.kept, records: files.map((one) => one.records) } };
  }

  it('R2: read with lines skipped and with every line parsed it is the same, reasons of looks too', async () => {
    const [fast, slow] = [await outcome(false), await outcome(true)];
    expect(fast.same).toEqual(slow.same);
    for (const what of ['records', 'contact', 'booking', 'registration', 'work'])
      expect(fast.same.taken.get(what)?.length, what).toBeGreaterThan(10);
    expect(slow.skipped).toBe(0);
    expect(fast.skipped).toBeGreaterThan(1000);
  });
});
