import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { suites } from './index.ts';

const root = join(import.meta.dirname, '../../..');

describe('crypto inventory', () => {
  it('R13: the machine-readable inventory is what the code says', () => {
    execFileSync(process.execPath, ['--no-warnings', join(root, 'tools/crypto-inventory.mjs'), '--check']);
    const inventory = JSON.parse(readFileSync(join(root, 'docs/crypto-inventory.json'), 'utf8'));
    expect(inventory.suites).toHaveLength(suites().length);
    for (const { algorithms } of inventory.suites) {
      expect(algorithms.map((one: { quantum: string }) => one.quantum)).toContain('hybrid');
    }
  });
});
