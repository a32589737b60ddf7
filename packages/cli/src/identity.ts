/** `ketenkluis identity` and `desk`: under which number colleagues are known outside, and the desk where they sign on (docs/identity.md). */

import { resolve } from 'node:path';
import {
  citizenOf,
  deziAdapter,
  eidAdapter,
  identityDesk,
  linkIdentity,
  nodeSigner,
  oidcAdapter,
  openIdentityDoor,
  openState,
  readIdentityConfig,
  staffOf,
} from '@ketenkluis/agent';
import { fromBase64url, parseId, systemClock, systemRandom } from '@ketenkluis/base';
import { cliError } from './errors.ts';
import { type Outcome, say } from './say.ts';

/** Without a person: who is there, and what each is linked to. */
export async function identity(options: {
  readonly dir: string;
  readonly person?: string;
  readonly issuer?: string;
  readonly subject?: string;
}): Promise<Outcome> {
  const state = await openState({ dir: resolve(options.dir), random: systemRandom });
  try {
    const { register } = state;
    if (options.person !== undefined) {
      const { issuer, subject } = options;
      if (issuer === undefined || subject === undefined)
        throw cliError(
          'bad-option',
          '--person needs --issuer and --subject: who vouches, and under which number or name',
        );
      linkIdentity(register, parseId('person', options.person), issuer, subject);
      await state.save();
    }
    const staff = register.staff.map(({ person, name, role, identities = [] }) => ({ person, name, role, identities }));
    return {
      json: { staff },
      words: staff.map(
        ({ person, name, role, identities }) =>
          `${person}  ${name} (${role})  ${identities.map(({ issuer }) => issuer).join(', ') || 'not linked'}`,
      ),
    };
  } finally {
    await state.close();
  }
}

/** Serves until SIGINT or SIGTERM. The state is read at the start and not held: a sync may run meanwhile. */
export async function desk(options: {
  readonly dir: string;
  readonly config: string;
  readonly origin: readonly string[];
  readonly port: number;
  readonly host: string;
}): Promise<void> {
  const config = await readIdentityConfig(resolve(options.config));
  const state = await openState({ dir: resolve(options.dir), random: systemRandom });
  const { register } = state;
  await state.close();
  const { practice, agent } = register;
  const door = await openIdentityDoor({
    desk: identityDesk({
      practice: practice.organisation,
      ura: practice.ura,
      personOf: staffOf(register),
      citizen: citizenOf(register),
      roles: config.roles,
      adapters: [
        ...(config.oidc === undefined ? [] : [oidcAdapter(config.oidc, systemClock)]),
        ...(config.eid === undefined ? [] : [eidAdapter(config.eid, systemClock)]),
        ...(config.dezi === undefined ? [] : [deziAdapter(config.dezi, systemClock)]),
      ],
      agent: nodeSigner({ by: agent.person, seed: fromBase64url(agent.sign) }),
      clock: systemClock,
      random: systemRandom,
    }),
    origins: options.origin,
    host: options.host,
    port: options.port,
    phone: config.eid?.phone,
    proxies: config.proxies,
    refused: (why) => say(`a sign-on was refused: ${why}`),
  });
  say(`the desk listens on ${options.host}:${door.port} for ${options.origin.join(', ')}`);
  const stop = () => void door.close().then(() => process.exit(0));
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
}
