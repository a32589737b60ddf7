/** The policies as texts: sound, what the program carries, and nothing that a shape could hide. Answers to known questions. */

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as cedar from '@cedar-policy/cedar-wasm/nodejs';
import { afterEach, describe, expect, it } from 'vitest';
import { caseOf } from './cases.test-util.ts';
import { type Cedar, cedarEngine } from './cedar.ts';
import type { Attributes, PolicyCall, Value } from './engine.ts';
import { evidenceFor } from './evidence.ts';
import { POLICIES, SCHEMA } from './policies.ts';
import { oncePerShape, shapeOf } from './shape.ts';
import { VALIDATED } from './validated.ts';
import { POLICY_VERSION } from './version.ts';

const folder = join(import.meta.dirname, '../policies');
const read = (name: string) => readFileSync(join(folder, name), 'utf8');
const files = readdirSync(folder).filter((name) => name.endsWith('.cedar'));
/** Without what people read. */
const code = (text: string) => text.replace(/\/\/.*$/gm, '').replace(/"[^"]*"/g, '""');

describe('the policies', () => {
  it('R20: are the files in policies/, word for word', () => {
    expect(SCHEMA).toBe(read('schema.cedarschema'));
    expect(Object.keys(POLICIES).map((name) => `${name}.cedar`)).toEqual(files.sort());
    for (const name of files) expect(POLICIES[name.slice(0, -'.cedar'.length)]).toBe(read(name));
  });

  it('R20: hold under the schema, strictly, without a warning', () => {
    const policies = { staticPolicies: Object.values(POLICIES).join('\n') };
    const checked = cedar.validate({ validationSettings: { mode: 'strict' }, schema: SCHEMA, policies });
    expect(checked).toMatchObject({ type: 'success', validationErrors: [], validationWarnings: [] });
    // A start takes this test's word for exactly these texts, and exactly this Cedar's.
    expect(VALIDATED).toEqual({ cedar: cedar.getCedarVersion(), texts: POLICY_VERSION });
  });

  it('R20: are held to the schema at the start unless they and Cedar are what was validated, to the letter', () => {
    let validated = 0;
    const watched = (version = cedar.getCedarVersion()): Cedar => ({
      ...cedar,
      getCedarVersion: () => version,
      // Whether it is asked at all; what it says stands in the other tests.
      validate: () => {
        validated++;
        return { type: 'success', validationErrors: [], validationWarnings: [] };
      },
    });
    cedarEngine(watched());
    expect(validated).toBe(0);
    cedarEngine(watched('4.13.1'));
    expect(validated).toBe(1);
    cedarEngine(watched(), { ...POLICIES, look: `${POLICIES.look!}\n` });
    expect(validated).toBe(2);
    cedarEngine(watched(), Object.fromEntries(Object.entries(POLICIES).slice(1)));
    expect(validated).toBe(3);
    cedarEngine(cedar);
  });

  it('R20: what does not fit the schema is not used', () => {
    const wrong = { look: POLICIES.look!.replace('context.step.team', 'context.step.teem') };
    expect(() => cedarEngine(cedar, wrong)).toThrow(expect.objectContaining({ code: 'access/bad-policy' }));
    expect(() => cedarEngine(cedar, { look: 'permit (' })).toThrow(
      expect.objectContaining({ code: 'access/bad-policy' }),
    );
    cedarEngine(cedar);
  });

  it('say in Dutch which question they answer and on what ground, one question per file', () => {
    for (const name of files) {
      expect(read(name)).toMatch(/^\/\/ VRAAG: .+\n(\/\/ {7,}.+\n)*\/\/ GROND: /);
      const asked = new Set([...read(name).matchAll(/action == Action::"(\w+)"/g)].map((match) => match[1]));
      expect([...asked]).toEqual(name === 'closed.cedar' ? [] : [name.slice(0, -'.cedar'.length)]);
      expect(read(name)).not.toMatch(/\bforbid\b/);
    }
  });

  it('every action of the schema has its policy, but the one that nobody may', () => {
    const actions = [...SCHEMA.matchAll(/^action ([\w, ]+) appliesTo/gm)].flatMap((match) => match[1]!.split(', '));
    const closed = ['rotate'];
    const named = files.map((name) => name.slice(0, -'.cedar'.length)).filter((name) => name !== 'closed');
    expect(actions.filter((name) => !closed.includes(name)).sort()).toEqual(named.sort());
  });

  it('withdrawal stands beside every end of a fact, in every policy', () => {
    for (const [name, text] of Object.entries(POLICIES)) {
      const facts = [...text.matchAll(/context\.now < context\.(\w+)\.until/g)].map((match) => match[1]);
      for (const fact of facts) expect([name, text.includes(`!context.${fact}.withdrawn`)]).toEqual([name, true]);
      if (/action == Action::"(look|write|inbox|grant|emergency)"/.test(text)) {
        expect(new Set(facts).size).toBeGreaterThanOrEqual(name === 'emergency' ? 3 : 4);
        expect(text).toContain('context.excluded.people.contains(principal.person)');
      }
    }
  });

  it('compare ids for equality and times for order and do nothing else with them: a shape says all there is', () => {
    for (const text of Object.values(POLICIES))
      expect(code(text)).not.toMatch(/[+*-]|\d|\blike\b|\bis in\b|\bgetTag\b/);
    const literals = Object.values(POLICIES).flatMap((text) =>
      [...text.replace(/\/\/.*$/gm, '').matchAll(/"([^"]*)"/g)].map((match) => match[1]!),
    );
    expect(literals.filter((one) => /^[a-z]{3}_/.test(one))).toEqual([]);
  });

  it('have a version that changes with every letter of them', () => {
    expect(POLICY_VERSION).toMatch(/^cedar-[0-9a-f]{64}$/);
    expect(POLICY_VERSION.length).toBeLessThanOrEqual(80);
  });
});

