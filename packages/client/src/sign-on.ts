/**
 * The practice's desk, where people sign on outside (docs/identity.md). Its address is the practice's word (demand.ts), and the host's where
 * the practice never said; what comes of it counts by the signature of the practice's agent alone, for one person in one session. Throws
 * `client/desk-away` where nobody answers within five seconds or nothing that can be read, `client/desk-refused` where the desk says no: it
 * says no more than that to anybody.
 */

import { fromUtf8, type PersonId, type SessionId } from '@ketenkluis/base';
import { desk as deskSchema, originFault, wireStatement } from '@ketenkluis/protocol';
import type { StatementWire } from '@ketenkluis/seal';
import { z } from 'zod';
import { clientError } from './errors.ts';
import type { Fetch } from './ports.ts';
import type { Session } from './session.ts';

/** Where it answers, what is asked of this person, and do they sign on as a citizen? Also before the session is open. */
export type DeskPlace = z.infer<typeof deskSchema>;
export const deskPlace = (session: Session): Promise<DeskPlace> => session.call('desk', deskSchema);

const means = z.strictObject({
  means: z.enum(['dezi', 'oidc', 'eid']),
  name: z.string().min(1).max(40),
  asks: z.enum(['substantial', 'high']).optional(),
  phone: z.boolean().optional(),
  issuer: z.string().min(1).max(500).optional(),
  loopback: z.literal(true).optional(),
});
/** Something to sign on with here. Of `eid`: what the practice asks of patients, and may they use a telephone at the desk? `issuer`: who vouches. `loopback`: a command may. */
export type SignOnMeans = z.infer<typeof means>;
const answers = {
  means: z.strictObject({ means: z.array(means).max(3) }),
  begun: z.strictObject({ url: z.url().max(8000), secret: z.string().max(100) }),
  begunPhone: z.strictObject({ link: z.url().max(500), secret: z.string().max(100) }),
  finished: z.strictObject({ assurance: wireStatement }),
};

/** Nobody waits longer for a desk that does not answer. */
const PATIENCE = 5000;
/** How long a flow lives at the desk, milliseconds. */
export const SIGN_ON_LIFE = 10 * 60_000;

export interface SignOnAbout {
  readonly person: PersonId;
  readonly session: SessionId;
}
/** A sign-on under way: where the person goes, and the secret without which nobody can finish it. Kept in memory. */
export interface BegunSignOn {
  readonly url: string;
  readonly secret: string;
  /** What the provider must give back with its answer; of nobody else's sign-on. */
  readonly state: string;
}

export interface DeskDoor {
  means(): Promise<readonly SignOnMeans[]>;
  /** `port`: of a command that listens on this machine, where the person comes back to. */
  begin(of: SignOnMeans['means'], about: SignOnAbout, port?: number): Promise<BegunSignOn>;
  /** `callback`: the address at which the person came back. */
  finish(begun: Pick<BegunSignOn, 'secret'>, callback: string): Promise<StatementWire>;
  /** For a patient at the desk, with their own telephone. */
  beginPhone(about: SignOnAbout): Promise<{ readonly link: string; readonly secret: string }>;
  /** `number`: what the telephone shows. */
  finishPhone(begun: { readonly secret: string }, number: string): Promise<StatementWire>;
}

/** Where a command on this machine waits for the person to come back (RFC 8252, 7.3). */
export const loopbackAddress = (port: number): string => `http://127.0.0.1:${port}/aangemeld`;

export function deskDoor(origin: string, fetch: Fetch): DeskDoor {
  if (originFault(origin) !== null) throw clientError('insecure-origin', 'the address of the desk is none');
  const ask = async <S extends z.ZodType>(path: string, answer: S, body?: unknown): Promise<z.infer<S>> => {
    let status: number;
    let json: unknown;
    try {
      const sent =
        body === undefined
          ? { method: 'GET', headers: {} }
          : { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
      const response = await fetch(`${origin}/identity/${path}`, { ...sent, signal: AbortSignal.timeout(PATIENCE) });
      status = response.status;
      const bytes = new Uint8Array(await response.arrayBuffer());
      json = status === 200 ? JSON.parse(fromUtf8(bytes)) : null;
    } catch (cause) {
      throw clientError('desk-away', 'the desk does not answer', { cause });
    }
    if (status === 403) throw clientError('desk-refused', 'this sign-on does not count here');
    const parsed = answer.safeParse(json);
    if (status !== 200 || !parsed.success) throw clientError('desk-away', 'the desk gives no answer that can be read');
    return parsed.data as z.infer<S>;
  };
  const word = async (body: unknown): Promise<StatementWire> =>
    (await ask('finish', answers.finished, body)).assurance as StatementWire;
  return {
    means: async () => (await ask('means', answers.means)).means,
    async begin(of, about, port) {
      const own = port === undefined ? {} : { port };
      const { url, secret } = await ask('begin', answers.begun, { means: of, ...about, ...own });
      const { protocol, searchParams } = new URL(url);
      const state = searchParams.get('state');
      // A link that a browser would run instead of follow is none.
      if ((protocol !== 'https:' && protocol !== 'http:') || !state)
        throw clientError('desk-away', 'the desk names no place to sign on');
      if (port !== undefined && searchParams.get('redirect_uri') !== loopbackAddress(port))
        throw clientError('desk-away', 'that sign-on would not come back to this machine');
      return { url, secret, state };
    },
    finish: ({ secret }, callback) => word({ callback, secret }),
    async beginPhone(about) {
      const { link, secret } = await ask('begin', answers.begunPhone, { means: 'eid', ...about, phone: true });
      if (originFault(new URL(link).origin) !== null) throw clientError('desk-away', 'the desk names no address');
      return { link, secret };
    },
    finishPhone: ({ secret }, number) => word({ number, secret }),
  };
}

/** What came back at the workplace's redirect page: an answer of the provider, or that the person stopped there; null: neither. */
export function cameBack(address: string): { readonly state: string; readonly cancelled: boolean } | null {
  const { searchParams } = new URL(address);
  const [state, code, error] = ['state', 'code', 'error'].map((name) => searchParams.get(name));
  if (!state || (!code && !error)) return null;
  return { state, cancelled: !code };
}
