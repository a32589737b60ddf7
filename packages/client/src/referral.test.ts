/** The walk "new partner" of the design: pin, refer, visit, report, take over, end. */

import { readFileSync } from 'node:fs';
import { explain } from '@ketenkluis/agent/testing';
import { DAY, fromBase64url, type HandleId, HOUR, MINUTE, newId, plus, systemRandom } from '@ketenkluis/base';
import type { WorklistRow } from '@ketenkluis/care';
import { decodeEntry, type EntryItem } from '@ketenkluis/ledger';
import {
  asShare,
  batchesFromWire,
  expectType,
  type Sealed,
  type Share,
  statementFromWire,
  wrapFromWire,
} from '@ketenkluis/seal';
import { openBundle, openPack } from '@ketenkluis/seal/open';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  acceptReferral,
  accessOf,
  agree,
  assumptionsOf,
  audit,
  couplePartners,
  dossierOf,
  endAssumption,
  endPartner,
  endReferral,
  factIds,
  liftRestriction,
  openDossier,
  partnersOf,
  pastReferralsOf,
  placeOf,
  proposeAssumption,
  proposePartner,
  type Referral,
  referralsOf,
  report,
  restrict,
  restrictionsOf,
  type Session,
  takeOverMessage,
  visit,
  vouch,
  waitingProposals,
  withdrawConsent,
} from './index.ts';
import { BY, makeTwo, said, type Two } from './testing/two.ts';

type Answer = Record<string, unknown> & { results: Record<string, unknown>[]; batches: unknown[] };

