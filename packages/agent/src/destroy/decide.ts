/** The practice weighs a request for destruction, and two people sign what it decided (docs/spec/destruction.md, R5, R19). */

import {
  addMonths,
  base64url,
  canonicalJson,
  type DossierId,
  type Instant,
  type LocalDate,
  lengthPrefixed,
  localDate,
  type OrganisationId,
  type PersonId,
  type Signer,
} from '@ketenkluis/base';
import type { Entry } from '@ketenkluis/ledger';
import { domain, type Payload } from '@ketenkluis/seal';
import { endEnrolment } from '../ending.ts';
import { agentError } from '../errors.ts';
import type { Register } from '../register.ts';
import type { Copy, Destruction, Ground } from './file.ts';
import { tagOf } from './forgotten.ts';

const DOMAIN = domain('destruction');
/** BW 7:455(1). */
const MONTHS = 3;

/** Keys of people who may sign here: with a card that holds, and at work here or a trustee. */
function keysOf(statements: readonly Payload[], now: Instant): Map<PersonId, string> {
  const ended = new Set(statements.flatMap((one) => (one.t === 'withdrawal' ? [one.fact] : [])));
  const members = new Set(
    statements.flatMap((one) =>
      one.t === 'fact' && one.kind === 'membership' && !ended.has(one.id) && (one.until === null || one.until > now)
        ? [one.person]
        : [],
    ),
  );
  const newest = new Map<PersonId, Extract<Payload, { t: 'card' }>>();
  for (const one of statements) {
    if (one.t !== 'card' || (newest.get(one.subject)?.number ?? -1) >= one.number) continue;
    newest.set(one.subject, one);
  }
  return new Map(
    [...newest].flatMap(([person, { kind, until, sign }]) =>
      until > now && (kind === 'trustee' || (kind === 'professional' && members.has(person)))
        ? [[person, sign] as const]
        : [],
    ),
  );
}

/** Organisations that were handed a part of this dossier, or that a line shows at it. */
function partnersAt(register: Register, dossier: DossierId, lines: Decision['lines']): OrganisationId[] {
  const own = register.practice.organisation;
  const found = new Set<OrganisationId>();
  for (const { entry } of lines) {
    const { common, items } = entry;
    if (common.organisation !== own && items.some((one) => one.dossier === dossier && one.outcome === 'success'))
      found.add(common.organisation);
  }
  const patient = Object.values(register.patients).find(
    ({ enrolment }) => enrolment !== null && 'ids' in enrolment && enrolment.ids.dossier === dossier,
  );
  for (const { team } of patient?.live?.handed ?? []) {
    const partner = register.partners.find(({ teams }) => teams.some((one) => one.team === team));
    if (partner) found.add(partner.organisation);
  }
  return [...found].sort();
}

export interface Decision {
  readonly register: Register;
  /** In the GP system. */
  readonly patient: string;
  readonly asked: LocalDate;
  readonly now: Instant;
  readonly decision: { readonly what: 'destroy' } | { readonly what: 'refuse'; readonly ground: Ground };
  /** In words of the practice; stays here. */
  readonly why: string;
  /** An owner, and somebody else. */
  readonly signers: readonly [Signer, Signer];
  /** As the practice's own mirror has them. */
  readonly statements: readonly Payload[];
  readonly lines: readonly { readonly entry: Entry }[];
  /** Does somebody open this dossier as the patient, and does the practice name keyholders? */
  readonly own: (dossier: DossierId) => boolean;
  readonly keyholders: boolean;
}

/** Writes the decision into the register; the next syncs carry it out. Throws `agent/bad-destruction`, `agent/not-an-owner`. */
export async function decideDestruction(of: Decision): Promise<Destruction> {
  const { register, patient, asked, now, why, signers } = of;
  const record = register.patients[patient];
  if (record === undefined) throw agentError('bad-destruction', 'this patient is not in the register');
  if (asked > localDate(now)) throw agentError('bad-destruction', 'the day of the request is still to come');
  const tag = tagOf(register, patient);
  const before = register.destructions ?? [];
  if (before.some((one) => one.tag === tag && one.decision === 'destroy' && one.patient !== null))
    throw agentError('bad-destruction', 'this patient’s copies are being destroyed already');
  const [first, second] = signers;
  const keys = keysOf(of.statements, now);
  const holds = ({ by, publicKey }: Signer) => keys.get(by as PersonId) === base64url(publicKey);
  const owner = ({ by, publicKey }: Signer) =>
    register.owners.some(({ person, sign }) => person === by && sign === base64url(publicKey));
  if (!owner(first)) throw agentError('not-an-owner', 'an owner of the practice signs first');
  if (first.by === second.by || !holds(first) || !holds(second))
    throw agentError('bad-destruction', 'two different people who work here, or a trustee, sign a destruction');
  const number = before.length + 1;
  const due = addMonths(asked, MONTHS);
  const decision = of.decision.what;
  const ground = of.decision.what === 'refuse' ? of.decision.ground : null;
  const practice = register.practice.organisation;
  const text = lengthPrefixed(DOMAIN, canonicalJson({ asked, at: now, decision, ground, number, practice, tag, why }));
  const signed = await Promise.all(
    signers.map(async (one) => ({ by: one.by as PersonId, signature: base64url(await one.sign(text)) })),
  );
  const { enrolment } = record;
  const dossier = enrolment !== null && 'ids' in enrolment ? enrolment.ids.dossier : null;
  const made: Destruction = {
    ...{ number, asked, due, at: now, decision, ground, why, tag, patient, dossier, signed },
    copies: decision === 'refuse' ? [] : copiesOf(of, dossier, due),
  };
  register.destructions = [...before, made];
  if (decision === 'destroy') {
    endEnrolment(register, patient, 'withdrawn', localDate(now));
    register.forgotten = [...new Set([...(register.forgotten ?? []), tag])];
  }
  return made;
}

const isAsked = ({ common: { event }, items }: Entry, dossier: DossierId): boolean =>
  event === 'petition' && items.some((one) => one.dossier === dossier && one.outcome === 'success');

function copiesOf(
  { register, lines, own, keyholders, now }: Decision,
  dossier: DossierId | null,
  due: LocalDate,
): Copy[] {
  const todo = (what: Copy['what'], organisation: Copy['organisation'] = null): Copy => ({
    ...{ what, organisation, state: 'todo', due, at: null, why: null },
  });
  // Of whom nothing ever left only the register knows.
  if (dossier === null) return [todo('register'), todo('mirror'), todo('backups')];
  return [
    ...(['vault', 'lists', 'register'] as const).map((what) => todo(what)),
    ...(keyholders ? [todo('keyholders')] : []),
    todo('mirror'),
    ...(own(dossier) ? [todo('own')] : []),
    // Whoever reads the dossier may have asked something, or still asks.
    ...(own(dossier) || lines.some(({ entry }) => isAsked(entry, dossier)) ? [todo('petitions')] : []),
    ...partnersAt(register, dossier, lines).map((one) => todo('partner', one)),
    todo('backups'),
    { ...todo('log'), state: 'refused', at: localDate(now), why: 'legal-duty' },
  ];
}
