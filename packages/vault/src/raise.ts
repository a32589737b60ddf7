/**
 * Proof of the recovery key in the place of a sign-on outside (docs/identity.md, "The way back"; R14, R26). The `recovery` line stands first;
 * then a challenge that only k sheets together open, answered once, and a second line that says that this session was raised.
 */

import { createHash, timingSafeEqual } from 'node:crypto';
import { base64url, fromBase64url, type Instant, plus } from '@ketenkluis/base';
import { type proveRecovery, RAISE_LIFE, RAISE_WAITS, raiseInfo } from '@ketenkluis/protocol';
import { type Hash, hashOf, type Plaintext, sealTo } from '@ketenkluis/seal';
import type { z } from 'zod';
import { OWN_LEVEL, RECOVERED } from './assurance.ts';
import { refused, type Signed } from './auth.ts';
import { vaultError } from './errors.ts';
import { append, commonOf, item, SIGNED_CHECKS } from './lines.ts';
import { consistencyTo, proofOf } from './proofs.ts';
import type { Tx } from './storage/storage.ts';
import type { Vault } from './vault.ts';

const sha256 = (bytes: Uint8Array): Buffer => createHash('sha256').update(bytes).digest();
const hashOfKem = (kem: string): Hash => hashOf(fromBase64url(kem));

/** Only where a level is asked for and not reached; and no team key before the sheets were proved. Throws `vault/conflict`, `vault/bad-request`. */
export function checkRaise({ lack }: Signed, epochs: number): void {
  if (lack === null) throw vaultError('conflict', 'nothing more is asked of this session');
  if (epochs > 0) throw vaultError('bad-request', 'team keys come back after the session was raised');
}

/** A fresh challenge of this session; one that waited is void. Its answer is kept nowhere, only what it hashes to. */
export async function newRaise(vault: Vault, { practice, session, request }: Signed, kem: string) {
  const answer = vault.random(32);
  const own = { practice, session: session.session };
  return {
    keep: async (tx: Tx): Promise<void> => {
      const now = vault.clock();
      await tx.deleteFrom('raising').where('practice', '=', practice).where('until', '<=', now).execute();
      await drop(tx, own);
      const row = { answer: base64url(sha256(answer)) as Hash, kem: hashOfKem(kem), request: request.hash };
      await tx
        .insertInto('raising')
        .values({ ...own, ...row, until: plus(now, RAISE_WAITS) })
        .execute();
    },
    sealed: async (line: number): Promise<string> => {
      const info = raiseInfo({ ...own, person: session.person, line, request: request.hash });
      return base64url(await sealTo(fromBase64url(kem), info, answer as Uint8Array as Plaintext));
    },
  };
}

const drop = (tx: Tx, { practice, session }: Pick<Signed['session'], 'practice' | 'session'>) =>
  tx.deleteFrom('raising').where('practice', '=', practice).where('session', '=', session).execute();

/** The answer to this session's challenge, right or wrong, uses it up. Whatever is wrong is one refusal, and a line. */
export async function prove(vault: Vault, signed: Signed, body: z.infer<typeof proveRecovery>['body']) {
  const { practice, people, session, request } = signed;
  const own = { practice, session: session.session };
  const given = sha256(fromBase64url(body.answer));
  let until: Instant | null = null;
  let kem: string | undefined;
  const line = await append(vault, {
    practice,
    log: people.log,
    request,
    keys: [`session/${session.session}`],
    // As cards and the owners' record stand when this line's turn has come.
    before: async (at) => {
      const { keys } = (await vault.people.of(practice)) ?? people;
      if (keys.cardOf(session.person, at) !== undefined) kem = keys.authority?.recovery.kem;
    },
    plan: async (tx, at) => {
      const row = await tx
        .selectFrom('raising')
        .selectAll()
        .where('practice', '=', practice)
        .where('session', '=', session.session)
        .executeTakeFirst();
      const right =
        row !== undefined &&
        at < row.until &&
        kem !== undefined &&
        row.kem === hashOfKem(kem) &&
        timingSafeEqual(given, Buffer.from(row.answer, 'base64url'));
      if (!right) {
        return {
          common: commonOf(vault, people, request, at, {
            ...{ event: 'attempt', action: 'E', outcome: 'refused', reason: 'not-authenticated' },
          }),
          items: [],
          effect: async (write) => void (await drop(write, own)),
        };
      }
      const end = plus(at, RAISE_LIFE);
      until = end;
      return {
        common: commonOf(vault, people, request, at, { event: 'identity', action: 'E', outcome: 'success' }),
        // The line before it, by the request behind it: with which sheets (docs/spec/entry.md).
        items: [item({ kind: 'object', object: row.request, checks: SIGNED_CHECKS })],
        effect: async (write) => {
          await drop(write, own);
          await write
            .deleteFrom('session_level')
            .where('practice', '=', practice)
            .where('session', '=', session.session)
            .execute();
          await write
            .insertInto('session_level')
            .values({ ...own, level: OWN_LEVEL, means: RECOVERED, at, until: end, statement: null })
            .execute();
        },
      };
    },
  });
  if (until === null) throw refused();
  return {
    line: proofOf(line),
    checkpoint: line.checkpoint,
    consistency: await consistencyTo(vault, people.log, request.payload.checkpoint?.size, line.size),
    dossiers: [],
    until,
  };
}
