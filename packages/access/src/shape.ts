/**
 * What two calls have in common when no policy can tell them apart. Policies compare ids for equality and times for order and do
 * nothing else with either (a test reads their texts for it), so an answer holds for every call of the same shape: a list of six
 * hundred rows asks Cedar once. The comparison with the twin runs over these answers too.
 */

import type { Attributes, PolicyAnswer, PolicyCall, PolicyEngine, Value } from './engine.ts';

const ID = /^[a-z]{3}_[a-z2-7]{26}$/;
const ID_LENGTH = 30;

/** Ids become their number in order of appearance, times their place in the order of all times. */
export function shapeOf(call: PolicyCall): string {
  const names = new Map<string, string>();
  const times: number[] = [];
  const name = (text: string): string => {
    let known = names.get(text);
    if (known !== undefined) return known;
    if (text.length !== ID_LENGTH || !ID.test(text)) return JSON.stringify(text);
    known = text.slice(0, 3) + names.size;
    names.set(text, known);
    return known;
  };
  const value = (one: Value): string => {
    if (typeof one === 'string') return name(one);
    if (typeof one === 'number') {
      times.push(one);
      return '#';
    }
    if (typeof one === 'boolean') return one ? 'T' : 'F';
    if (!Array.isArray(one)) return attributes(one);
    let text = '[';
    for (const each of one) text += `${value(each)},`;
    return `${text}]`;
  };
  const attributes = (all: Attributes): string => {
    let text = '{';
    for (const key of Object.keys(all)) text += `${key}:${value(all[key]!)},`;
    return `${text}}`;
  };
  const text = [
    name(call.action),
    name(call.principal.id),
    attributes(call.principal.attributes),
    name(call.resource.id),
    attributes(call.resource.attributes),
    attributes(call.context),
  ].join('|');
  const order = [...new Set(times)].sort((a, b) => a - b);
  const place = new Map(order.map((time, i) => [time, i]));
  return `${text}|${times.map((time) => place.get(time)).join()}`;
}

/** Shapes kept; a practice has some hundreds. */
const KEPT = 5000;

/** The same engine, asked once per shape. A fault is asked again. */
export function oncePerShape(engine: PolicyEngine, kept: number = KEPT): PolicyEngine {
  const known = new Map<string, PolicyAnswer>();
  return {
    ask(call) {
      const shape = shapeOf(call);
      const before = known.get(shape);
      if (before !== undefined) return before;
      const answer = engine.ask(call);
      if (known.size >= kept) known.clear();
      if (answer !== 'fault') known.set(shape, answer);
      return answer;
    },
  };
}
