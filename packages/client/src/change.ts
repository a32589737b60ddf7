/** One signed change at the vault, believed only when its own line is in the log. */

import { committed } from '@ketenkluis/protocol';
import type { z } from 'zod';
import { type About, sealAnnex } from './annex.ts';
import { clientError } from './errors.ts';
import type { ProvedLine } from './log.ts';
import { checkOwnLine } from './release.ts';
import type { AskedItem } from './request.ts';
import type { Session } from './session.ts';

/** Sends one signed change, and believes it only when its own line is in the log. */
export async function change(
  session: Session,
  what: {
    readonly endpoint: 'write' | 'takeover' | 'declaration' | 'statements' | 'snapshot';
    readonly class: 'write' | 'look' | 'list' | 'admin' | 'sync';
    readonly items: readonly AskedItem[];
    readonly about?: About;
    readonly declared?: boolean;
    readonly event?: string;
    /** False for changes of people, which carry no annex. */
    readonly annexed?: boolean;
    readonly body: Readonly<Record<string, unknown>>;
  },
): Promise<{ readonly line: ProvedLine; readonly answer: z.infer<typeof committed> }> {
  const annex = what.annexed === false ? null : await sealAnnex(session, what.about ?? {});
  const log = await session.log();
  return await session.inTurn(async () => {
    const from = log.seen();
    const { message, request } = await session.signed(
      {
        ...(annex === null ? {} : { id: annex.id, annex: annex.hash }),
        class: what.class,
        action: what.endpoint,
        items: what.items,
        declared: what.declared ?? false,
        checkpoint: from,
      },
      annex === null ? what.body : { ...what.body, annex: annex.wire },
    );
    const answer = await session.call(what.endpoint, committed, message);
    const checkpoint = await log.accept(answer.checkpoint, answer.consistency, from);
    const line = log.line(answer.line, checkpoint);
    checkOwnLine(line, request, what.event);
    if (line.common?.outcome !== 'success') throw clientError('refused', 'the vault wrote down a refusal');
    return { line, answer };
  });
}
