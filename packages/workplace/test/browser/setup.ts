/** Built once, before any file runs: the files run side by side and none may take a bundle away from another. */

import { buildFixture, buildWorkplace } from '../../build.ts';

export default async function setup(): Promise<void> {
  await buildWorkplace({ ifChanged: true });
  await buildFixture();
}
