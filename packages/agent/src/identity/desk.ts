/**
 * The desk where people of a practice sign on with something from outside. It runs with the agent, in the practice: who somebody is at
 * Dezi, and what they are called there, does not reach the vault. What leaves is a signed `assurance` for one session.
 */

import {
  base64url,
  type Clock,
  HOUR,
  MINUTE,
  type OrganisationId,
  type PersonId,
  plus,
  type Random,
  type SessionId,
  type Signer,
} from '@ketenkluis/base';
import { type Assurance, type Hash, type Statement, signStatement } from '@ketenkluis/seal';
import { Fingerprints } from '../contents.ts';
import type { Register } from '../register.ts';
import { type Flow, type Identified, type IdentityAdapter, identityRefused } from './adapter.ts';

const FLOW_LIFE = 10 * MINUTE;
const MAX_FLOWS = 1000;
/** The vault takes no longer one. */
const MAX_HOURS = 12;

export interface DeskOptions {
  readonly practice: OrganisationId;
  /** As the owners wrote it down when the practice was born. */
  readonly ura: string;
  /** Which person of the practice an identity belongs to, and in which role. */
  readonly personOf: (
    issuer: string,
    subject: string,
  ) => { readonly person: PersonId; readonly role: string } | undefined;
  /** Fingerprint of a citizen's identity under this person; without it nobody signs on with `eid`. */
  readonly citizen?: (person: PersonId, issuer: string, subject: string) => Hash;
  /** Role codes (UZI) that fit a role here; a role that is not listed fits none. */
  readonly roles: Readonly<Record<string, readonly string[]>>;
  readonly adapters: readonly IdentityAdapter[];
  readonly agent: Signer;
  readonly clock: Clock;
  readonly random: Random;
}

interface Open {
  readonly adapter: IdentityAdapter;
  readonly flow: Flow;
  readonly person: PersonId;
  readonly session: SessionId;
  readonly until: number;
}

export interface IdentityDesk {
  /** `secret` stays with whoever began and is needed to finish: a link that is sent to somebody else is worth nothing. */
  begin(ask: {
    readonly means: IdentityAdapter['means'];
    readonly person: PersonId;
    readonly session: SessionId;
  }): Promise<{ readonly url: string; readonly secret: string }>;
  /** Once per flow. Throws `agent/identity-refused`. */
  finish(ask: { readonly callback: string; readonly secret: string }): Promise<Statement<'assurance'>>;
}

/** Which identity belongs to whom, from the register of the practice. */
export const staffOf =
  (register: Register): DeskOptions['personOf'] =>
  (issuer, subject) => {
    const found = register.staff.filter(({ identities }) =>
      identities?.some((one) => one.issuer === issuer && one.subject === subject),
    );
    // Two people under one number is a mistake in the register, and nobody's identity.
    const [one, ...more] = found;
    return one === undefined || more.length > 0 ? undefined : { person: one.person, role: one.role };
  };

/**
 * Under a key that only the agent has, so that nobody who sees it can try numbers; and with the person in it, so that a parent who signs
 * on for two children is not seen to be one.
 */
export const citizenOf = ({
  fingerprintKey,
  practice,
}: Pick<Register, 'fingerprintKey' | 'practice'>): NonNullable<DeskOptions['citizen']> => {
  const prints = new Fingerprints(fingerprintKey);
  return (person, issuer, subject) => prints.of('eid', practice.organisation, person, issuer, subject) as Hash;
};

/** Writes down under which number or name a colleague is known outside; an owner does this, with the person at the desk. */
export function linkIdentity(register: Register, person: PersonId, issuer: string, subject: string): void {
  const member = register.staff.find((one) => one.person === person);
  if (!member) throw identityRefused('unknown-person');
  const others = (member.identities ?? []).filter((one) => one.issuer !== issuer);
  member.identities = [...others, { issuer, subject }];
}

export function identityDesk(options: DeskOptions): IdentityDesk {
  const { clock, random } = options;
  const open = new Map<string, Open>();
  const sweep = (): void => {
    for (const [secret, { until }] of open) if (until <= clock()) open.delete(secret);
  };

  /** Whose identity is this, here? */
  function belongs(found: Identified, asked: PersonId): void {
    const { ura, roles } = options;
    if (found.ura !== null && found.ura !== ura) throw identityRefused('other-organisation');
    const known = options.personOf(found.issuer, found.subject);
    if (known === undefined) throw identityRefused('unknown-person');
    if (known.person !== asked) throw identityRefused('other-person');
    const fitting = Object.hasOwn(roles, known.role) ? roles[known.role]! : [];
    if (found.role !== null && !fitting.includes(found.role)) throw identityRefused('role');
  }

  function citizenIn({ issuer, subject, ura, role }: Identified, person: PersonId): Hash {
    // Whoever is named for an organisation, or in a role, did not sign on as a citizen.
    if (options.citizen === undefined || ura !== null || role !== null) throw identityRefused('flow');
    return options.citizen(person, issuer, subject);
  }

  return {
    async begin({ means, person, session }) {
      const adapter = options.adapters.find((one) => one.means === means);
      if (adapter === undefined) throw identityRefused('flow');
      sweep();
      if (open.size >= MAX_FLOWS) throw identityRefused('flow');
      const { url, flow } = await adapter.begin();
      const secret = base64url(random(32));
      open.set(secret, { adapter, flow, person, session, until: clock() + FLOW_LIFE });
      return { url, secret };
    },
    async finish({ callback, secret }) {
      sweep();
      const flow = open.get(secret);
      // Used up whatever comes of it.
      open.delete(secret);
      if (flow === undefined || !URL.canParse(callback)) throw identityRefused('flow');
      const found = await flow.adapter.finish(callback, flow.flow);
      // Who a citizen is to the practice stands in the `own`, under two signatures: the vault compares.
      const citizen = flow.adapter.means === 'eid' ? citizenIn(found, flow.person) : null;
      if (citizen === null) belongs(found, flow.person);
      const at = clock();
      const limit = plus(at, MAX_HOURS * HOUR);
      if (found.until <= at) throw identityRefused('expired');
      const assurance: Assurance = {
        t: 'assurance',
        v: 1,
        suite: 1,
        practice: options.practice,
        person: flow.person,
        session: flow.session,
        level: found.level,
        means: flow.adapter.means,
        ...(citizen !== null && { subject: citizen }),
        by: options.agent.by as PersonId,
        at,
        until: found.until < limit ? found.until : limit,
      };
      return await signStatement(assurance, options.agent);
    },
  };
}
