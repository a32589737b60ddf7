/**
 * Naming keyholders (docs/spec/keyholder.md, "Who"): proposed by one owner from the cards that their operators handed over, signed by a
 * second person who compared the same fingerprints. The one naming takes the place of the one before.
 */

import { DAY, fromBase64url, newId, type PersonId, plus } from '@ketenkluis/base';
import { originFault } from '@ketenkluis/protocol';
import { type HolderCard, holderFingerprint, readHolderCard } from '@ketenkluis/protocol/keyholder';
import {
  type Card,
  type FactOf,
  type Hash,
  type KeyDirectory,
  payloadHash,
  type Statement,
  signStatement,
} from '@ketenkluis/seal';
import { bad, type Open, proposeAll } from './proposing.ts';
import type { Session } from './session.ts';

export interface HeldCard extends HolderCard {
  readonly fingerprint: readonly string[];
}
export interface ProposedKeyholders {
  /** How many must answer at a look; 0 with nobody. */
  readonly need: number;
  readonly holders: readonly HeldCard[];
}

/** A keyholder's keys never change, and naming it again is no more work than a new card. */
const HOLDER_CARD_LIFE = 10 * 366 * DAY;

const cardOf = (session: Pick<Session, 'practice'>, holder: HolderCard, at: Card['from']): Card => ({
  ...{
    t: 'card',
    v: 1,
    suite: 1,
    organisation: session.practice,
    subject: holder.person,
    kind: 'keyholder',
    number: 0,
  },
  ...{ sign: holder.sign, kem: holder.kem, from: at, until: plus(at, HOLDER_CARD_LIFE) },
});
const named = (card: Card, url: string): HeldCard => {
  const { subject: person, sign, kem } = card;
  return { person, sign, kem, url, fingerprint: holderFingerprint({ person, sign, kem, url }) };
};

function checkNaming({
  need,
  holders,
}: {
  readonly need: number;
  readonly holders: readonly { readonly url: string; readonly person: PersonId }[];
}) {
  const different = (list: readonly string[]) => new Set(list).size === list.length;
  const sound =
    need <= holders.length &&
    need > 0 === holders.length > 0 &&
    holders.length <= 8 &&
    different(holders.map(({ url }) => url)) &&
    different(holders.map(({ person }) => person)) &&
    holders.every(({ url }) => originFault(url) === null);
  if (!sound) throw bad('name one to eight different keyholders, and no more that must answer than there are');
}

/** Puts it before a second person. With nobody: keyholders are no longer needed once the next sync has sealed everything again. */
export async function proposeKeyholders(
  session: Session,
  said: { readonly need: number; readonly holders: readonly HolderCard[] },
): Promise<Hash> {
  checkNaming(said);
  const people = await session.people(true);
  const at = session.now();
  const { signer } = session.keys();
  const statements: Statement[] = [];
  const holders: FactOf<'keyholders'>['holders'] = [];
  for (const holder of said.holders) {
    const known = people.cardStatement(holder.person);
    if (known && (known.payload.sign !== holder.sign || known.payload.kem !== holder.kem))
      throw bad('a keyholder shows other keys than before');
    const card = known ?? (await signStatement(cardOf(session, holder, at), signer));
    if (known === undefined) statements.push(card);
    holders.push({ person: holder.person, card: card.hash, url: holder.url });
  }
  const fact: FactOf<'keyholders'> = {
    ...{ t: 'fact', v: 1, suite: 1, kind: 'keyholders', id: newId('fact', session.wire.ports.random) },
    ...{ practice: session.practice, from: at, until: null, need: said.need, holders },
  };
  statements.push(await signStatement(fact, signer));
  return await proposeAll(session, statements, { at, join: null, names: [], wraps: [] });
}

/** Exactly a naming, and a card for each who has none yet. Throws `client/bad-proposal`. */
export function readProposedKeyholders(
  people: KeyDirectory,
  of: {
    readonly at: Card['from'];
    readonly statements: readonly Statement[];
    readonly open: Open;
    readonly stale: boolean;
  },
): ProposedKeyholders {
  const fact = of.statements.at(-1)?.payload;
  if (fact?.t !== 'fact' || fact.kind !== 'keyholders' || of.open.wraps.length + of.open.names.length > 0)
    throw bad('this proposes more than keyholders');
  if (fact.from !== of.at || fact.until !== null) throw bad('keyholders are named from now on');
  checkNaming(fact);
  const fresh = new Map<Hash, Card>();
  for (const { payload } of of.statements.slice(0, -1)) {
    if (payload.t !== 'card' || payload.kind !== 'keyholder') throw bad('this proposes more than keyholders');
    fresh.set(payloadHash(payload), payload);
  }
  const holders = fact.holders.map(({ person, card, url }) => {
    const before = people.cardStatement(person);
    const own = before?.hash === card ? before.payload : fresh.get(card);
    const fits = own?.subject === person && own.kind === 'keyholder' && (before?.hash === card || before === undefined);
    if (!own || (!fits && !of.stale)) throw bad('a keyholder has another card');
    fresh.delete(card);
    return named(own, url);
  });
  if (fresh.size > 0) throw bad('a card comes for somebody who is not named');
  for (const { person, sign, kem, url } of holders) {
    const expected = cardOf({ practice: people.organisation }, { person, sign, kem, url }, of.at);
    const known = people.cardStatement(person) !== undefined;
    const stated = fact.holders.find((one) => one.person === person)?.card;
    if (!known && payloadHash(expected) !== stated) throw bad('a keyholder’s card says something else');
    if (fromBase64url(sign).length !== 32) throw bad('a keyholder’s card has no key');
  }
  return { need: fact.need, holders };
}

/** A keyholder's card as its operator handed it over; undefined for anything else. */
export const heldCard = (text: string): HeldCard | undefined => readHolderCard(text);

/** Who guards the keys of a practice; null: nobody but the vault. */
export interface Guarded extends ProposedKeyholders {
  readonly since: Card['from'];
}
export async function guardedBy(session: Session): Promise<Guarded | null> {
  const people = await session.people(true);
  const fact = people.keyholders;
  if (fact === undefined) return null;
  const holders = fact.holders.flatMap(({ person, url }) => {
    const card = people.cardStatement(person)?.payload;
    return card === undefined ? [] : [named(card, url)];
  });
  return { need: fact.need, holders, since: fact.from };
}