describe('known questions', () => {
  const vectors: { name: string; call: PolicyCall; answer: string }[] = JSON.parse(
    readFileSync(new URL('../vectors/policy.json', import.meta.url), 'utf8'),
  );
  const engine = cedarEngine(cedar);

  it.each(vectors.map((one) => [one.name, one] as const))('R20: %s', (_, { call, answer }) => {
    expect(engine.ask(call)).toBe(answer);
  });

  it('R15: believe no evidence: whichever single id, time or withdrawal in a yes is bent, the answer is no', () => {
    const still = new Set<string>();
    for (const { call } of vectors.filter(({ answer }) => answer === 'permit')) {
      const now = Number(call.context.now);
      const about = call.resource.attributes.handle === undefined ? `${call.action}, no part` : call.action;
      const bend = (value: Value, path: string): [string, Value][] => {
        if (Array.isArray(value)) {
          return value.flatMap((one, i) =>
            bend(one, path).map(([at, bent]): [string, Value] => [at, value.with(i, bent)]),
          );
        }
        if (typeof value === 'object') {
          return Object.entries(value).flatMap(([key, one]) =>
            bend(one, `${path}.${key}`).map(([at, bent]): [string, Value] => [at, { ...value, [key]: bent }]),
          );
        }
        if (typeof value === 'boolean') return [[path, !value]];
        if (typeof value === 'number') return [[path, /from$/.test(path) ? now + 1 : now]];
        return [[path, `${value.slice(0, 4)}${'z'.repeat(26)}`]];
      };
      for (const [path, bent] of bend({ ...call.principal.attributes }, 'principal')) {
        const principal = { ...call.principal, attributes: bent as Attributes };
        if (engine.ask({ ...call, principal }) === 'permit') still.add(`${about}: ${path}`);
      }
      for (const [path, bent] of bend(call.context, 'context')) {
        if (path === 'context.now') continue;
        if (engine.ask({ ...call, context: bent as Attributes }) === 'permit') still.add(`${about}: ${path}`);
      }
    }
    // Owning opens nothing; without a restriction it matters not in which teams one stands; inside the practice neither being
    // outside nor a day's limit count; one more handle, or a key that writing does not use, changes nothing.
    const idle =
      /: (principal\.owner|context\.(teams|excluded\.(outside|teams)|membership\.dayLater|confirmedUntil|consent\.handles|step\.fact|own\.(team|fact)))$/;
    expect([...still].filter((path) => !idle.test(path))).toEqual([]);
    expect([...still].filter((path) => /^inbox: .*(outside|dayLater|confirmedUntil)$/.test(path))).toEqual([]);
    expect([...still].filter((path) => /^(look|grant): context\.step\.fact$/.test(path))).toEqual([]);
    // Which team one reads through is of no matter to who only reads the log.
    expect([...still].filter((path) => /^own: context\.own\./.test(path))).toEqual([]);
  });

  it('R20: an unknown action, a missing or a foreign attribute is a fault, not an answer', () => {
    const { call } = vectors.find(({ answer }) => answer === 'permit')!;
    expect(engine.ask({ ...call, action: 'everything' })).toBe('fault');
    const { now: _, ...timeless } = call.context;
    expect(engine.ask({ ...call, context: timeless })).toBe('fault');
    expect(engine.ask({ ...call, context: { ...call.context, more: true } })).toBe('fault');
    expect(engine.ask({ ...call, context: { ...call.context, now: 'today' } })).toBe('fault');
  });
});

