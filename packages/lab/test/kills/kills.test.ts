import { describe, expect, it } from 'vitest';
import { runKills } from '../../src/kills/run.ts';

const KILLS = 200;

describe('kill -9', () => {
  it('P3, R46: agent and vault killed 200 times at random moments: same end, nothing acknowledged lost, nothing left over', async () => {
    const report = await runKills({ kills: KILLS, seed: 'npm test', patients: 40 });
    const { faults, ...counts } = report;
    console.log(JSON.stringify(counts));
    expect(faults).toEqual([]);
    expect(report.agent + report.vault).toBe(KILLS);
    expect(report.atWork).toBeGreaterThan(KILLS / 3);
    expect(report.looks).toBeGreaterThan(10);
    expect(report.acknowledged).toBeGreaterThan(KILLS);
  });
});
