/** For tests: a keyholder as a process of its own, to be killed. `node keyholder.process.ts CONFIG.json` prints its port. */

import { readConfig, startKeyholder } from './index.ts';

const running = await startKeyholder(readConfig(process.argv[2]!));
process.stdout.write(`${running.port}\n`);
