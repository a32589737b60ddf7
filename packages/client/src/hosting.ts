/** Who runs the vault, who owns them, where the data lie and under which law: said by an owner, read by patients (docs/spec/own.md). */

import { newId } from '@ketenkluis/base';
import { type FactOf, factSchema, signStatement, statementsToWire } from '@ketenkluis/seal';
import { change } from './change.ts';
import { clientError } from './errors.ts';
import type { Session } from './session.ts';

export type Hosting = Pick<FactOf<'hosting'>, 'operator' | 'owner' | 'places' | 'law' | 'certificates'>;

/** By one owner. Throws `client/refused` for what is no such statement. */
export async function stateHosting(session: Session, said: unknown): Promise<void> {
  const read = factSchema.safeParse({
    ...(typeof said === 'object' ? said : {}),
    ...{ t: 'fact', v: 1, suite: 1, kind: 'hosting', id: newId('fact', session.wire.ports.random) },
    ...{ practice: session.practice, from: session.now(), until: null },
  });
  if (!read.success) {
    const place = read.error.issues[0]?.path.join('.') || 'the whole';
    throw clientError('refused', `what was said of the vault is wrong at: ${place}`);
  }
  const statement = await signStatement(read.data, session.keys().signer);
  const body = { ...statementsToWire([statement]), wraps: [] };
  await change(session, { endpoint: 'statements', class: 'admin', items: [], annexed: false, body });
}

/** What stands now; null where no owner said anything. */
export async function hostingOf(session: Session): Promise<Hosting | null> {
  const fact = (await session.people(true)).hostingAt(session.now());
  if (fact === undefined) return null;
  const { operator, owner, places, law, certificates } = fact;
  return { operator, owner, places, law, certificates };
}
