import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { answerOf } from './answers.ts';
import { dossierTable, generalTable, roleTable, stateTable } from './doc.ts';
import { STATES } from './dossiers.ts';
import { ABOUT_ONE_ROWS, contradictions, GENERAL_ROWS } from './expected.ts';

const page = readFileSync(new URL('../../../../docs/access-matrix.md', import.meta.url), 'utf8');

describe('the access matrix', () => {
  it('gives every role one answer in every row', () => {
    const rows = [
      ...Object.values(GENERAL_ROWS),
      ...Object.values(ABOUT_ONE_ROWS).flatMap((rowOf) => STATES.map((state) => rowOf(state))),
    ];
    expect(rows.flatMap(contradictions)).toEqual([]);
  });

  it('is the one in docs/access-matrix.md', () => {
    for (const table of [roleTable(), stateTable(), generalTable(), dossierTable()]) expect(page).toContain(table);
  });

  it('takes an answer of an unknown kind for none of the expected ones', () => {
    const reply = { status: 404, headers: {}, text: 'not found', json: () => ({}) as never };
    expect(answerOf(reply)).toBe('status 404');
    expect(answerOf({ ...reply, status: 500 })).toBe('status 500');
  });
});
