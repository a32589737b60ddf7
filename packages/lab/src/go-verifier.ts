/** The verifier in Go (go/verify), written from the spec pages alone: built where Go and its sumdb packages are. */

import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** Where Debian's golang-golang-x-mod-dev stands. */
const GOPATH = '/usr/share/gocode';
const SOURCE = join(import.meta.dirname, '..', 'go', 'verify', 'main.go');

export interface GoVerdict {
  readonly ok: boolean;
  readonly size: number;
  readonly root: string;
  readonly entries: number;
  readonly dossiers: number;
  readonly quorum: number;
  readonly confirmed: number;
  readonly fault?: string;
}

export const hasGo = (): boolean =>
  existsSync(join(GOPATH, 'src/golang.org/x/mod/sumdb/tlog')) &&
  spawnSync('go', ['version'], { stdio: 'ignore' }).status === 0;

/** Builds it into `dir`; answers how to run it on a folder. */
export function buildGoVerifier(dir: string): (folder: string, seen?: readonly string[]) => GoVerdict {
  const program = join(dir, 'verify');
  const env = { ...process.env, GO111MODULE: 'off', GOFLAGS: '', GOPATH };
  execFileSync('go', ['build', '-o', program, SOURCE], { env, stdio: 'inherit' });
  return (folder, seen = []) => {
    const { stdout } = spawnSync(program, [...seen.flatMap((path) => ['-seen', path]), folder], { encoding: 'utf8' });
    return JSON.parse(stdout) as GoVerdict;
  };
}
