/**
 * The agent and the practice's keyholders (docs/spec/keyholder.md): pieces go out before a version is committed, what was superseded is
 * named after it, and at the end of a sync whatever is not live any more goes.
 */

import type { PersonId } from '@ketenkluis/base';
import type { Session } from '@ketenkluis/client';
import { Pieces, teachHolder, tellHolder } from '@ketenkluis/client/custody';
import { type CustodyProof, partners as partnersMessage } from '@ketenkluis/protocol';
import { custodyHoldings } from '@ketenkluis/protocol/keyholder';
import { type FactOf, type Hash, holdingsDigest } from '@ketenkluis/seal';
import type { LiveDossier, Register } from './register.ts';
import type { SealedDelivery } from './sealing.ts';

/** Versions that a delivery ends. */
export interface Gone {
  readonly superseded: Set<Hash>;
  readonly ended: Set<Hash>;
}

const versionsOf = ({ heads, notes }: LiveDossier): Hash[] => [
  ...Object.values(heads).map(({ descriptor }) => descriptor),
  ...notes.map(({ descriptor }) => descriptor),
];

/** What of a dossier a delivery took away: everything at once where it ended. */
export function noteGone(gone: Gone, before: LiveDossier | undefined, after: LiveDossier, ends: boolean): void {
  const still = new Set(versionsOf(after));
  for (const version of before === undefined ? [] : versionsOf(before))
    if (!still.has(version)) (ends ? gone.ended : gone.superseded).add(version);
}

/** Every version of the practice that is live. */
export const liveDescriptors = (register: Register): Hash[] => [
  ...Object.values(register.patients).flatMap(({ live }) => (live === null ? [] : versionsOf(live))),
  ...register.teams.flatMap(({ slots }) => Object.values(slots).flatMap(({ descriptor }) => descriptor ?? [])),
];

export interface Custodian {
  /** What is sealed from now on names these; null: nobody. */
  readonly named: FactOf<'keyholders'> | null;
  /** Everything is sealed again: others were named, or one that missed pieces is back. */
  readonly afresh: boolean;
  /** Receipts for the manifest. Throws `client/holders-missing` with fewer than are needed. */
  entrust(pieces: SealedDelivery['pieces']): Promise<{ readonly custody?: CustodyProof[] }>;
  /** Tells everybody what a commit ended; whoever does not hear it learns it from `keep`. */
  forget(gone: Gone): Promise<void>;
  /** True when every one of them answered with exactly these. */
  keep(live: readonly Hash[]): Promise<boolean>;
  /** For the register, once everything is committed. */
  result(): NonNullable<Register['custody']>;
  report(): { readonly holders: number; readonly need: number; readonly short: number } | null;
}

/** Brings every keyholder the directory as it is now; whoever does not answer is short of a piece. */
export async function openCustodian(session: Session, register: Register): Promise<Custodian> {
  const people = await session.people();
  const named = people.keyholders ?? null;
  const before = register.custody ?? { fact: null, short: [] };
  // Those who were named before still hold pieces until everything is sealed for others.
  const former = before.fact === null ? undefined : people.keyholdersBy(before.fact);
  const urls = new Map([...(former?.holders ?? []), ...(named?.holders ?? [])].map(({ person, url }) => [person, url]));
  const partners = urls.size === 0 ? [] : (await session.call('partners', partnersMessage)).partners;
  const known = partners
    .filter(({ statements }) => statements.length > 0)
    .map(({ organisation, statements, batches }) => ({ organisation, statements, batches }));
  const up = new Set<PersonId>();
  await Promise.all(
    [...urls].map(async ([person, url]) => {
      if (await teachHolder(session, url, known)) up.add(person);
    }),
  );
  const moved = (named?.id ?? null) !== before.fact;
  const back = before.short.length > 0 && named !== null && named.holders.every(({ person }) => up.has(person));
  const short = new Set<PersonId>();
  const afresh = moved || back;

  const tell = async (person: PersonId, path: 'drops' | 'keep', body: object) =>
    up.has(person)
      ? custodyHoldings.safeParse(await tellHolder(session, urls.get(person)!, path, body)).data
      : undefined;
  return {
    ...{ named, afresh },
    async entrust(pieces) {
      if (named === null || pieces.length === 0) return {};
      const out = await Pieces.begin(session, named);
      for (const { descriptor, holders, pieces: made } of pieces) await out.add(descriptor, holders, made);
      const { receipts, missing } = await out.deliver();
      for (const person of missing) short.add(person);
      return { custody: [...receipts] };
    },
    async forget({ superseded, ended }) {
      if (superseded.size + ended.size === 0) return;
      const body = { superseded: [...superseded], ended: [...ended] };
      await Promise.all([...urls.keys()].map((person) => tell(person, 'drops', body)));
    },
    async keep(live) {
      const digest = holdingsDigest(live);
      const exact = await Promise.all(
        [...urls.keys()].map(async (person) => {
          const held = await tell(person, 'drops', { superseded: [], ended: [] });
          if (held === undefined || held.digest === digest) return held !== undefined;
          return (await tell(person, 'keep', { live }))?.digest === digest;
        }),
      );
      return exact.every((one) => one);
    },
    result() {
      // What was not sealed again this time is still without the pieces it was without.
      const kept = afresh ? [] : before.short;
      return { fact: named?.id ?? null, short: [...new Set([...kept, ...short])] };
    },
    report: () =>
      named === null
        ? null
        : {
            holders: named.holders.length,
            need: named.need,
            short: new Set([...(afresh ? [] : before.short), ...short]).size,
          },
  };
}
