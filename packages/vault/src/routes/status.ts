/** For whoever runs the vault: is it well, how busy is it, what does it speak. */

import { z } from 'zod';
import { refused, tokenHash } from '../auth.ts';
import type { Metrics } from '../metrics.ts';
import { MAX_DRIFT, SOFTWARE, type Vault } from '../vault.ts';
import type { Api } from './api.ts';

const health = z.strictObject({
  status: z.enum(['ok', 'clock-drift', 'retention-unconfirmed', 'behind']),
  software: z.string(),
});
const LOOPBACK = new Set(['127.0.0.1', '::1', '::ffff:127.0.0.1']);

async function openReviewsHere(vault: Vault): Promise<number> {
  return vault.storage.read(async (tx) => {
    let open = 0;
    for (const { practice } of await tx.selectFrom('practice').select('practice').execute()) {
      const rows = await tx
        .selectFrom('review')
        .select('line')
        .where('practice', '=', practice)
        .where('closed', 'is', null)
        .execute();
      open += rows.length;
    }
    return open;
  });
}

export function statusRoutes(api: Api, vault: Vault, metrics: Metrics): void {
  api.get('/healthz', { schema: { response: { 200: health, 503: health } } }, async (_request, reply) => {
    await vault.storage.read((tx) => tx.selectFrom('practice').select('practice').limit(1).execute());
    const drifted = Math.abs(vault.drift()) > MAX_DRIFT;
    // Looks are answered all the same: nobody is sent away for it.
    const { unconfirmed, behind } = vault.standing;
    const alarm = behind.size > 0 ? 'behind' : unconfirmed > 0 ? 'retention-unconfirmed' : 'ok';
    const status = drifted ? 'clock-drift' : alarm;
    return reply.code(drifted ? 503 : 200).send({ status, software: SOFTWARE });
  });
  api.get('/metrics', async (request, reply) => {
    // How busy a practice is, is nobody else's business.
    const token = `Bearer ${vault.bootstrapToken}`;
    const known = tokenHash(request.headers.authorization ?? '') === tokenHash(token);
    const direct = LOOPBACK.has(request.ip) && request.headers['x-forwarded-for'] === undefined;
    if (!known && !direct) throw refused();
    metrics.drift(vault.drift());
    metrics.unconfirmed(vault.standing.unconfirmed);
    metrics.reviews(await openReviewsHere(vault));
    metrics.witnesses(await vault.witnesses.state());
    return reply.type(metrics.registry.contentType).send(await metrics.registry.metrics());
  });
  api.get('/openapi.json', async () => api.swagger());
}
