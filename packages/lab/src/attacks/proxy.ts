/** The malicious host on the wire: sees every request, may change what is sent and what is answered. */

import { type Bytes, fromUtf8, utf8 } from '@ketenkluis/base';
import type { Fetch } from '@ketenkluis/client';

// biome-ignore lint/suspicious/noExplicitAny: a host bends what it likes, also into what no schema allows
export type Loose = any;

export interface Rule {
  /** Last part of the path, without the query: `releases`, `directory`, `audits`. */
  readonly on: string;
  /** Bends what the client sent, before the vault sees it. Only JSON. */
  readonly ask?: (body: Loose) => Loose;
  /** Bends what the vault answered. May put another answer in its place. */
  readonly answer?: (json: Loose, status: number) => Loose | Promise<Loose>;
  /** Answers without asking the vault. */
  readonly instead?: () => Loose;
}

const endOf = (url: string): string => new URL(url).pathname.split('/').at(-1)!;
const reply = (json: Loose, status = 200): Awaited<ReturnType<Fetch>> => {
  const bytes: Bytes = utf8(JSON.stringify(json));
  return { status, headers: { get: () => null }, arrayBuffer: async () => bytes.buffer };
};

/** The same road with the host on it. */
export function tampered(fetch: Fetch, rules: readonly Rule[]): Fetch {
  return async (url, init) => {
    const rule = rules.find(({ on }) => on === endOf(url));
    if (rule === undefined) return fetch(url, init);
    if (rule.instead) return reply(structuredClone(rule.instead()));
    const sent =
      rule.ask && typeof init.body === 'string'
        ? { ...init, body: JSON.stringify(rule.ask(JSON.parse(init.body))) }
        : init;
    const answered = await fetch(url, sent);
    if (!rule.answer) return answered;
    const bytes = new Uint8Array(await answered.arrayBuffer());
    return reply(await rule.answer(JSON.parse(fromUtf8(bytes)), answered.status), answered.status);
  };
}

/** Keeps what went by, for later. */
export function recorded(on: string): { readonly rule: Rule; readonly asked: Loose[]; readonly answers: Loose[] } {
  const asked: Loose[] = [];
  const answers: Loose[] = [];
  const rule: Rule = {
    on,
    ask: (body) => {
      asked.push(structuredClone(body));
      return body;
    },
    answer: (json) => {
      answers.push(structuredClone(json));
      return json;
    },
  };
  return { rule, asked, answers };
}
