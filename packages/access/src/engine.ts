/**
 * The policy engine is a port: `@ketenkluis/access/node` and `/web` load Cedar for their runtime. Before one of them has, and whenever
 * Cedar reports anything but a clean answer, there is no yes.
 */

/** JSON as Cedar reads it. */
export type Value = boolean | number | string | Value[] | { [name: string]: Value };
export type Attributes = { [name: string]: Value };

/** Subject, action, resource and context (national authorisation model, R20). */
export interface PolicyCall {
  readonly action: string;
  readonly principal: { readonly id: string; readonly attributes: Attributes };
  readonly resource: { readonly id: string; readonly attributes: Attributes };
  readonly context: Attributes;
}
/** `fault`: anything but a clean yes or no. */
export type PolicyAnswer = 'permit' | 'deny' | 'fault';
export interface PolicyEngine {
  ask(call: PolicyCall): PolicyAnswer;
}

let engine: PolicyEngine | undefined;
/** From now on this engine answers; undefined: none, so every answer is no. */
export function usePolicy(next: PolicyEngine | undefined): void {
  engine = next;
}

export function askPolicy(call: PolicyCall): PolicyAnswer {
  try {
    return engine?.ask(call) ?? 'fault';
  } catch {
    return 'fault';
  }
}
