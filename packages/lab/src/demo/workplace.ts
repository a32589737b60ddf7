/** The built workplace, made anew only if its sources changed. */

import { buildWorkplace } from '@ketenkluis/workplace/build';

export async function workplace(say: (line: string) => void): Promise<string> {
  const { dir, built } = await buildWorkplace({ ifChanged: true });
  if (built) say('built the workplace');
  return dir;
}
