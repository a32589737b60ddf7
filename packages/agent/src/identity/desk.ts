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
/** Under way at once. When there are as many, whoever has the most gives place to who has fewer. */
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
  /** Whoever asked, as the door tells callers apart. */
  readonly from: string;
  /** Of a sign-on with a telephone. */
  readonly phone: Phone | null;
}

/** A telephone that signs on for somebody at another screen: what it is given, and what it has to say back. */
interface Phone {
  readonly ticket: string;
  readonly url: string;
  /** Of the telephone that took the ticket; null until then. */
  secret: string | null;
  /** It came back: once, whatever comes of it. */
  back: boolean;
  found: Identified | null;
  readonly number: string;
  tries: number;
}

export interface Means {
  readonly means: IdentityAdapter['means'];
  readonly name: string;
  /** Who vouches for what is said there. */
  readonly issuer: string;
  /** Of `eid`: what is asked of patients, and may they use a telephone at the desk? */
  readonly asks?: 'substantial' | 'high';
  readonly phone?: boolean;
  /** May a command sign on with it, on the person's own machine? */
  readonly loopback?: true;
}
/** Typed over from a screen. */
const TICKET = '0123456789abcdefghjkmnpqrstvwxyz';
const TRIES = 3;

export interface IdentityDesk {
  /** `secret` stays with whoever began and is needed to finish: a link that is sent to somebody else is worth nothing. */
  begin(ask: {
    readonly means: IdentityAdapter['means'];
    readonly person: PersonId;
    readonly session: SessionId;
    readonly from?: string;
    /** Of the machine of whoever asks, where they come back to; only with means that may. */
    readonly port?: number;
  }): Promise<{ readonly url: string; readonly secret: string }>;
  /** Once per flow. Throws `agent/identity-refused`. */
  finish(ask: { readonly callback: string; readonly secret: string }): Promise<Statement<'assurance'>>;

  /** What people sign on with here, by name. */
  means(): readonly Means[];
  /**
   * At the desk, a patient signs on with their own telephone: it opens `link`, signs on, and shows a number that is typed where this
   * began. What comes of it pins who signed on, and opens nothing (`pin`).
   */
  beginPhone(ask: {
    readonly person: PersonId;
    readonly session: SessionId;
    readonly from?: string;
  }): Promise<{ readonly link: string; readonly secret: string }>;
  /** The name of what a ticket is for, and where it leads; undefined for none. */
  ticket(ticket: string): { readonly name: string; readonly url: string } | undefined;
  /** Once: the telephone that takes it is the one. */
  takeTicket(ticket: string): { readonly url: string; readonly secret: string };
  /** The telephone is back: the number that it shows. Throws `agent/identity-refused`. */
  returned(ask: { readonly callback: string; readonly secret: string }): Promise<string>;
  finishPhone(ask: { readonly number: string; readonly secret: string }): Promise<Statement<'assurance'>>;
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

  /** Room for one more of this caller: a stranger uses up their own share and nobody else's. */
  const makeRoom = (from: string): void => {
    sweep();
    if (open.size < MAX_FLOWS) return;
    const shares = Map.groupBy(open.keys(), (secret) => open.get(secret)!.from);
    const most = [...shares.values()].reduce((one, other) => (other.length > one.length ? other : one));
    if ((shares.get(from)?.length ?? 0) + 1 >= most.length) throw identityRefused('room');
    open.delete(most[0]!);
  };
  /** Whoever gets no room is refused before a provider is asked anything for them. */
  const adapterOf = (means: IdentityAdapter['means'], from: string): IdentityAdapter => {
    const adapter = options.adapters.find((one) => one.means === means);
    if (adapter === undefined) throw identityRefused('flow');
    makeRoom(from);
    return adapter;
  };
  const keep = (flow: Omit<Open, 'until'>): string => {
    makeRoom(flow.from);
    const secret = base64url(random(32));
    open.set(secret, { ...flow, until: clock() + FLOW_LIFE });
    return secret;
  };

