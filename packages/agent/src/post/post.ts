/**
 * Outgoing mail by SMTP (docs/spec/notices.md). It carries no word about a record: a mailbox is somebody else's computer. What did not go
 * is an error, and whoever sends keeps it for the next run.
 */

import { connect } from 'node:net';
import { createTransport } from 'nodemailer';
import { agentError } from '../errors.ts';
import { ADDRESS } from './address.ts';
import type { PostConfig } from './config.ts';

export interface Letter {
  readonly to: string;
  readonly subject: string;
  readonly text: string;
}
export interface Post {
  /** Resolves when the mail server has taken it. Throws `agent/not-sent`, which names neither address nor text. */
  send(letter: Letter): Promise<void>;
  close(): void;
}

export function openPost(config: PostConfig): Post {
  const { host, port, security, user, password, from, timeout } = config;
  const transport = createTransport({
    // The library counts silence; a server that dribbles would hold the run. Here one message has one deadline, all of it.
    getSocket: (_, done) => {
      const connection = connect({ host, port });
      const deadline = setTimeout(() => connection.destroy(new Error('too slow')), timeout);
      connection.once('close', () => clearTimeout(deadline));
      connection.once('connect', () => done(null, { connection }));
      connection.once('error', (error) => done(error, {}));
    },
    ...{ host, port, secure: security === 'tls', requireTLS: security === 'starttls', ignoreTLS: security === 'none' },
    ...(user === undefined || password === undefined ? {} : { auth: { user, pass: password } }),
    ...{ connectionTimeout: timeout, greetingTimeout: timeout, socketTimeout: timeout, dnsTimeout: timeout },
    ...{ disableFileAccess: true, disableUrlAccess: true, logger: false },
  });
  return {
    async send({ to, subject, text }) {
      if (!ADDRESS.test(to)) throw agentError('not-sent', 'this is no address to send to');
      try {
        await transport.sendMail({ from, to, subject, text });
      } catch {
        // The reason of a mail server may repeat the address; it is not passed on.
        throw agentError('not-sent', 'the mail server did not take the message; the next run tries again');
      }
    },
    close: () => transport.close(),
  };
}
