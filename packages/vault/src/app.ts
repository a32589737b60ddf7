/** The HTTP side: limits, headers, logs without ids, one refusal for outsiders, and the routes by group. */

import cors from '@fastify/cors';
import rateLimit from '@fastify/rate-limit';
import swagger from '@fastify/swagger';
import { newId, type OrganisationId } from '@ketenkluis/base';
import { type FastifyServerOptions, fastify, LogController } from 'fastify';
import { createJsonSchemaTransform, serializerCompiler, validatorCompiler } from 'fastify-type-provider-zod';
import helmet from 'helmet';
import { findCaller } from './auth.ts';
import { vaultError } from './errors.ts';
import { createMetrics } from './metrics.ts';
import { PROBLEM_TYPE, REFUSAL, sendProblem } from './problems.ts';
import { type Api, isStrict } from './routes/api.ts';
import { careRoutes } from './routes/care.ts';
import { keptRoutes } from './routes/kept.ts';
import { logRoutes } from './routes/log.ts';
import { partnerRoutes } from './routes/partners.ts';
import { practiceRoutes } from './routes/practice.ts';
import { sessionRoutes } from './routes/sessions.ts';
import { statusRoutes } from './routes/status.ts';
import { urgentRoutes } from './routes/urgent.ts';
import { workplaceRoutes } from './routes/workplace.ts';
import { SOFTWARE, type Vault } from './vault.ts';

export interface AppOptions {
  readonly logger: FastifyServerOptions['loggerInstance'];
  /** Folder of the built workplace; without it only the API is served. */
  readonly workplace?: string | undefined;
  /** Origins of partners: whose workplace may speak to this vault, and to which vaults this workplace may speak. */
  readonly partners?: readonly string[] | undefined;
  /** Origins of keyholders that this workplace may ask. */
  readonly keyholders?: readonly string[] | undefined;
  /** Origins of desks where people sign on outside, which this workplace may ask. */
  readonly desks?: readonly string[] | undefined;
  /** Addresses of TLS proxies whose word for the caller's address counts. */
  readonly proxies?: readonly string[] | undefined;
  /** Requests a minute per session (or address), and per address where anybody may try. */
  readonly limits?: { readonly perMinute?: number; readonly strictPerMinute?: number } | undefined;
}

const REQUEST_ID = /^[A-Za-z0-9_-]{8,40}$/;

