/** A mail server in this process: keeps what it takes, and refuses when it is told to. */

import type { AddressInfo } from 'node:net';
import { SMTPServer } from 'smtp-server';

export interface TestMailbox {
  readonly port: number;
  readonly letters: { readonly from: string; readonly to: readonly string[]; readonly text: string }[];
  refuse: boolean;
  close(): Promise<void>;
}

export async function testMailbox(): Promise<TestMailbox> {
  const letters: TestMailbox['letters'] = [];
  const server = new SMTPServer({
    ...{ authOptional: true, disabledCommands: ['STARTTLS', 'AUTH'], disableReverseLookup: true, logger: false },
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
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const box: TestMailbox = {
    ...{ letters, refuse: false, port: (server.server.address() as AddressInfo).port },
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
  return box;
}
