/** What a patient says themselves (docs/spec/own.md, "In their own hands"), over random questions. */

import { readFileSync } from 'node:fs';
import { DAY, plus } from '@ketenkluis/base';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { caseOf, dossiers, NOW, practice } from './cases.test-util.ts';
import { decide, type KnownFact, type Question } from './index.ts';
import { loadPolicy } from './node.ts';

const withOwns = (question: Question, change: (known: KnownFact) => KnownFact | null): Question => ({
  ...question,
  facts: question.facts.flatMap((one) => (one.fact.kind === 'own' ? (change(one) ?? []) : one)),
});

describe('the patient’s own word', () => {
  beforeAll(loadPolicy);

  it('R17, R31: a consent said through an own counts while that own lives, of this dossier and practice; beside it nothing changes', () => {
    let seen = 0;
    fc.assert(
      fc.property(fc.nat(), (seed) => {
        const question = caseOf(seed);
        const decision = decide(question);
        if (decision.outcome !== 'permit' || decision.consent === null) return;
        const said = question.facts.filter(
          ({ fact }) => fact.kind === 'consent' && fact.organisation === question.actor.organisation,
        );
        if (!said.every(({ fact }) => fact.kind === 'consent' && fact.through !== undefined)) return;
        seen++;
        const no = { outcome: 'deny', reason: 'no-consent' };
        expect(decide(withOwns(question, () => null))).toMatchObject(no);
        expect(decide(withOwns(question, (one) => ({ ...one, ended: NOW })))).toMatchObject(no);
        for (const more of [
          { until: NOW },
          { from: plus(NOW, 1) },
          { dossier: dossiers[1]! },
          { practice: question.actor.organisation },
        ])
          expect(
            decide(withOwns(question, (one) => ({ ...one, fact: { ...one.fact, ...more } as KnownFact['fact'] }))),
          ).toMatchObject(no);
        // Whoever it is that reads: the word stands with the own, not with a person.
        const shut = {
          t: 'fact',
          v: 1,
          suite: 1,
          kind: 'restriction',
          id: `fac_${'c'.repeat(25)}a`,
          practice,
        } as const;
        const of = {
          dossier: question.item.dossier!,
          handles: null,
          excluded: 'outside',
          from: NOW,
          until: plus(NOW, DAY),
        };
        const restricted = { fact: { ...shut, ...of } as KnownFact['fact'], ended: null };
        expect(decide({ ...question, facts: [...question.facts, restricted] }).outcome).toBe('deny');
      }),
      { numRuns: 1500 },
    );
    expect(seen).toBeGreaterThan(10);
  });

  it('R16, R19: nobody says anything in a patient’s place: no card but a patient’s, no dossier but their own, none that has gone', () => {
    let seen = 0;
    fc.assert(
      fc.property(fc.nat(), (seed) => {
        const question = { ...caseOf(seed), class: 'say' as const };
        const decision = decide(question);
        if (decision.outcome !== 'permit') return;
        seen++;
        for (const kind of ['professional', 'trustee', 'agent', 'vault'] as const)
          expect(decide({ ...question, card: { ...question.card!, kind } }).outcome).toBe('deny');
        const { item } = question;
        expect(decide({ ...question, item: { ...item, dossier: dossiers[1]! } }).outcome).toBe('deny');
        for (const state of ['gone', 'unknown'] as const)
          expect(decide({ ...question, item: { ...item, state } }).outcome).toBe('deny');
        expect(decide(withOwns(question, (one) => ({ ...one, ended: NOW }))).outcome).toBe('deny');
        // Saying opens nothing, and reading says nothing.
        for (const other of ['look', 'write', 'grant', 'audit', 'admin', 'emergency'] as const)
          expect(decide({ ...question, class: other }).outcome).toBe('deny');
      }),
      { numRuns: 1500 },
    );
    expect(seen).toBeGreaterThan(10);
  });

  it('R20: has a policy of its own, in words that a privacy officer reads', () => {
    const text = readFileSync(new URL('../policies/say.cedar', import.meta.url), 'utf8');
    expect(text).toMatch(/^\/\/ VRAAG: mag deze patiënt/);
  });
});
