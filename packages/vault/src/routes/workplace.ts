/** Serves the built workplace: hashed assets for ever, the page itself always fresh. */

import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import fastifyStatic from '@fastify/static';
import { vaultError } from '../errors.ts';
import { PROBLEM_TYPE, REFUSAL } from '../problems.ts';
import type { Api } from './api.ts';

export async function workplaceRoutes(api: Api, folder: string): Promise<void> {
  const root = resolve(folder);
  if (!existsSync(join(root, 'index.html'))) {
    throw vaultError(
      'bad-config',
      'the workplace folder has no index.html; build the workplace or leave the folder out',
    );
  }
  await api.register(fastifyStatic, {
    root,
    wildcard: false,
    cacheControl: false,
    setHeaders: (reply, path) => {
      const hashed = path.startsWith(join(root, 'assets'));
      reply.header('cache-control', hashed ? 'public, max-age=31536000, immutable' : 'no-cache');
    },
  });
  // Places inside the app are its own business: the page is the same.
  api.setNotFoundHandler((request, reply) => {
    const page =
      request.method === 'GET' &&
      !request.url.startsWith('/v1') &&
      (request.headers.accept ?? '').includes('text/html');
    if (page) return reply.header('cache-control', 'no-cache').sendFile('index.html');
    return reply.code(404).header('content-type', PROBLEM_TYPE).serializer(JSON.stringify).send(REFUSAL);
  });
}