  async function word({ adapter, person, session, phone }: Open, found: Identified): Promise<Statement<'assurance'>> {
    // Who a citizen is to the practice stands in the `own`, under two signatures: the vault compares.
    const citizen = adapter.means === 'eid' ? citizenIn(found, person) : null;
    if (citizen === null) belongs(found, person);
    const at = clock();
    const limit = plus(at, MAX_HOURS * HOUR);
    if (found.until <= at) throw identityRefused('expired');
    const assurance: Assurance = {
      t: 'assurance',
      v: 1,
      suite: 1,
      practice: options.practice,
      person,
      session,
      level: found.level,
      means: adapter.means,
      ...(citizen !== null && { subject: citizen }),
      ...(phone !== null && { pin: true as const }),
      by: options.agent.by as PersonId,
      at,
      until: found.until < limit ? found.until : limit,
    };
    return await signStatement(assurance, options.agent);
  }

  /** What belongs to a telephone, by what only it knows. */
  const phoneBy = (fits: (phone: Phone) => boolean): [string, Open & { readonly phone: Phone }] | undefined => {
    sweep();
    for (const [secret, flow] of open) {
      const { phone } = flow;
      if (phone !== null && fits(phone)) return [secret, { ...flow, phone }];
    }
    return undefined;
  };
  const byTicket = (ticket: string) => phoneBy((phone) => phone.secret === null && phone.ticket === ticket)?.[1];

  return {
    means: () =>
      options.adapters.map(({ means, name, issuer, asks, phone, loopback }) => ({
        ...{ means, name, issuer },
        ...(loopback && { loopback }),
        ...(means === 'eid' && asks !== undefined && { asks, phone: phone !== undefined }),
      })),
    async begin({ means, person, session, from = '', port }) {
      const adapter = adapterOf(means, from);
      if (port !== undefined && adapter.loopback !== true) throw identityRefused('flow');
      const { url, flow } = await adapter.begin(port);
      return { url, secret: keep({ adapter, flow, person, session, from, phone: null }) };
    },
    async finish({ callback, secret }) {
      sweep();
      const flow = open.get(secret);
      // Used up whatever comes of it.
      open.delete(secret);
      if (flow === undefined || flow.phone !== null || !URL.canParse(callback)) throw identityRefused('flow');
      return await word(flow, await flow.adapter.finish(callback, flow.flow));
    },
    async beginPhone({ person, session, from = '' }) {
      const adapter = adapterOf('eid', from);
      if (adapter.phone === undefined) throw identityRefused('flow');
      const { url, flow } = await adapter.begin('phone');
      const ticket = [...random(10)].map((byte) => TICKET[byte % TICKET.length]).join('');
      const number = String((new DataView(random(4).buffer).getUint32(0) % 900_000) + 100_000);
      const phone: Phone = { ticket, url, secret: null, back: false, found: null, number, tries: 0 };
      return {
        link: `${adapter.phone}/aan/${ticket}`,
        secret: keep({ adapter, flow, person, session, from, phone }),
      };
    },
    ticket(ticket) {
      const flow = byTicket(ticket);
      return flow && { name: flow.adapter.name, url: flow.phone.url };
    },
    takeTicket(ticket) {
      const flow = byTicket(ticket);
      if (flow === undefined) throw identityRefused('flow');
      const secret = base64url(random(32));
      flow.phone.secret = secret;
      return { url: flow.phone.url, secret };
    },
    async returned({ callback, secret }) {
      const [key, flow] = phoneBy((phone) => phone.secret === secret) ?? [];
      if (key === undefined || flow === undefined || !URL.canParse(callback)) throw identityRefused('flow');
      if (flow.phone.back) throw identityRefused('returned');
      // Before anything is waited for: of two pages that come back at once the first is the one.
      flow.phone.back = true;
      try {
        flow.phone.found = await flow.adapter.finish(callback, flow.flow);
      } catch (error) {
        open.delete(key);
        throw error;
      }
      return flow.phone.number;
    },
    async finishPhone({ number, secret }) {
      sweep();
      const flow = open.get(secret);
      const found = flow?.phone?.found;
      if (!flow?.phone || !found) throw identityRefused('flow');
      flow.phone.tries += 1;
      const right = number === flow.phone.number;
      if (right || flow.phone.tries >= TRIES) open.delete(secret);
      if (!right) throw identityRefused('flow');
      return await word(flow, found);
    },
  };
}
