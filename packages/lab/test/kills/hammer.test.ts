import { describe, expect, it } from 'vitest';
import { runHammer } from '../../src/hammer/hammer.ts';

describe('hammer', () => {
  it('P2, P3, R4, R17: reads, notes, take-overs, removals and syncs at once; every answer right, the stopped vault whole', async () => {
    const { faults, ...counts } = await runHammer({ seconds: 6, patients: 30, seed: 'npm test' });
    console.log(JSON.stringify(counts));
    expect(faults).toEqual([]);
    expect(counts.reads).toBeGreaterThan(20);
    expect(counts.removed).toBeGreaterThan(0);
    expect(counts.syncs).toBeGreaterThan(1);
    expect(counts.acknowledged).toBeGreaterThan(counts.reads);
  });

  it('stops at the first wrong answer and names it', async () => {
    const bend = (text: string) => text.replace('"family":"', '"family":"Een ander dan ');
    const { faults, reads } = await runHammer({ seconds: 60, patients: 12, seed: 'wrong', bend });
    expect(faults[0]).toContain('is none of what may stand there');
    expect(reads).toBeLessThan(40);
  });
});
