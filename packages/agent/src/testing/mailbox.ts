/** A mail server in this process: keeps what it takes, and refuses when it is told to. */

import type { AddressInfo } from 'node:net';
import { SMTPServer } from 'smtp-server';
import type { Pem } from './tls.ts';

export interface TestMailbox {
  readonly port: number;
  readonly letters: { readonly from: string; readonly to: readonly string[]; readonly text: string }[];
  /** User and password of whoever signed on. */
  readonly tried: string[];
  refuse: boolean;
  close(): Promise<void>;
}

/** `tls`: with this certificate, from the first byte or when asked for (`STARTTLS`). */
export async function testMailbox(tls?: Pem & { readonly secure: boolean }): Promise<TestMailbox> {
  const letters: TestMailbox['letters'] = [];
  const server = new SMTPServer({
    ...{
      authOptional: true,
      disabledCommands: tls ? [] : ['STARTTLS', 'AUTH'],
      disableReverseLookup: true,
      logger: false,
    },
    ...tls,
    onAuth: ({ username, password }, _session, done) => {
      box.tried.push(`${username} ${password}`);
      done(null, { user: username });
    },
    onData(stream, session, done) {
      const parts: Buffer[] = [];
      stream.on('data', (part: Buffer) => parts.push(part));
      stream.on('end', () => {
        if (box.refuse) return done(new Error('mailbox of weg@b.example is full'));
        const { mailFrom, rcptTo } = session.envelope;
        const from = mailFrom === false ? '' : (mailFrom?.address ?? '');
        letters.push({ from, to: rcptTo.map(({ address }) => address), text: Buffer.concat(parts).toString('utf8') });
        done();
      });
    },
  });
  // A caller who does not believe the certificate hangs up; that is theirs to say.
  server.on('error', () => undefined);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const box: TestMailbox = {
    ...{ letters, tried: [], refuse: false, port: (server.server.address() as AddressInfo).port },
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
  return box;
}
