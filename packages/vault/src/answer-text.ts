/**
 * The answer to a look as it leaves: the same text that `releaseAnswer` would be checked and written as, but what many answers have in
 * common (statements, wraps, states) is checked and written once. `answer-text.test.ts` holds it to the schema.
 */

import { releaseAnswer, released } from '@ketenkluis/protocol';
import { z } from 'zod';

type Answer = z.infer<typeof releaseAnswer>;
type Released = Answer['results'][number];
type State = Answer['states'][number];

/** By what it was checked as and the shared object; these come from rows and are never changed (statements.ts, permitted.ts, states.ts). */
const texts = new Map<z.ZodType, WeakMap<object, string>>();

const whole = (schema: z.ZodType, value: unknown): string => JSON.stringify(z.encode(schema, value));
function shared(schema: z.ZodType, value: object): string {
  const known = texts.get(schema) ?? new WeakMap<object, string>();
  texts.set(schema, known);
  const text = known.get(value) ?? whole(schema, value);
  known.set(value, text);
  return text;
}
/** The bounds of a list, without looking into it. */
const bounds = <T extends z.ZodArray>(list: T): z.ZodType =>
  list.clone({ ...list.def, element: z.unknown() } as T['def']);

const [permit, deny] = released.options;
const { descriptor, wrap, pack, facts, grants } = permit.shape;
const own = permit.pick({ outcome: true, handle: true, dossier: true, h: true });
const state = releaseAnswer.shape.states.element;
const stated = state.pick({ dossier: true, seq: true, state: true, notes: true });
const frame = releaseAnswer.pick({ line: true, checkpoint: true, consistency: true, gone: true });
const bounded = {
  results: bounds(releaseAnswer.shape.results),
  states: bounds(releaseAnswer.shape.states),
  batches: bounds(releaseAnswer.shape.batches),
  facts: bounds(facts),
  grants: bounds(grants),
};

function list<T>(schema: z.ZodType, values: readonly T[], text: (value: T) => string): string {
  z.parse(schema, values);
  return `[${values.map(text).join()}]`;
}
const statement = (value: object): string => shared(descriptor, value);

/** `known` is an object's text; the rest goes before its end. */
const extend = (known: string, rest: Readonly<Record<string, string>>): string =>
  `${known.slice(0, -1)},${Object.entries(rest)
    .map(([key, text]) => `"${key}":${text}`)
    .join()}}`;

function resultText(result: Released): string {
  if (result.outcome === 'deny') return whole(deny, result);
  const { outcome, handle, dossier, h, ...rest } = result;
  const { descriptor: head, grant, bundle, wrap: wrapped, pack: packed, facts: stands, grants: all, ...other } = rest;
  return extend(whole(own, { outcome, handle, dossier, h, ...other }), {
    ...{ descriptor: statement(head), grant: statement(grant), bundle: statement(bundle) },
    ...{ wrap: shared(wrap, wrapped), pack: `"${z.encode(pack, packed)}"` },
    facts: list(bounded.facts, stands, statement),
    grants: list(bounded.grants, all, statement),
  });
}

function stateText({ live, snapshot, changes, ...rest }: State): string {
  return extend(whole(stated, rest), {
    live: shared(state.shape.live, live),
    snapshot: snapshot === null ? 'null' : shared(state.shape.snapshot, snapshot),
    changes: whole(state.shape.changes, changes),
  });
}

/** JSON in ASCII: a text with one wide character takes twice the room and the time. */
const ascii = (text: string): string =>
  // biome-ignore lint/suspicious/noControlCharactersInRegex: everything outside ASCII
  text.replace(/[^\x00-\x7f]/g, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`);

/** Throws zod's error where an answer does not fit the schema. */
export function releaseText(answer: Answer): string {
  const { results, states, snapshot, batches, ...rest } = answer;
  return extend(ascii(whole(frame, rest)), {
    results: list(bounded.results, results, resultText),
    states: list(bounded.states, states, stateText),
    snapshot: snapshot === null ? 'null' : statement(snapshot),
    batches: list(bounded.batches, batches, statement),
  });
}
