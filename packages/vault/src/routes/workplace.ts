/** Serves the built workplace as it stands now: hashed assets for ever, the page itself always fresh, nothing outside the folder. */

import { existsSync, realpathSync } from 'node:fs';
import { join, resolve, sep } from 'node:path';
import { vaultError } from '../errors.ts';
import { PROBLEM_TYPE, REFUSAL } from '../problems.ts';
import type { Api } from './api.ts';

const PAGE = 'index.html';

/** A file of the folder itself: a link that leads out of it is none. */
function isInside(root: string, path: string): boolean {
  try {
    return realpathSync(join(root, path)).startsWith(realpathSync(root) + sep);
  } catch {
    return false;
  }
}

export async function workplaceRoutes(api: Api, folder: string): Promise<void> {
  const root = resolve(folder);
  if (!existsSync(join(root, PAGE))) {
    throw vaultError(
      'bad-config',
      'the workplace folder has no index.html; build the workplace or leave the folder out',
    );
  }
  // A vault that serves no files does not load what serves them.
  const { default: fastifyStatic } = await import('@fastify/static');
  // Looked up at each request: a rebuilt bundle has other names.
  await api.register(fastifyStatic, {
    root,
    cacheControl: false,
    dotfiles: 'ignore',
    allowedPath: (path) => path.endsWith('/') || isInside(root, path),
    setHeaders: (reply, path) => {
      const hashed = path.startsWith(join(root, 'assets') + sep);
      reply.header('cache-control', hashed ? 'public, max-age=31536000, immutable' : 'no-cache');
    },
  });
  // Places inside the app are its own business: the page is the same. A missing asset is missing, not a page.
  api.setNotFoundHandler((request, reply) => {
    const page =
      request.method === 'GET' &&
      !/^\/(v1|assets)(\/|\?|$)/.test(request.url) &&
      (request.headers.accept ?? '').includes('text/html') &&
      existsSync(join(root, PAGE));
    if (page) return reply.header('cache-control', 'no-cache').sendFile(PAGE);
    return reply.code(404).header('content-type', PROBLEM_TYPE).serializer(JSON.stringify).send(REFUSAL);
  });
}
