/**
 * How much may come into one dossier between two snapshots, by whom (docs/spec/state.md, "Room"). What only takes away, an end, a
 * withdrawal, a take-over, a restriction, is never counted: it always has room.
 */

import type { DossierId, Instant, OrganisationId, PersonId } from '@ketenkluis/base';
import type { Fact, Hash, Request } from '@ketenkluis/seal';
import { vaultError } from './errors.ts';
import type { People } from './people.ts';
import type { Tx } from './storage/storage.ts';

/** Things that one writer, and all of that kind together, may bring into one dossier since its newest snapshot. The agent's are not counted. */
export const ROOM = {
  /** One: an organisation. */
  partner: { one: 20, all: 60 },
  colleague: { one: 30, all: 90 },
  representative: { one: 32, all: 64 },
  patient: { one: 64, all: 64 },
} as const;

/** So many grants that one line wraps anew count as one: after somebody left a team, whoever stays does it for all that stands. */
export const ANEW_AS_ONE = 10;

/** `dossier_item.change`: it changed the state; and it brought something, which counts towards somebody's room. */
export const CHANGED = 1;
export const GAVE = 2;

export type Kind = keyof typeof ROOM;
/** Null: the practice's agent. */
export type Writer = { readonly kind: Kind; readonly who: string } | null;
type Asker = Pick<Request, 'person' | 'organisation' | 'class'>;

export function writerOf({ practice, keys }: People, at: Instant, { person, organisation, class: as }: Asker): Writer {
  if (organisation !== practice) return { kind: 'partner', who: organisation };
  if (as === 'say') return { kind: standsAs(keys, person, at), who: person };
  return worksAs(keys, person) === 'agent' ? null : { kind: 'colleague', who: person };
}

/** Also of somebody whose card has ended since: what they brought stays what it was. */
const worksAs = (keys: People['keys'], person: PersonId) => keys.cardStatement(person)?.payload.kind;

/** Whose `own` is over counts as somebody who stood in. */
const standsAs = (keys: People['keys'], person: PersonId, at: Instant): 'patient' | 'representative' =>
  keys.owns(at).some((own) => own.person === person && own.as === 'patient') ? 'patient' : 'representative';

/** What one line changes: positions of its items, those of them that bring something, and the states that it comes to. */
export interface Changed {
  readonly positions: ReadonlySet<number>;
  readonly given: ReadonlySet<number>;
  /** The state of every dossier that this line changes, as it is after it; `ended` closes it for good. */
  readonly states: ReadonlyMap<DossierId, { readonly state: Hash; readonly ended: boolean }>;
  readonly writer: (asker: Asker) => Writer;
}

/** Throws `vault/too-large` where this line brings more than whoever sends it has room for. */
export async function checkRoom(
  tx: Tx,
  practice: OrganisationId,
  { given, writer }: Changed,
  items: readonly { readonly dossier: DossierId | null }[],
  request: Request,
): Promise<void> {
  const by = writer(request);
  if (by === null) return;
  const brought = Map.groupBy(
    [...given].flatMap((position) => items[position]?.dossier ?? []),
    (dossier) => dossier,
  );
  for (const [dossier, { length }] of brought) {
    const before = await givenSince(tx, practice, dossier, writer);
    const alike = before.filter((one) => one.kind === by.kind);
    const own = alike.filter(({ who }) => who === by.who);
    const { one, all } = ROOM[by.kind];
    if (own.length + length > one || alike.length + length > all)
      throw vaultError(
        'too-large',
        'so much came into this dossier since the practice last confirmed it; wait until it does',
      );
  }
}

/** Who brought each thing since the newest snapshot. */
async function givenSince(tx: Tx, practice: OrganisationId, dossier: DossierId, writer: Changed['writer']) {
  const row = await tx
    .selectFrom('snapshot_row')
    .select('seq')
    .where('practice', '=', practice)
    .where('dossier', '=', dossier)
    .executeTakeFirst();
  const rows = await tx
    .selectFrom('dossier_item')
    .innerJoin('asked', (on) =>
      on.onRef('asked.practice', '=', 'dossier_item.practice').onRef('asked.line', '=', 'dossier_item.line'),
    )
    .select('asked.header')
    .where('dossier_item.practice', '=', practice)
    .where('dossier_item.dossier', '=', dossier)
    .where('dossier_item.change', '=', GAVE)
    .where('dossier_item.seq', '>', row?.seq ?? 0)
    .execute();
  return rows.flatMap(({ header }) => writer(JSON.parse(new TextDecoder().decode(header)) as Asker) ?? []);
}

/**
 * Of each kind, what stands of what the patient said of one dossier: as many as whoever reads the heads takes with everything else. Of
 * consents `colleague` and `owner` are what the desk wrote down in all, by who signs the next; what the others together leave is the patient's.
 */
export const MAX_SAID = {
  consent: { all: 64, colleague: 32, owner: 40, representative: 16 },
  restriction: { colleague: 48, patient: 64, representative: 32 },
} as const;
type Said = Extract<Fact, { readonly kind: 'consent' | 'restriction' }>;

const isSaid = (fact: Fact): fact is Said => fact.kind === 'consent' || fact.kind === 'restriction';

/** Throws `vault/too-large`. Nobody takes the room for another's word, and everybody can shut the whole for everybody outside, once. */
export function checkSaid(
  fact: Fact,
  standing: readonly Fact[],
  people: Pick<People, 'keys' | 'isOwner'>,
  at: Instant,
  signers: readonly string[],
): void {
  if (!isSaid(fact)) return;
  const { keys } = people;
  const owns = keys.owns(at);
  const wordOf = (one: Said): 'colleague' | 'patient' | 'representative' => {
    if (one.kind === 'consent') {
      if (one.through === undefined) return 'colleague';
      return owns.find(({ id }) => id === one.through)?.as ?? 'representative';
    }
    return one.by === undefined || worksAs(keys, one.by) === 'professional' ? 'colleague' : standsAs(keys, one.by, at);
  };
  const alike = standing.filter(isSaid).filter(({ kind }) => kind === fact.kind);
  const mine = wordOf(fact);
  const same = alike.filter((one) => wordOf(one) === mine);
  if (fact.kind === 'restriction') {
    const all = same.filter((one) => one.kind === 'restriction' && one.handles === null && one.excluded === 'outside');
    const shutsAll = fact.handles === null && fact.excluded === 'outside';
    const first = shutsAll && !all.some((one) => one.kind === 'restriction' && one.by === fact.by);
    if (first || same.length < MAX_SAID.restriction[mine]) return;
  } else {
    const [by] = signers as readonly PersonId[];
    const { all, owner, colleague, representative } = MAX_SAID.consent;
    // What rests on Mitz or on a setting of the owners the agent brings: of that it has as many as there are.
    const desk =
      by !== undefined && worksAs(keys, by) === 'agent'
        ? all
        : by !== undefined && people.isOwner(by)
          ? owner
          : colleague;
    const most = { colleague: desk, representative, patient: all }[mine];
    if (alike.length < all && same.length < most) return;
  }
  throw vaultError('too-large', 'a dossier holds no more of this kind; end some first');
}

/** Live messages of partners in one dossier, and of one partner: every look carries them. */
export const MAX_MESSAGES = { all: 100, one: 50 } as const;
