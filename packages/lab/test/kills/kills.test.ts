import { describe, expect, it } from 'vitest';
import { playKills } from '../../src/kills/kills.ts';

describe('kill -9', () => {
  it('P3, R14: 200 kills of agent and vault lose no acknowledged line, leave nothing over, and end in the same state', async () => {
    const report = await playKills({ patients: 40, kills: 200, seed: 7 });
    expect(report.faults).toEqual([]);
    expect(report.kills.agent + report.kills.vault).toBe(200);
    expect(report.kills.agent).toBeGreaterThan(50);
    expect(report.kills.vault).toBeGreaterThan(50);
    // Most must hit something that was still at work, or the test shows nothing.
    expect(report.midway).toBeGreaterThan(100);
  });
});
