/** What the place in the log says against what a date claims; ends of access; how much of a directory somebody knew. */

import { newId, systemRandom as random, type Signer } from '@ketenkluis/base';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { KeyDirectory, type Payload, type Statement, signStatement, webVerifier } from './index.ts';
import {
  AT,
  cardOf,
  directoryOf,
  factOf,
  later,
  mandateOf,
  ownerSigners,
  type TestPerson,
  type World,
  world,
} from './testing.ts';

let w: World;
let two: Signer[];
const endOf = (fact: Payload<'fact'>, hours = 2): Payload<'withdrawal'> => ({
  ...{ t: 'withdrawal', v: 1, suite: 1, practice: w.organisation, fact: fact.id, dossier: null, at: later(hours) },
});
const after = async (...more: Statement[]) => directoryOf(w.organisation, [...w.history, ...more]);
const factAt = (place: number) => w.history[place]!.payload as Payload<'fact'>;

beforeAll(async () => {
  w = await world();
  two = ownerSigners(w.owners.slice(0, 2));
});

describe('a date against the place in the log', () => {
  it('R12: a revoked key signs nothing that came in later, whatever its date', async () => {
    const revoked = cardOf(w.organisation, w.agent, 'agent', { number: 1, from: later(5), until: later(5) });
    const directory = await after(await signStatement(revoked, two));
    const line = w.history.length;
    const step = await signStatement(
      {
        ...{ t: 'state' as const, v: 1 as const, suite: 1, practice: w.organisation, after: 0, prev: null },
        ...{ dossier: newId('dossier', random), by: w.agent.id, state: w.authority.hash, at: later(1) },
      },
      w.agent.signer,
    );
    // By its own date it is good; by its place it is not.
    expect(await directory.verify(step, later(1))).toBe(true);
    expect(await directory.verify(step, directory.timeAt(later(1), line - 1))).toBe(true);
    expect(await directory.verify(step, directory.timeAt(later(1), line))).toBe(true);
    expect(await directory.verify(step, directory.timeAt(later(1), line + 1))).toBe(false);
    expect(directory.keyOf(w.agent.id, directory.timeAt(later(1), line + 1))).toBeUndefined();
  });

  it('ends of mandates and memberships, and changes of owners, count from their line on; what only adds does not', async () => {
    const line = w.history.length + 1;
    const judged = async (payload: Payload) => (await after(await signStatement(payload, two))).timeAt(AT, line);
    expect(await judged(endOf(factAt(3)))).toBe(later(2));
    expect(await judged(endOf(factAt(4)))).toBe(later(2));
    const authority = { ...w.authority.payload, number: 1, prev: w.authority.hash, at: later(3) };
    expect(await judged(authority)).toBe(later(3));
    const another = { ...factOf(w), kind: 'membership' as const, team: w.team, person: w.nurse.id, from: later(9) };
    expect(await judged(another)).toBe(AT);
    // A time after all that stays as it is.
    expect((await after()).timeAt(later(7), line)).toBe(later(7));
  });

  it('a withdrawal is judged when it came in: who is no owner any more ends nothing with an old date', async () => {
    const [, b, c] = w.authority.payload.owners;
    const without = { ...w.authority.payload, number: 1, prev: w.authority.hash, at: later(3), owners: [b!, c!] };
    const changed = await signStatement(without, two);
    const old = await signStatement(endOf(factAt(4), 1), w.owners[0]!.signer);
    await expect(after(old, changed)).resolves.toBeDefined();
    await expect(after(changed, old)).rejects.toMatchObject({ code: 'seal/not-signed' });
    // An end that came in after the change does not reach back before it.
    const late = await after(changed, await signStatement(endOf(factAt(4), 1), w.owners[1]!.signer));
    expect(late.isMember(w.nurse.id, w.team, later(2))).toBe(true);
    expect(late.isMember(w.nurse.id, w.team, later(3))).toBe(false);
  });
});

describe('who may end what', () => {
  const permits = (directory: KeyDirectory, fact: Payload<'fact'>, by: readonly TestPerson[]) =>
    directory.maySign(
      endOf(fact),
      by.map(({ id }) => id),
      later(2),
      fact,
    );

  it('R19: one owner ends a membership at once; an owner’s own, and a mandate another answers for, take as many as issuing', async () => {
    const [a, b, c] = w.owners as [TestPerson, TestPerson, TestPerson];
    const everybody = [a, b, c, w.nurse, w.agent];
    const some = fc.uniqueArray(fc.constantFrom(...everybody), {
      minLength: 1,
      maxLength: 5,
      selector: ({ id }) => id,
    });
    const membershipOf = (person: TestPerson): Payload<'fact'> => ({
      ...{ ...factOf(w), kind: 'membership', team: w.team, person: person.id },
    });
    const target = fc.oneof(
      fc.constantFrom(...everybody).map((person) => ({ fact: membershipOf(person), whose: person, mandate: false })),
      fc
        .constantFrom(a, b, c)
        .map((person) => ({ fact: { ...mandateOf(w), responsible: person.id }, whose: person, mandate: true })),
    );
    const owner = (person: TestPerson) => w.owners.includes(person);
    await fc.assert(
      fc.asyncProperty(some, target, async (signers, { fact, whose, mandate }) => {
        const together = signers.length >= w.authority.payload.threshold && signers.every(owner);
        const alone = signers.length === 1 && owner(signers[0]!);
        const own = signers[0] === whose;
        const stands = mandate || owner(whose);
        expect(permits(w.directory, fact, signers)).toBe(together || (alone && (own || !stands)));
        // Ending never takes more people than beginning, and beginning never fewer than the owners together.
        const begins = w.directory.maySign(
          fact,
          signers.map(({ id }) => id),
          later(2),
        );
        expect(begins).toBe(together);
        if (begins) expect(permits(w.directory, fact, signers)).toBe(true);
      }),
    );
  });

  it('R19: one owner does not oust the agent of another owner, in the directory as in the rules', async () => {
    const mandate = factAt(3);
    await expect(after(await signStatement(endOf(mandate), w.owners[1]!.signer))).rejects.toMatchObject({
      code: 'seal/not-signed',
    });
    for (const signers of [two[0]!, two]) {
      const directory = await after(await signStatement(endOf(mandate), signers));
      expect(directory.mandatesOf(w.agent.id, later(2))).toHaveLength(0);
    }
  });
});

describe('position', () => {
  it('a directory begins with what was known before; one that hides, reorders or replaces a statement does not', async () => {
    const end = await signStatement(endOf(factAt(4)), two);
    const card = await signStatement(
      cardOf(w.organisation, w.nurse, 'professional', { number: 1, from: later(3), until: later(3) }),
      two,
    );
    const known = (await after(end, card)).position;
    expect(known.count).toBe(w.history.length + 2);
    expect((await after(end, card)).beginsWith(known)).toBe(true);
    expect((await after(end)).beginsWith(known)).toBe(false);
    expect((await after(card)).beginsWith(known)).toBe(false);
    expect((await after(card, end)).beginsWith(known)).toBe(false);
    for (let count = 1; count <= w.history.length; count++) {
      const shorter = await directoryOf(w.organisation, w.history.slice(0, count));
      expect((await after(end, card)).beginsWith(shorter.position)).toBe(true);
      expect(shorter.beginsWith(known)).toBe(false);
    }
    expect(new KeyDirectory(w.organisation, webVerifier).position).toEqual({ count: 0, digest: null });
  });
});