describe('a referral between two vaults', () => {
  let two: Two;
  let nurse: Session;
  let rows: readonly WorklistRow[];

  const parts = (answer: Awaited<ReturnType<typeof openDossier>>) => answer.parts.map(({ outcome }) => outcome);
  const of = (all: readonly Referral[], row: WorklistRow) => all.find(({ dossier }) => dossier === row.dossier);
  const REPORT = {
    ...{ message: 'Voeten bekeken.', last: true },
    soep: { s: 'Geen klachten', o: 'Simm’s 1', e: 'Diabetische voet', p: 'Over een jaar' },
    measurements: [
      { ...{ label: said('Simm’s', 'Simm’s'), nhg: '2206', value: '1', unit: null }, date: '2026-01-05' as never },
    ],
  };

  beforeAll(async () => {
    two = await makeTwo();
    await two.couple();
    nurse = await two.practice.signIn('poh-s');
    rows = await two.rows(nurse);
  });
  afterAll(() => two.close());
  afterEach(async () => {
    two.practice.net.between = null;
    // Some tests let days go by.
    await two.practice.sync();
    nurse = await two.practice.signIn('poh-s');
  });

  it('R19: a partner is pinned by two people who compared one fingerprint; one of them alone is not enough', async () => {
    const owner = await two.practice.signIn('gp');
    const second = await two.practice.signIn('B. de Tweede');
    const podiatrist = await two.feet.signIn('podiatrist');
    const [before] = await partnersOf(owner);
    await endPartner(owner, podiatrist.practice);
    expect(await partnersOf(owner)).toEqual([]);

    const card = await two.theirCard(podiatrist);
    expect(card.fingerprint).toEqual(before!.fingerprint);
    expect(await proposePartner(owner, card, { proof: 'gebeld' })).toBe('proposed');
    const [waits] = await waitingProposals(second);
    expect(waits).toMatchObject({ what: 'partner', fingerprint: card.fingerprint, threshold: 2 });
    expect(await agree(owner, waits!.hash)).toBe('proposed');
    expect(await partnersOf(owner)).toEqual([]);
    // A colleague who is no owner may be the second person; an owner puts it into the log.
    const [seen] = await waitingProposals(nurse);
    expect(seen).toMatchObject({ what: 'partner', fingerprint: card.fingerprint, profile: { ura: '90001234' } });
    // Nobody else signed yet, so the owner's client puts nothing there by itself.
    await couplePartners(owner);
    expect(await partnersOf(owner)).toEqual([]);
    expect(await agree(nurse, seen!.hash)).toBe('signed');
    expect((await waitingProposals(nurse))[0]).toMatchObject({ complete: true });
    await couplePartners(second);
    expect(await partnersOf(owner)).toEqual([]);
    await couplePartners(owner);
    const [partner] = await partnersOf(owner);
    expect(new Set(partner!.signers)).toEqual(new Set([owner.person, nurse.person]));
    expect(await waitingProposals(second)).toEqual([]);
    expect(partner).toMatchObject({ profile: { ura: '90001234', proof: 'gebeld' } });
    expect(partner!.keys).not.toBeNull();
    // A colleague who is no owner knows it as well, with its vault's address, before any sync brought names.
    expect((await partnersOf(nurse))[0]).toMatchObject({ profile: { ura: '90001234' }, fingerprint: card.fingerprint });
    expect((await partnersOf(nurse))[0]!.place).not.toBeNull();
  });

  it('R19, R31, R35: consent is assumed only as two people set it, for who they named, and ends with the setting', async () => {
    const owner = await two.practice.signIn('gp');
    const second = await two.practice.signIn('B. de Tweede');
    const day = (days: number) => plus(owner.now(), days * DAY);
    const said = {
      ...{ ground: 'accepted-referral' as const, teams: [two.team], categories: ['podiatrist'], until: day(300) },
      text: 'Folder in de wachtkamer en op de website sinds januari.',
    };
    await expect(proposeAssumption(owner, { ...said, until: day(367) })).rejects.toThrow();
    const strange = proposeAssumption(owner, { ...said, teams: [newId('team', two.practice.random)] });
    await expect(strange).rejects.toThrow();
    expect(await proposeAssumption(owner, said)).toBe('proposed');
    expect(await assumptionsOf(owner)).toEqual([]);
    const [waits] = await waitingProposals(second);
    expect(waits).toMatchObject({ what: 'assumption', threshold: 2, explanation: { text: said.text } });
    expect(await agree(second, waits!.hash)).toBe('admitted');
    const [live] = await assumptionsOf(nurse);
    expect(live).toMatchObject({ fact: { ground: said.ground, teams: [two.team] } });
    expect(live!.explanation).toEqual({ categories: ['podiatrist'], text: said.text });

    const row = rows[2]!;
    await two.send(nurse, row, { assumed: live!.fact.id });
    const guest = await two.guest();
    const received = of(await referralsOf(guest), row)!;
    expect(parts(await openDossier(guest, dossierOf(received)))).toEqual(['permit']);
    const seer = async () => {
      await nurse.people(true);
      const { seers } = await accessOf(nurse, { dossier: row.dossier, facts: row.facts });
      return seers.find(({ team }) => team === two.team);
    };
    expect((await seer())?.consent?.assumed).toBe(live!.fact.id);

    // The visit signed this owner in again.
    const later = await two.practice.signIn('gp');
    await endAssumption(later, live!.fact.id);
    expect(parts(await openDossier(guest, dossierOf(received)))).toEqual(['deny']);
    expect(await seer()).toBeUndefined();
    expect(of(await referralsOf(nurse), row)?.consent ?? null).toBeNull();
    await expect(two.send(nurse, row, { assumed: live!.fact.id })).rejects.toThrow();
    await expect(endAssumption(later, live!.fact.id)).rejects.toThrow();
    // "Wie keek?" still says on what that one look rested, and of no other that it did.
    const { lines, complete } = await audit(nurse, { dossier: row.dossier });
    const looks = lines.filter(({ event, who }) => event === 'release' && who === guest.person);
    // The letter, the part, and a part that was refused.
    const [setting, none] = [live!.fact.id, null];
    expect([complete, looks.map(({ outcome, assumed }) => [outcome, assumed])]).toEqual([
      true,
      [
        ['success', setting],
        ['success', setting],
        ['refused', none],
      ],
    ]);
    expect(lines.filter(({ who, assumed }) => who === nurse.person && assumed !== null)).toEqual([]);
  });

  it('the agent of a partner seals the names of its people, though nobody is enrolled and no owner accepted a choice', async () => {
    const { receipt, lists } = await two.feet.sync();
    expect(receipt.left).toBe(0);
    expect(lists).toBeGreaterThan(0);
    // The word of the day stands in the log and in no directory: it hides nobody.
    await vouch(await two.feet.signIn('podiatrist'));
    await expect(two.feet.sync()).resolves.toMatchObject({ lists: 0 });
  });

  it('R15, R31, R35: the partner opens what the letter names and nothing else, and the log says who looked', async () => {
    const row = rows[0]!;
    const shown = await two.send(nurse, row, { parts: 1 });
    const guest = await two.guest();
    const received = of(await referralsOf(guest), row)!;
    expect(received.state).toBe('sent');
    expect(received.letter!.content).toMatchObject({ question: 'Graag screening van de voeten.' });
    expect(parts(await openDossier(guest, dossierOf(received)))).toEqual(['permit']);
    const more = row.handles.map(({ handle }) => handle).filter((handle) => !shown.includes(handle));
    const facts = factIds(received);
    const other = await openDossier(guest, { dossier: row.dossier, handles: more, facts });
    expect(new Set(parts(other))).toEqual(new Set(['deny']));
    const elsewhere = rows.find(({ dossier }) => dossier !== row.dossier)!;
    const handles = [elsewhere.handles[0]!.handle];
    const none = await openDossier(guest, { dossier: elsewhere.dossier, handles, facts });
    expect(none.parts[0]).toMatchObject({ outcome: 'deny', reason: (other.parts[0] as { reason: string }).reason });

    const owner = await two.practice.signIn('gp');
    const { lines, complete } = await audit(owner, { dossier: row.dossier });
    expect(complete).toBe(true);
    const looks = lines.filter(({ who }) => who === guest.person);
    expect(looks.map(({ event }) => event)).toContain('release');
    expect(looks.every((line) => line.organisation === guest.organisation && line.verified)).toBe(true);
    const access = await accessOf(owner, { dossier: row.dossier });
    expect(access.seers.find(({ team }) => team === two.team)).toMatchObject({
      ...{ partner: guest.organisation, handles: shown, until: received.until },
    });
    expect(access.hidden).toBe(0);
  });

  it('goes from sent to closed, and both sides see each state', async () => {
    const row = rows[1]!;
    await two.send(nurse, row);
    const guest = await two.guest();
    const states = async () => [of(await referralsOf(nurse), row)?.state, of(await referralsOf(guest), row)?.state];
    expect(await states()).toEqual(['sent', 'sent']);
    await acceptReferral(guest, of(await referralsOf(guest), row)!, BY);
    expect(await states()).toEqual(['accepted', 'accepted']);
    const received = of(await referralsOf(guest), row)!;
    const sent = await report(guest, received, BY, REPORT);
    expect(await states()).toEqual(['reported', 'reported']);
    const mine = of(await referralsOf(nurse), row)!;
    const message = mine.messages.find(({ handle }) => handle === sent.handle)!;
    expect(message.content).toMatchObject({ kind: 'reported', measurements: [{ nhg: '2206' }] });
    // With the partner's last word taken over, the step closes and access ends.
    await takeOverMessage(nurse, mine, message.handle, row.facts);
    expect(await states()).toEqual([undefined, undefined]);
    expect(parts(await openDossier(guest, dossierOf(received)))).toEqual(['deny']);
  });

  /** The client share that the podiatrist's team held of a part, taken from a release as it went over the wire. */
  async function takenBy(session: Session, work: () => Promise<unknown>, handle: HandleId) {
    let seen: Answer | null = null;
    two.practice.net.between = async (url, ask) => {
      const answer = await ask();
      if (!url.endsWith('/releases') || answer.status !== 200) return answer;
      const bytes = await answer.arrayBuffer();
      seen = JSON.parse(new TextDecoder().decode(bytes)) as Answer;
      return { ...answer, arrayBuffer: async () => bytes };
    };
    await work();
    two.practice.net.between = null;
    const answer = seen! as Answer;
    const one = answer.results.find((result) => result.handle === handle)!;
    const batches = batchesFromWire(answer.batches);
    const read = (name: string) => statementFromWire(one[name], batches);
    const grant = expectType(read('grant'), 'grant').payload;
    const bundle = await openBundle(
      expectType(read('bundle'), 'bundle').payload,
      await session.teamKey(grant.team, grant.epoch),
    );
    const c = (await bundle.unwrap(wrapFromWire(one.wrap))) as Share<'c'>;
    const descriptor = expectType(read('descriptor'), 'descriptor').payload;
    return { c, descriptor, pack: fromBase64url(one.pack as string), h: asShare('h', fromBase64url(one.h as string)) };
  }

  interface Heads {
    readonly dossiers: readonly { readonly dossier: string; readonly given: readonly unknown[] }[];
    readonly batches: readonly { readonly header: string }[];
  }
  /** What the vault shows the agent at this sync, as it goes out and as the agent gets it. */
  async function headsOf(shown: (heads: Heads) => Partial<Heads>): Promise<Heads> {
    let seen: Heads | undefined;
    two.practice.net.between = async (url, ask) => {
      const answer = await ask();
      if (!url.endsWith('/heads') || answer.status !== 200) return answer;
      seen = JSON.parse(new TextDecoder().decode(await answer.arrayBuffer())) as Heads;
      const bytes = new TextEncoder().encode(JSON.stringify({ ...seen, ...shown(seen) }));
      return { ...answer, arrayBuffer: async () => bytes.buffer as ArrayBuffer };
    };
    try {
      await two.practice.sync();
    } finally {
      two.practice.net.between = null;
    }
    return seen!;
  }

  it('R17: refused at once when it ends, and sealed under fresh shares at the next sync: old keys open nothing newer', async () => {
    const row = rows[2]!;
    const [handle] = (await two.send(nurse, row)) as [HandleId];
    const stood = await headsOf((heads) => heads);
    nurse = await two.practice.signIn('poh-s');
    const guest = await two.guest();
    const received = of(await referralsOf(guest), row)!;
    const old = await takenBy(guest, () => openDossier(guest, dossierOf(received)), handle);
    const mine = of(await referralsOf(nurse), row)!;
    await endReferral(nurse, mine, row.facts);
    expect(parts(await openDossier(guest, dossierOf(received)))).toEqual(['deny']);
    const { facts } = row;
    const before = await takenBy(
      nurse,
      () => openDossier(nurse, { dossier: row.dossier, handles: [handle], facts }),
      handle,
    );
    expect(before.descriptor.version).toBe(old.descriptor.version);
    const freshNow = async () => (await pastReferralsOf(nurse)).fresh.get(mine.id);
    expect(await freshNow()).toEqual({ done: 0, total: 1 });
    // A vault that kept what ended shows the agent that it stands: nothing is sealed for that partner again.
    const bringsBack = headsOf(({ dossiers, batches }) => {
      const was = stood.dossiers.find(({ dossier }) => dossier === row.dossier)!;
      const now = dossiers.find(({ dossier }) => dossier === row.dossier)!;
      expect(was.given.length).toBeGreaterThan(now.given.length);
      const known = new Set(batches.map(({ header }) => header));
      const more = stood.batches.filter(({ header }) => !known.has(header));
      return {
        dossiers: dossiers.map((one) => (one === now ? { ...now, given: was.given } : one)),
        batches: [...batches, ...more],
      };
    });
    await expect(bringsBack).rejects.toMatchObject({ code: 'agent/vault-forked' });
    await two.practice.sync();
    nurse = await two.practice.signIn('poh-s');
    expect(await freshNow()).toEqual({ done: 1, total: 1 });
    const fresh = await takenBy(
      nurse,
      () => openDossier(nurse, { dossier: row.dossier, handles: [handle], facts }),
      handle,
    );
    expect(fresh.descriptor.version).toBe(old.descriptor.version + 1);
    const people = await nurse.people();
    const open = (c: Share<'c'>) =>
      openPack({
        ...{ pack: fresh.pack as Sealed<'pack'>, shares: { c, h: fresh.h }, descriptor: fresh.descriptor },
        ...{ keyOf: (by: string) => people.keyOf(by, nurse.now()), verifier: nurse.verifier },
      });
    // A vault that gives everything it has, to somebody who kept every key.
    await expect(open(old.c)).rejects.toThrow();
    await expect(open(fresh.c)).resolves.toBeDefined();
  });

  it('R17, R33: a partner and a dishonest host bring back nothing with a message: the monitor takes head and grants of it, and no fact', async () => {
    const { vault } = two.practice.vault();
    const people = (await vault.people.of(nurse.practice))!;
    const all = await vault.storage.ledger.entries(people.log, 0, (await vault.storage.ledger.state(people.log)).size);
    const lines = all.map(({ index, stored }) => ({ index, stored, entry: decodeEntry(stored).entry }));
    const line = lines.findLast(
      ({ entry: { common } }) =>
        common.event === 'write' && common.outcome === 'success' && common.organisation !== nurse.practice,
    )!;
    const { entry } = line;
    const { register } = two.practice.init.state;
    const withItems = (...more: Partial<EntryItem>[]) => {
      const items = [...more.map((one) => ({ ...entry.items[0]!, handle: null, ...one })), ...entry.items];
      return () => explain(register, [{ ...line, entry: { ...entry, items } as typeof entry }], [], people.keys);
    };
    const fact = newId('fact', systemRandom);
    expect(withItems()).not.toThrow();
    for (const kind of ['fact', 'withdrawal', 'drop'] as const)
      expect(withItems({ kind, facts: [fact] })).toThrow('of a partner changes more than a message brings');
  });

  it('R33: consent that is withdrawn is refused at once', async () => {
    const row = rows[3]!;
    await two.send(nurse, row);
    const guest = await two.guest();
    const received = of(await referralsOf(guest), row)!;
    expect(parts(await openDossier(guest, dossierOf(received)))).toEqual(['permit']);
    await withdrawConsent(nurse, { dossier: row.dossier, partner: guest.organisation }, row.facts);
    expect(parts(await openDossier(guest, dossierOf(received)))).toEqual(['deny']);
    expect(of(await referralsOf(guest), row)).toBeUndefined();
  });

  it('R34: what the patient shuts stays shut, whatever was consented to, and looks like nothing that is there', async () => {
    const row = rows.at(-1)!;
    const [handle] = (await two.send(nurse, row)) as [HandleId];
    const guest = await two.guest();
    const received = of(await referralsOf(guest), row)!;
    expect(parts(await openDossier(guest, dossierOf(received)))).toEqual(['permit']);
    const { dossier, facts } = row;
    await restrict(nurse, { dossier, facts, handles: [handle], excluded: 'outside', until: null });
    const shut = await openDossier(guest, dossierOf(received));
    const never = await openDossier(guest, { dossier, handles: [newId('handle', two.practice.random)], facts: [] });
    expect(shut.parts[0]).toMatchObject({ outcome: 'deny', reason: (never.parts[0] as { reason: string }).reason });
    // Own people go on, and see that something is not shown.
    expect(parts(await openDossier(nurse, { dossier, handles: [handle], facts }))).toEqual(['permit']);
    expect((await accessOf(nurse, { dossier, facts })).hidden).toBe(1);
    // Who recorded it sees it again, and lifts it when the patient asks; then it is over at once.
    const [stands, ...more] = await restrictionsOf(nurse, { dossier, facts });
    expect([stands!.fact.excluded, stands!.fact.by, stands!.mayLift, more]).toEqual([
      'outside',
      nurse.person,
      true,
      [],
    ]);
    await liftRestriction(nurse, { dossier, facts, fact: stands!.fact.id });
    expect(await restrictionsOf(nurse, { dossier, facts })).toEqual([]);
    expect((await accessOf(nurse, { dossier, facts })).hidden).toBe(0);
    expect(parts(await openDossier(guest, dossierOf(received)))).toEqual(['permit']);
    const again = liftRestriction(nurse, { dossier, facts, fact: stands!.fact.id });
    await expect(again).rejects.toMatchObject({ code: 'client/refused' });
    const { lines, complete } = await audit(nurse, { dossier });
    expect([complete, lines.filter(({ event }) => event === 'consent').length]).toEqual([true, 2]);
  });

  it('R16: nobody refers to a team of the practice itself', async () => {
    const row = rows[0]!;
    const people = await nurse.people();
    const own = people.memberships(nurse.now()).find(({ person }) => person === nurse.person)!.team;
    await expect(two.send(nurse, row, { to: own })).rejects.toMatchObject({ code: 'client/refused' });
  });

  it('seals a new version for the partner as long as the step lives, and none after it ran out', async () => {
    const row = rows[0]!;
    const versionFor = async () => {
      const guest = await two.guest();
      const received = of(await referralsOf(guest), row);
      if (received === undefined) return null;
      const [handle] = received.handles as [HandleId];
      const seen = await takenBy(guest, () => openDossier(guest, dossierOf(received)), handle);
      return seen.descriptor.version;
    };
    const first = await versionFor();
    await two.practice.sync({ mirror: `${two.practice.dir}/mirror` });
    expect(await versionFor()).toBe(first);
    expect(first).not.toBeNull();
    const [kept] = JSON.parse(readFileSync(`${two.practice.dir}/mirror/partners.json`, 'utf8')) as {
      statements: unknown[];
    }[];
    expect(kept!.statements.length).toBeGreaterThan(0);
    // What changes in the GP system reaches the partner too, and whoever else may open it.
    two.practice.patients = two.practice.patients.map((one) => ({
      ...{ ...one, family: `${one.family}-Proef` },
      ...{ systolic: [...one.systolic, 155], hba1c: [...one.hba1c, 61] },
    }));
    await two.practice.sync();
    expect(await versionFor()).toBe(first! + 1);
    // Ninety days later it has ended by itself.
    for (let week = 0; week < 13; week++) {
      two.practice.clock.move(7 * DAY);
      await two.practice.sync();
    }
    expect(await versionFor()).toBeNull();
  });

  it('a membership of yesterday opens nothing', async () => {
    const podiatrist = await two.feet.signIn('podiatrist');
    await vouch(podiatrist);
    const owner = await two.practice.signIn('gp');
    const place = placeOf(await two.ownCard(owner));
    await expect(visit(podiatrist, place)).resolves.toBeDefined();
    two.practice.clock.move(25 * HOUR);
    const later = await two.feet.signIn('podiatrist');
    await expect(visit(later, place)).rejects.toMatchObject({ code: 'client/not-vouched' });
    expect(await vouch(later)).toBeGreaterThan(0);
    expect(await vouch(later)).toBe(0);
    const guest = await visit(later, place);
    two.practice.clock.move(MINUTE);
    await expect(referralsOf(guest)).resolves.toBeDefined();
    later.lock();
    await expect(referralsOf(guest)).rejects.toMatchObject({ code: 'client/not-open' });
  });
});
