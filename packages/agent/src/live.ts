/**
 * What is live of a dossier, as pure steps (docs/spec/sync.md, "What is live"): the agent and the vault must get the same set from
 * the same statements, and this is the agent's half.
 */

import type { DossierId, FactId, HandleId, TeamId } from '@ketenkluis/base';
import { dossierState, type Hash } from '@ketenkluis/seal';
import type { LiveDossier, Register } from './register.ts';

export const emptyLive = (): LiveDossier => ({
  ...{ seq: 0, heads: {}, facts: {}, grants: [], notes: [] },
  ...{ gone: [], handed: [], reseal: [] },
});

/** Every live hash once. */
export const liveHashes = (live: LiveDossier): Hash[] => [
  ...new Set([
    ...Object.values(live.heads).map(({ descriptor }) => descriptor),
    ...Object.values(live.facts),
    ...live.grants.map(({ hash }) => hash),
    ...live.notes.flatMap(({ descriptor, grants }) => [descriptor, ...grants]),
  ]),
];

/** By this register: who is enrolled, their dossiers, and every version of theirs and of the teams' lists that is live. */
export function standing({ patients, teams }: Register) {
  const lives = Object.entries(patients).flatMap(([name, { enrolment, live }]) =>
    enrolment?.state === 'enrolled' ? [{ name, dossier: enrolment.ids.dossier, live }] : [],
  );
  return {
    names: new Set(lives.map(({ name }) => name)),
    dossiers: new Set<string>(lives.flatMap(({ dossier, live }) => (live === null ? [] : [dossier]))),
    versions: new Set<string>([
      ...lives.flatMap(({ live }) =>
        live === null ? [] : [...Object.values(live.heads), ...live.notes].map(({ descriptor }) => descriptor),
      ),
      ...teams.flatMap(({ slots }) => Object.values(slots).flatMap(({ descriptor }) => descriptor ?? [])),
    ]),
  };
}

export const stateOf = (dossier: DossierId, live: LiveDossier): Hash =>
  live.stated ?? dossierState(dossier, liveHashes(live));

export interface Head {
  readonly version: number;
  readonly descriptor: Hash;
  readonly fingerprint: string;
}

export interface DossierDelivery {
  readonly facts: Readonly<Record<string, Hash>>;
  readonly heads: Readonly<Record<string, Head>>;
  readonly grants: readonly {
    readonly hash: Hash;
    readonly team: TeamId;
    readonly packs: readonly Hash[];
    readonly fact: FactId | null;
  }[];
  /** Steps of partners' teams that ran out, with what ends with them. */
  readonly over?: LiveDossier['handed'];
  /** Facts that are withdrawn while the dossier goes on. */
  readonly withdrawn?: readonly string[];
  /** Handles that got fresh shares. */
  readonly sealed?: ReadonlySet<HandleId>;
  /** Scopes whose handle goes. */
  readonly drop: readonly { readonly scope: string; readonly handle: HandleId }[];
  /** Notes that hang under a dropped handle go with it. */
  readonly notes?: ReadonlySet<HandleId>;
}

/** Takes packs out of grants; a grant without packs is gone. `team` limits it to that team's grants. */
function withoutPacks(
  grants: LiveDossier['grants'],
  away: ReadonlySet<Hash>,
  team: TeamId | null = null,
): LiveDossier['grants'] {
  return grants
    .map((grant) =>
      team !== null && grant.team !== team ? grant : { ...grant, packs: grant.packs.filter((pack) => !away.has(pack)) },
    )
    .filter(({ packs }) => packs.length > 0);
}

/** A step that ran out goes with what ends with it and with every grant on its ground. */
function withoutEnded(live: LiveDossier, ended: LiveDossier['handed']): LiveDossier {
  if (ended.length === 0) return live;
  const steps = new Set<string>(ended.map(({ fact }) => fact));
  const facts = new Set<string>(ended.flatMap((one) => one.facts));
  const gone = new Set<string>(ended.flatMap(({ grants }) => grants));
  return {
    ...live,
    facts: Object.fromEntries(Object.entries(live.facts).filter(([id]) => !facts.has(id))),
    grants: live.grants.filter(({ hash, fact }) => !gone.has(hash) && !(fact !== null && steps.has(fact))),
    notes: live.notes.map((note) => ({
      ...note,
      grants: note.grants.filter((hash) => !gone.has(hash) && !steps.has(note.on?.[hash] ?? '')),
    })),
    handed: live.handed.filter(({ fact }) => !steps.has(fact)),
    reseal: [...new Set([...live.reseal, ...ended.flatMap(({ handles }) => handles)])],
  };
}

/** The live set after a delivery; `seq` is what the vault answers and is left as it was. */
export function afterDelivery(before: LiveDossier, delivery: DossierDelivery): LiveDossier {
  const live = withoutEnded(before, delivery.over ?? []);
  const heads = { ...live.heads };
  const replaced = new Set<Hash>();
  for (const scope of [...Object.keys(delivery.heads), ...delivery.drop.map((one) => one.scope)]) {
    const before = heads[scope];
    if (before) replaced.add(before.descriptor);
    delete heads[scope];
  }
  Object.assign(heads, delivery.heads);
  let grants = withoutPacks(live.grants, replaced);
  for (const grant of delivery.grants) {
    grants = withoutPacks(grants, new Set(grant.packs), grant.team);
    grants.push({ hash: grant.hash, team: grant.team, packs: [...grant.packs], fact: grant.fact });
  }
  const gone = [...live.gone, ...delivery.drop.map(({ handle }) => handle)];
  const { stated: _, ...known } = live;
  const notes = live.notes.filter(({ handle }) => !delivery.notes?.has(handle));
  const reseal = live.reseal.filter((handle) => !delivery.sealed?.has(handle));
  const facts = { ...live.facts, ...delivery.facts };
  return withoutFacts({ ...known, heads, facts, grants, notes, gone, reseal }, delivery.withdrawn ?? []);
}

/** Facts that were withdrawn while the dossier goes on. */
export const withoutFacts = (live: LiveDossier, ended: readonly string[]): LiveDossier => ({
  ...live,
  facts: Object.fromEntries(Object.entries(live.facts).filter(([fact]) => !ended.includes(fact))),
});

/** A colleague's note, as its log line shows it. */
export const withNote = (
  live: LiveDossier,
  note: Omit<LiveDossier['notes'][number], 'grants'> & { readonly grants: readonly Hash[] },
): LiveDossier => ({ ...live, notes: [...live.notes, { ...note, grants: [...note.grants] }] });

export const withoutNote = (live: LiveDossier, handle: HandleId): LiveDossier => ({
  ...live,
  notes: live.notes.filter((note) => note.handle !== handle),
});