describe('texts that would be taken as validated and are not', () => {
  // Cedar keeps texts by their version: whoever asks next finds the real ones.
  afterEach(() => void cedarEngine(cedar));

  it('R20: are refused when they cannot be parsed, and give no yes when they do not fit', () => {
    const trusting: Cedar = {
      ...cedar,
      validate: () => ({ type: 'success', validationErrors: [], validationWarnings: [] }),
    };
    expect(() => cedarEngine(trusting, { look: 'permit (' })).toThrow(
      expect.objectContaining({ code: 'access/bad-policy' }),
    );
    const { call } = evidenceFor(caseOf(1));
    const unfit = { all: 'permit (principal, action, resource) when { principal.sesion == "open" };' };
    const open = { all: 'permit (principal, action, resource);' };
    expect(cedarEngine(trusting, open).ask(call)).toBe('permit');
    expect(cedarEngine(trusting, unfit).ask(call)).toBe('fault');
  });
});

describe('shapes', () => {
  const calls = Array.from({ length: 400 }, (_, seed) => evidenceFor(caseOf(seed)).call);

  it('are the same for the same question about somebody else, at another time, and differ when anything else does', () => {
    const other = (call: PolicyCall): PolicyCall =>
      JSON.parse(
        JSON.stringify(call)
          .replaceAll(/"([a-z]{3})_([a-z2-7]{24})/g, (_, kind, id) => `"${kind}_${[...id].reverse().join('')}`)
          .replaceAll(/\b\d{13,16}\b/g, (time) => String(Number(time) - 1_000_000)),
      );
    for (const call of calls) {
      expect(shapeOf(other(call))).toBe(shapeOf(call));
      const owner = !call.principal.attributes.owner;
      const turned = { ...call, principal: { ...call.principal, attributes: { ...call.principal.attributes, owner } } };
      expect(shapeOf(turned)).not.toBe(shapeOf(call));
    }
  });

  it('get one answer: asked once per shape and asked every time, the engine says the same', () => {
    const engine = cedarEngine(cedar);
    let asked = 0;
    const once = oncePerShape({
      ask: (call) => {
        asked++;
        return engine.ask(call);
      },
    });
    for (const call of [...calls, ...calls]) expect(once.ask(call)).toBe(engine.ask(call));
    expect(asked).toBe(new Set(calls.map(shapeOf)).size);
  });

  it('are forgotten when there are too many, and a fault is never kept', () => {
    let asked = 0;
    const fault = () => {
      asked++;
      return 'fault' as const;
    };
    const faulty = oncePerShape({ ask: fault }, 1);
    faulty.ask(calls[0]!);
    faulty.ask(calls[0]!);
    expect(asked).toBe(2);
  });
});
