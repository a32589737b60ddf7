/** One signed change at the vault, believed only when its own line is in the log. */

import { committed } from '@ketenkluis/protocol';
import type { z } from 'zod';
import { type About, sealAnnex } from './annex.ts';
import { clientError } from './errors.ts';
import type { ProvedLine } from './log.ts';
import { checkOwnLine } from './release.ts';
import type { AskedItem } from './request.ts';
import type { Session } from './session.ts';

interface Change {
  readonly endpoint:
    | 'write'
    | 'takeover'
    | 'declaration'
    | 'statements'
    | 'snapshot'
    | 'recovery'
    | 'recovery-prove'
    | 'propose'
    | 'proposal-end'
    | 'partner-directory'
    | 'refer'
    | 'end'
    | 'substitute'
    | 'call'
    | 'review-told'
    | 'review-close'
    | 'regrant'
    | 'keep'
    | 'kept-end'
    | 'consent'
    | 'record'
    | 'petition';
  readonly class: 'write' | 'look' | 'list' | 'admin' | 'sync' | 'session' | 'grant' | 'audit' | 'own' | 'say';
  readonly items: readonly AskedItem[];
  readonly about?: About;
  readonly declared?: boolean;
  readonly event?: string;
  /** False for changes of people, which carry no annex. */
  readonly annexed?: boolean;
  readonly body: Readonly<Record<string, unknown>>;
}

/** Sends one signed change, and believes it only when its own line is in the log. */
export const change = (
  session: Session,
  what: Change,
): Promise<{ readonly line: ProvedLine; readonly answer: z.infer<typeof committed> }> =>
  changeWith(session, what, committed);

/** The same where the answer says more. */
export async function changeWith<S extends z.ZodType<z.infer<typeof committed>>>(
  session: Session,
  what: Change,
  schema: S,
): Promise<{ readonly line: ProvedLine; readonly answer: z.infer<S> }> {
  const annex = what.annexed === false ? null : await sealAnnex(session, what.about ?? {}, what.items);
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
    const answer = await session.call(what.endpoint, schema, message);
    const checkpoint = await log.accept(answer.checkpoint, answer.consistency, from);
    const line = log.line(answer.line, checkpoint);
    checkOwnLine(line, request, what.event);
    if (line.common?.outcome !== 'success') throw clientError('refused', 'the vault wrote down a refusal');
    return { line, answer };
  });
}
