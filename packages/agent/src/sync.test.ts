import { parseWorklist } from '@ketenkluis/care';
import { audit, openDossier, openList } from '@ketenkluis/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeWorld, type World } from './testing/world.ts';

describe('first sync', () => {
  let world: World;
  beforeAll(async () => {
    world = await makeWorld(40);
  });
  afterAll(() => world.close());

  it('R1: enrols the candidates and sends exactly those', async () => {
    const enrolled = await world.enrol();
    expect(enrolled.enrolled).toBe(27);
    const result = await world.sync();
    expect(result.receipt.left).toBe(27);
    expect(result.changed).toBe(27);
    expect(result.packs).toBeGreaterThan(100);
  });

  it('a nurse opens the list and one dossier, and the log proves it', async () => {
    const session = await world.signIn('poh-s');
    const list = await openList(session, 'worklist');
    const rows = parseWorklist((list.content as { list: unknown }).list).rows;
    expect(rows).toHaveLength(27);
    const row = rows[0]!;
    const dossier = await openDossier(session, {
      dossier: row.dossier,
      handles: row.handles.map(({ handle }) => handle),
      facts: row.facts,
    });
    expect(dossier.parts.every(({ outcome }) => outcome === 'permit')).toBe(true);
    expect(dossier.confirmation.state).toBe('confirmed');
    const looked = await audit(session, { dossier: row.dossier });
    expect(looked.complete).toBe(true);
    expect(looked.lines.some(({ event, who }) => event === 'release' && who === session.person)).toBe(true);
  });
});
