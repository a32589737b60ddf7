import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { deflateSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ambientTokens, scanFolder, scanMemory } from './scan.ts';
import { spellings, TokenSearch } from './search.ts';
import { tokensOf } from './tokens.ts';

const token = fc
  .string({ unit: 'grapheme', minLength: 6, maxLength: 30 })
  .filter((text) => Buffer.byteLength(text) >= 6);
const tokens = Array.from({ length: 300 }, (_, i) => `Canarie-${(i * 7919).toString(36)}-${i}`);
const folder = () => mkdtempSync(join(tmpdir(), 'hostscan-'));

describe('host scan', () => {
  it('finds exactly what a slow search per spelling finds', () => {
    fc.assert(
      fc.property(
        fc.array(token, { minLength: 1, maxLength: 6 }),
        fc.uint8Array({ maxLength: 64 }),
        fc.nat(5),
        (list, noise, pick) => {
          const search = new TokenSearch(list);
          const options = spellings(list[0]!);
          const hay = Buffer.concat([noise, options[pick % options.length]!, noise]);
          const found = new Set<number>();
          search.scan(hay, found);
          const slow = search.tokens.flatMap((text, i) => (spellings(text).some((s) => hay.includes(s)) ? [i] : []));
          expect([...found].sort()).toEqual(slow);
          expect(found.has(0)).toBe(true);
        },
      ),
    );
  });

  it('R6: the control finds at least 99 % in an unsealed twin on disk, in every spelling', () => {
    for (const spell of [
      (text: string) => Buffer.from(text),
      (text: string) => Buffer.from(text, 'utf16le'),
      (text: string) => Buffer.from(Buffer.from(text).toString('hex')),
      (text: string) => Buffer.from(Buffer.from(`x${text}yy`).toString('base64')),
      (text: string) => Buffer.from(Buffer.from(`xx${text}`).toString('base64url')),
      (text: string) => deflateSync(text),
      (text: string) => gzipSync(text),
    ]) {
      const twin = folder();
      try {
        writeFileSync(
          join(twin, 'twin'),
          Buffer.concat(tokens.map((text) => Buffer.concat([spell(text), Buffer.of(0)]))),
        );
        const found = new Set<number>();
        scanFolder(new TokenSearch(tokens), twin, found);
        expect(found.size / tokens.length).toBeGreaterThanOrEqual(0.99);
      } finally {
        rmSync(twin, { recursive: true });
      }
    }
  });

  it('R6: finds deleted rows in the free pages of a database', () => {
    const twin = folder();
    try {
      const database = new DatabaseSync(join(twin, 'twin.db'));
      database.exec('create table t (x text)');
      for (const text of tokens) database.prepare('insert into t values (?)').run(text);
      database.exec('delete from t');
      database.close();
      const found = new Set<number>();
      scanFolder(new TokenSearch(tokens), twin, found);
      expect(found.size / tokens.length).toBeGreaterThanOrEqual(0.95);
    } finally {
      rmSync(twin, { recursive: true });
    }
  });

  it('R8: the control finds at least 99 % in the memory of a process that holds them', async () => {
    const program = `const held = JSON.parse(process.argv[1]).map((t) => Buffer.from(t).toString()); console.log('up'); setInterval(() => held, 1e6)`;
    const child = spawn(process.execPath, ['-e', program, JSON.stringify(tokens)]);
    try {
      await new Promise((resolve) => child.stdout.once('data', resolve));
      const found = new Set<number>();
      const read = scanMemory(new TokenSearch(tokens), child.pid!, found);
      expect(read).toBeGreaterThan(10 << 20);
      expect(found.size / tokens.length).toBeGreaterThanOrEqual(0.99);
    } finally {
      child.kill();
    }
  });

  it("leaves out a name that the program's own text holds, for it may copy parts of that when they are first needed", async () => {
    const own = new TokenSearch(['De_Morgan%27s', 'Wilhelmina-Ongenoemd']);
    const child = spawn(process.execPath, ['-e', "console.log('up'); setInterval(() => undefined, 1e6)"]);
    try {
      await new Promise((resolve) => child.stdout.once('data', resolve));
      expect([...ambientTokens(own, child.pid!)]).toEqual([0]);
    } finally {
      child.kill();
    }
  });

  it('takes names, numbers and free text as tokens and leaves codes and dates', () => {
    const found = tokensOf({
      resourceType: 'Patient',
      birthDate: '1950-03-04',
      identifier: [{ system: 'http://fhir.nl/fhir/NamingSystem/bsn', value: '999911120' }],
      name: [{ family: 'Van der Testing', given: ['Wilhelmina'] }],
      text: { div: '<div>Mevrouw kwam met haar buurvrouw Truus op het spreekuur en vertelde over vroeger</div>' },
      code: { coding: [{ system: 'http://loinc.org', code: '4548-4' }] },
      effectiveDateTime: '2020-02-02',
    });
    expect(found).toContain('Wilhelmina');
    expect(found).toContain('999911120');
    expect(found).toContain('"birthDate":"1950-03-04"');
    expect(found.some((text) => text.includes('buurvrouw'))).toBe(true);
    expect(found).not.toContain('2020-02-02');
    expect(found).not.toContain('4548-4');
  });
});
