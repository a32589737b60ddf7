/** The transparency-dev proof vectors: the committed copy always, the archive too where it is. See vectors/README.md. */

import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { verifyConsistency, verifyInclusion } from './tree.ts';

interface Vector {
  readonly desc: string;
  readonly wantErr: boolean;
  readonly proof: readonly string[] | null;
  readonly [field: string]: unknown;
}
type Vectors = Readonly<Record<string, Vector>>;

const bytes = (value: unknown) => Uint8Array.from(Buffer.from(String(value), 'base64'));

function accepts(name: string, { proof, ...vector }: Vector): boolean {
  const path = (proof ?? []).map(bytes);
  if (name.startsWith('inclusion')) {
    return verifyInclusion({
      index: Number(vector.leafIdx),
      size: Number(vector.treeSize),
      leafHash: bytes(vector.leafHash),
      proof: path,
      root: bytes(vector.root),
    });
  }
  return verifyConsistency({
    oldSize: Number(vector.size1),
    size: Number(vector.size2),
    oldRoot: bytes(vector.root1),
    root: bytes(vector.root2),
    proof: path,
  });
}
function check(vectors: Vectors): void {
  for (const [name, vector] of Object.entries(vectors)) {
    expect(accepts(name, vector), `${name}: ${vector.desc}`).toBe(!vector.wantErr);
  }
}

const committed: Vectors = JSON.parse(readFileSync(join(import.meta.dirname, '../vectors/merkle.json'), 'utf8'));
const archive = join(import.meta.dirname, '../../../../shared/data/crypto-vectors.tar.gz');
const scratch = existsSync(archive) ? mkdtempSync(join(tmpdir(), 'merkle-')) : undefined;
if (scratch) execFileSync('tar', ['-xzf', archive, '-C', scratch]);
afterAll(() => scratch && rmSync(scratch, { recursive: true }));

describe('transparency-dev vectors', () => {
  it('R41: inclusion and consistency proofs, good and bad', () => {
    expect(Object.keys(committed).length).toBe(196);
    expect(Object.values(committed).filter((vector) => !vector.wantErr).length).toBeGreaterThan(10);
    check(committed);
  });

  it(
    scratch ? 'the whole archive' : 'the archive is absent: 0 of its files run, its 196 usable ones are committed',
    () => {
      if (!scratch) return;
      const root = join(scratch, 'merkle-transparency-dev/testdata');
      const names = readdirSync(root, { recursive: true, withFileTypes: true })
        .filter((file) => file.isFile())
        .map((file) => relative(root, join(file.parentPath, file.name)));
      const usable = names.filter((name) => !name.startsWith('subtree'));
      const found = Object.fromEntries(
        usable.map((name) => [name, JSON.parse(readFileSync(join(root, name), 'utf8'))]),
      );
      expect(found).toEqual(committed);
      check(found);
    },
  );
});