export async function createApp(vault: Vault, options: AppOptions): Promise<Api> {
  const app = fastify({
    ...(options.logger ? { loggerInstance: options.logger } : {}),
    logController: new LogController({ disableRequestLogging: true }),
    // What is said of a request names it itself (`requestId`).
    childLoggerFactory: (logger) => logger,
    bodyLimit: 64 * 1024,
    routerOptions: { maxParamLength: 200, caseSensitive: true },
    requestTimeout: 60_000,
    ...(options.proxies ? { trustProxy: [...options.proxies] } : {}),
    genReqId: (request) => {
      const sent = request.headers['x-request-id'];
      return typeof sent === 'string' && REQUEST_ID.test(sent) ? sent : newId('request', vault.random);
    },
  });
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler<Parameters<typeof serializerCompiler>[0]['schema']>((route) => {
    const serialize = serializerCompiler(route);
    // As bytes: a socket takes a long text many times more slowly. Fastify sends both, its types name the text only.
    return (answer) => Buffer.from(serialize(answer)) as unknown as string;
  });
  const api: Api = app.withTypeProvider();
  const metrics = createMetrics();
  const partners = [...(options.partners ?? [])];

  // Made once: they are the same for every answer.
  const shield = helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        // Argon2id runs as WebAssembly.
        scriptSrc: ["'self'", "'wasm-unsafe-eval'"],
        workerSrc: ["'self'"],
        connectSrc: ["'self'", ...partners, ...(options.keyholders ?? []), ...(options.desks ?? [])],
        // The component library writes style elements; no style can run code or load from elsewhere.
        styleSrc: ["'self'", "'unsafe-inline'"],
        imgSrc: ["'self'", 'data:'],
        fontSrc: ["'self'"],
        manifestSrc: ["'self'"],
        baseUri: ["'none'"],
        formAction: ["'none'"],
        frameAncestors: ["'none'"],
      },
    },
    referrerPolicy: { policy: 'no-referrer' },
    strictTransportSecurity: vault.origins.every((origin) => origin.startsWith('https:')),
    crossOriginEmbedderPolicy: true,
  });
  api.addHook('onRequest', (request, reply, next) => shield(request.raw, reply.raw, next as () => void));
  // A session is a bearer token and no cookie, so that a browser brings nothing along by itself. Nobody else's page is answered.
  await api.register(cors, {
    origin: partners,
    methods: ['GET', 'POST'],
    allowedHeaders: ['authorization', 'content-type'],
    maxAge: 600,
    strictPreflight: true,
  });
  const strictPerMinute = options.limits?.strictPerMinute ?? 120;
  await api.register(rateLimit, {
    max: (request) =>
      isStrict(request.routeOptions.config.endpoint) ? strictPerMinute : (options.limits?.perMinute ?? 2400),
    timeWindow: 60_000,
    // One constant refusal has constant headers.
    addHeaders: {
      'x-ratelimit-limit': false,
      'x-ratelimit-remaining': false,
      'x-ratelimit-reset': false,
      'retry-after': true,
    },
    addHeadersOnExceeding: { 'x-ratelimit-limit': false, 'x-ratelimit-remaining': false, 'x-ratelimit-reset': false },
    keyGenerator: (request) => {
      const strict = isStrict(request.routeOptions.config.endpoint);
      // By address: a token counts for nothing before it is found to be one.
      return `${strict ? 'strict' : 'open'}/${request.ip}`;
    },
    errorResponseBuilder: () => vaultError('too-many', 'too many requests; wait a minute'),
  });
  await api.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title: 'Ketenkluis vault', version: SOFTWARE.split('/')[1]!, license: { name: 'EUPL-1.2' } },
    },
    transform: createJsonSchemaTransform({ skipList: ['/healthz', '/metrics', '/openapi.json'] }),
  });

  api.addHook('onRequest', async (request, reply) => {
    reply.header('x-request-id', request.id);
    if (request.url.startsWith('/v1')) reply.header('cache-control', 'no-store');
    const { practice } = (request.params ?? {}) as { readonly practice?: string };
    if (vault.standing.behind.has(practice as OrganisationId))
      throw vaultError('behind', 'this vault was put back from a backup and does not hold the newest lines');
  });
  // After the rate limit and before the body: outsiders are not read.
  api.addHook('preParsing', async (request) => {
    if (request.routeOptions.config.gate) await findCaller(vault, request);
  });
  api.addHook('onResponse', async (request, reply) => {
    const route = request.routeOptions.url ?? 'none';
    const status = reply.statusCode;
    metrics.request(route, request.method, status, reply.elapsedTime / 1000);
    request.log.info(
      { method: request.method, route, status, ms: Math.round(reply.elapsedTime), requestId: request.id },
      'answered',
    );
  });
  api.setErrorHandler((error, request, reply) => sendProblem(error, request, reply));

  statusRoutes(api, vault, metrics);
  practiceRoutes(api, vault);
  sessionRoutes(api, vault);
  careRoutes(api, vault);
  urgentRoutes(api, vault);
  partnerRoutes(api, vault);
  keptRoutes(api, vault);
  logRoutes(api, vault);
  if (options.workplace !== undefined) await workplaceRoutes(api, options.workplace);
  else {
    api.setNotFoundHandler((_request, reply) =>
      reply.code(404).header('content-type', PROBLEM_TYPE).serializer(JSON.stringify).send(REFUSAL),
    );
  }
  await api.ready();
  return api;
}
