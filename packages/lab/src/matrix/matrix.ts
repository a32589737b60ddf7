/**
 * Every endpoint x role x state of the relation against a running vault (R15, R16, R22). The endpoints come from the OpenAPI document
 * that the vault itself serves, so that one without a row, or without a way to ask it, counts as untested.
 */

import { startTestWorld } from '@ketenkluis/vault/testing';
import { type Answer, answerOf } from './answers.ts';
import { ABOUT_ONE, type Ask, endpointOf, GENERAL } from './asks.ts';
import { STATES, type State, targetsOf } from './dossiers.ts';
import { ABOUT_ONE_ROWS, expectedOf, GENERAL_ROWS, type Row } from './expected.ts';
import { askersOf, ROLES, type Role } from './roles.ts';

export interface Cell {
  readonly endpoint: string;
  readonly role: Role;
  readonly state: State | null;
  readonly expected: Answer;
  readonly answer: string;
}
export interface Matrix {
  readonly endpoints: number;
  readonly cells: readonly Cell[];
  /** Endpoints of the document that nobody asks here. */
  readonly untested: readonly string[];
  readonly wrong: readonly Cell[];
}

/** What changes the sessions that all others need, in this order after them. */
const LAST = ['session-confirm', 'session-close'];

/** What a monitoring program or a browser asks; no person and no practice comes into it. */
const OUTSIDE: ReadonlySet<string> = new Set(['GET /metrics', 'GET /openapi.json']);

interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

export async function runMatrix(): Promise<Matrix> {
  const world = await startTestWorld();
  const other = await startTestWorld();
  try {
    const document = (await world.running.app.inject({ method: 'GET', url: '/openapi.json' })).json<Document>();
    const operations = Object.entries(document.paths)
      .flatMap(([path, verbs]) => Object.keys(verbs).map((verb) => [verb.toUpperCase(), path] as const))
      .filter(([method, path]) => !OUTSIDE.has(`${method} ${path}`));
    const askers = await askersOf(world, other);
    const targets = await targetsOf(world, askers.agent.session, askers.nurse.session);
    // The step that runs out by itself has run out now.
    world.time.move(2 * 60_000);
    const cells: Cell[] = [];
    const untested: string[] = [];
    const play = async (endpoint: string, ask: Ask, row: Row, state: State | null) => {
      for (const role of ROLES) {
        const answer = answerOf(await ask(world, askers[role], targets[state ?? 'treated']));
        cells.push({ endpoint, role, state, expected: expectedOf(row, role), answer });
      }
    };
    const names = operations.map(([method, path]) => endpointOf(method, path) ?? `${method} ${path}`);
    for (const name of names.toSorted((a, b) => LAST.indexOf(a) - LAST.indexOf(b))) {
      const [general, row] = [GENERAL[name], GENERAL_ROWS[name]];
      const [about, rowOf] = [ABOUT_ONE[name], ABOUT_ONE_ROWS[name]];
      if (general !== undefined && row !== undefined) await play(name, general, row, null);
      else if (about !== undefined && rowOf !== undefined)
        for (const state of STATES) await play(name, about, rowOf(state), state);
      else untested.push(name);
    }
    const wrong = cells.filter(({ expected, answer }) => expected !== answer);
    return { endpoints: names.length, cells, untested, wrong };
  } finally {
    await world.close();
    await other.close();
  }
}
