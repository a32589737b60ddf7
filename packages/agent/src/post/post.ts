/**
 * Outgoing mail by SMTP (docs/spec/notices.md). It carries no word about a record: a mailbox is somebody else's computer. What did not go
 * is an error, and whoever sends keeps it for the next run.
 */

import { connect } from 'node:net';
import { agentError } from '../errors.ts';
import { ADDRESS } from './address.ts';
import type { PostConfig } from './config.ts';

export interface Letter {
  readonly to: string;
  readonly subject: string;
  readonly text: string;
}
export interface Post {
  /** Resolves when the mail server has taken it. Throws `agent/not-sent`, with `why` (`PostTrouble`), which names neither address nor text. */
  send(letter: Letter): Promise<void>;
  close(): void;
}

/**
 * Why a message did not go, as far as it can be said without the mail server's own words: it did not show that it is this server, it
 * speaks no TLS, it took too long, or anything else.
 */
export type PostTrouble = 'certificate' | 'no-tls' | 'too-slow' | 'not-taken';
const TROUBLE: Readonly<Record<PostTrouble, string>> = {
  certificate: 'the certificate of the mail server does not hold for its name; nothing was said to it',
  'no-tls': 'the mail server offers no TLS; nothing was said to it',
  'too-slow': 'the mail server took too long; the next run tries again',
  'not-taken': 'the mail server did not take the message; the next run tries again',
};
/** What Node calls a certificate that does not hold. */
const CERTIFICATE = /CERT|LEAF_SIGNATURE|SELF_SIGNED|ISSUER|HOSTNAME_MISMATCH|INVALID_CA|INVALID_PURPOSE/;

function troubleOf(error: unknown, late: boolean): PostTrouble {
  const { code, originalCode } = error as { code?: unknown; originalCode?: unknown };
  if (late || code === 'ETIMEDOUT') return 'too-slow';
  if (CERTIFICATE.test(String(originalCode ?? ''))) return 'certificate';
  return code === 'ETLS' ? 'no-tls' : 'not-taken';
}

export function openPost(config: PostConfig): Post {
  const { host, port, security, user, password, from, timeout, authority } = config;
  let late = false;
  // Loaded with the first message: most runs have none.
  const open = async () =>
    (await import('nodemailer')).createTransport({
      // The library counts silence; a server that dribbles would hold the run. Here one message has one deadline, all of it.
      getSocket: (_, done) => {
        const connection = connect({ host, port });
        const deadline = setTimeout(() => {
          late = true;
          connection.destroy(new Error('too slow'));
        }, timeout);
        connection.once('close', () => clearTimeout(deadline));
        connection.once('connect', () => done(null, { connection }));
        connection.once('error', (error) => done(error, {}));
      },
      ...{
        host,
        port,
        secure: security === 'tls',
        requireTLS: security === 'starttls',
        ignoreTLS: security === 'none',
      },
      ...(user === undefined || password === undefined ? {} : { auth: { user, pass: password } }),
      ...{ connectionTimeout: timeout, greetingTimeout: timeout, socketTimeout: timeout, dnsTimeout: timeout },
      // Said, so that nothing in the environment of this process switches it off.
      tls: { rejectUnauthorized: true, minVersion: 'TLSv1.2', ...(authority === undefined ? {} : { ca: authority }) },
      ...{ disableFileAccess: true, disableUrlAccess: true, logger: false },
    });
  let opened: ReturnType<typeof open> | undefined;
  return {
    async send({ to, subject, text }) {
      if (!ADDRESS.test(to)) throw agentError('not-sent', 'this is no address to send to');
      late = false;
      try {
        opened ??= open();
        await (await opened).sendMail({ from, to, subject, text });
      } catch (error) {
        // The reason of a mail server may repeat the address; it is not passed on.
        const why = troubleOf(error, late);
        throw agentError('not-sent', TROUBLE[why], { detail: { why } });
      }
    },
    close: () =>
      void opened?.then(
        (transport) => transport.close(),
        () => undefined,
      ),
  };
}
