/** Makes sure that a program from Debian's packages is here: installs it when root, else says what to type. */

import { spawnSync } from 'node:child_process';

const present = (name: string) => spawnSync('sh', ['-c', `command -v ${name}`]).status === 0;
const missing = process.argv.slice(2).filter((name) => !present(name));

if (missing.length > 0) {
  const command = `apt-get update && apt-get install -y --no-install-recommends ${missing.join(' ')}`;
  if (process.getuid?.() !== 0) {
    console.error(`missing: ${missing.join(', ')}. Type: sudo sh -c '${command}'`);
    process.exit(1);
  }
  console.error(`installing ${missing.join(', ')} from Debian's packages`);
  const result = spawnSync('sh', ['-c', command], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  });
  const still = missing.filter((name) => !present(name));
  if (result.status !== 0 || still.length > 0) {
    console.error(`could not install ${still.join(', ')}. Type: ${command}`);
    process.exit(1);
  }
}
