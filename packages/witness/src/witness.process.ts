/** For tests: a witness as a process of its own, to be killed. `node witness.process.ts CONFIG.json` prints its port. */

import { readConfig, startWitness } from './index.ts';

const running = await startWitness(readConfig(process.argv[2]!));
process.stdout.write(`${running.port}\n`);
