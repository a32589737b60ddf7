import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { answerOf, shapeOf } from './answers.ts';
import { withTables } from './doc.ts';
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
    expect(withTables(page)).toBe(page);
  });

  it('R22: tells answers apart that differ in more than ids, hashes and numbers', () => {
    const reply = (body: object) => ({ status: 200, headers: {}, text: '', json: () => body as never });
    const id = (letter: string) => `dos_${letter.repeat(26)}`;
    const packed = (said: object) => Buffer.from(JSON.stringify(said)).toString('base64url');
    const shape = (of: string, reason: string, line: number, items: object[] = []) =>
      shapeOf(
        reply({ line: { part: packed({ of: id(of), line, reason, more: 'x'.repeat(40) }), items }, dossier: id(of) }),
      );
    expect(shape('a', 'unknown', 1)).toBe(shape('b', 'unknown', 22));
    expect(shape('a', 'no-consent', 1)).not.toBe(shape('a', 'unknown', 1));
    expect(shape('a', 'unknown', 1, [{ position: 0 }])).not.toBe(shape('a', 'unknown', 1));
  });

  it('takes an answer of an unknown kind for none of the expected ones', () => {
    const reply = { status: 404, headers: {}, text: 'not found', json: () => ({}) as never };
    expect(answerOf(reply)).toBe('status 404');
    expect(answerOf({ ...reply, status: 500 })).toBe('status 500');
  });
});
