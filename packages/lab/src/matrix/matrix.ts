/**
 * Every endpoint x role x state of the relation against a running vault (R15, R16, R22). The endpoints come from the OpenAPI document
 * that the vault itself serves, so that one without a row, or without a way to ask it, counts as untested.
 */

import { type Reply, startPartner, startTestWorld, takeSnapshot } from '@ketenkluis/vault/testing';
import { type Answer, answerOf, shapeOf } from './answers.ts';
import { ABOUT_ONE, type Ask, endpointOf, GENERAL } from './asks.ts';
import { AT_THE_DOOR, doorstep } from './door.ts';
import { STATES, type State, targetsOf } from './dossiers.ts';
import { ABOUT_ONE_ROWS, expectedOf, GENERAL_ROWS, type Row } from './expected.ts';
import { castOf, ROLES, type Role } from './roles.ts';

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

/** What changes dossiers or sessions in a way that others would notice, in this order after them. */
const LAST = ['review-told', 'review-close', 'call', 'refer', 'end', 'consent', 'session-confirm', 'session-close'];

/** Who looked is asked first, while there is little to tell. */
const turn = (name: string): number => (name === 'audit' ? -2 : LAST.indexOf(name));

/** What a monitoring program or a browser asks; no person and no practice comes into it. */
const OUTSIDE: ReadonlySet<string> = new Set(['GET /metrics', 'GET /openapi.json']);

/** The nurse, those at the door with her message, everybody else. */
const place = (role: Role): number => (role === 'nurse' ? 0 : AT_THE_DOOR.has(role) ? 1 : 2);

/** Is this what is said of a patient who is not here? */
const asAbsent = (reply: Reply, absent: string | undefined): string => {
  const answer = answerOf(reply);
  if (answer !== 'no') return answer;
  return shapeOf(reply) === absent ? 'unknown' : 'unlike an unknown patient';
};

interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/** `only`: this endpoint and no other. */
export async function runMatrix(only?: string): Promise<Matrix> {
  const world = await startTestWorld();
  const partners = [await startPartner(world), await startPartner(world)] as const;
  try {
    const document = (await world.running.app.inject({ method: 'GET', url: '/openapi.json' })).json<Document>();
    const operations = Object.entries(document.paths)
      .flatMap(([path, verbs]) => Object.keys(verbs).map((verb) => [verb.toUpperCase(), path] as const))
      .filter(([method, path]) => !OUTSIDE.has(`${method} ${path}`));
    const cast = await castOf(world, partners);
    const { askers } = cast;
    const targets = await targetsOf(world, cast);
    await cast.end();
    // The step that runs out by itself has run out now.
    world.time.move(2 * 60_000);
    const { reply } = await takeSnapshot(world, askers.agent.session);
    if (reply.status !== 200) throw new Error(`the matrix could not confirm its dossiers: ${reply.text}`);
    const cells: Cell[] = [];
    const untested: string[] = [];
    const door = await doorstep(world);
    const play = async (endpoint: string, ask: Ask, row: Row, state: State | null, absent?: string) => {
      const target = targets[state ?? 'treated'];
      const order = state === null ? ROLES : ROLES.toSorted((a, b) => place(a) - place(b));
      for (const role of order) {
        const again = state !== null && AT_THE_DOOR.has(role);
        const asker = askers[role];
        const reply = again ? await door.again(asker.session.token) : await ask(door.world, asker, target);
        const expected = expectedOf(row, role);
        const answer = expected === 'unknown' ? asAbsent(reply, absent) : answerOf(reply);
        cells.push({ endpoint, role, state, expected, answer });
      }
    };
    const all = operations.map(([method, path]) => endpointOf(method, path) ?? `${method} ${path}`);
    const names = all.filter((name) => only === undefined || name === only);
    for (const name of names.toSorted((a, b) => turn(a) - turn(b))) {
      const [general, row] = [GENERAL[name], GENERAL_ROWS[name]];
      if (general !== undefined && row !== undefined) {
        await play(name, general, row, null);
        continue;
      }
      // One endpoint is asked in more than one class.
      const kinds = Object.keys(ABOUT_ONE).filter((one) => one.split(' ')[0] === name);
      if (kinds.length === 0 || kinds.some((one) => ABOUT_ONE_ROWS[one] === undefined)) untested.push(name);
      for (const one of kinds) {
        const [about, rowOf] = [ABOUT_ONE[one]!, ABOUT_ONE_ROWS[one]!];
        const told = expectedOf(rowOf('unknown'), 'guest') === 'unknown';
        const absent = told ? shapeOf(await about(door.world, askers.guest, targets.unknown)) : undefined;
        for (const state of STATES) await play(one, about, rowOf(state), state, absent);
      }
    }
    const wrong = cells.filter(({ expected, answer }) => expected !== answer);
    return { endpoints: names.length, cells, untested, wrong };
  } finally {
    await world.close();
    for (const partner of partners) await partner.close();
  }
}
