/** Files and folders for the vault's own user alone, whatever the umask is and whatever stood there before. */

import { chmodSync, closeSync, existsSync, mkdirSync, openSync } from 'node:fs';

export function privateFolder(path: string): void {
  mkdirSync(path, { recursive: true, mode: 0o700 });
  chmodSync(path, 0o700);
}

/** Makes it, empty, if it is not there. SQLite gives its `-wal` and `-shm` the mode of the database. */
export function privateFile(path: string): void {
  closeSync(openSync(path, 'a', 0o600));
  chmodSync(path, 0o600);
}

export function privateDatabase(path: string): void {
  privateFile(path);
  for (const beside of [`${path}-wal`, `${path}-shm`]) if (existsSync(beside)) chmodSync(beside, 0o600);
}
