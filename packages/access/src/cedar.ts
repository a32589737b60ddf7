/** Cedar behind the port of `engine.ts`: the same module on every runtime, loaded by `node.ts` and `web.ts`. */

import type { EntityUid, PolicyId } from '@cedar-policy/cedar-wasm';
import { type Attributes, type PolicyEngine, usePolicy } from './engine.ts';
import { accessError } from './errors.ts';
import { POLICIES, SCHEMA } from './policies.ts';
import { oncePerShape } from './shape.ts';
import { POLICY_VERSION } from './version.ts';

type Checked = { readonly type: 'success' | 'failure' };
/** The part of `@cedar-policy/cedar-wasm` that is used here; the same on every runtime. */
export interface Cedar {
  validate(call: {
    validationSettings: { mode: 'strict' };
    schema: string;
    policies: { staticPolicies: string };
  }): Checked & { readonly validationErrors?: readonly unknown[]; readonly validationWarnings?: readonly unknown[] };
  preparseSchema(name: string, schema: string): Checked;
  preparsePolicySet(id: string, policies: { staticPolicies: string }): Checked;
  statefulIsAuthorized(call: {
    principal: EntityUid;
    action: EntityUid;
    resource: EntityUid;
    context: Attributes;
    preparsedSchemaName: string;
    validateRequest: boolean;
    preparsedPolicySetId: string;
    entities: { uid: EntityUid; attrs: Attributes; parents: never[] }[];
  }):
    | { readonly type: 'failure' }
    | {
        readonly type: 'success';
        readonly warnings: readonly unknown[];
        readonly response: {
          readonly decision: 'allow' | 'deny';
          readonly diagnostics: { readonly reason: readonly PolicyId[]; readonly errors: readonly unknown[] };
        };
      };
}

export interface CedarOptions {
  /**
   * Held to the schema before, as the texts of the program are when it is built and by every vault that starts: a page that
   * does so again is half a second later at its first row. What cannot be parsed is refused in any case, and a question or a
   * policy that does not fit answers `fault`.
   */
  readonly validated?: boolean;
}

const fits = (cedar: Cedar, staticPolicies: string): boolean => {
  const checked = cedar.validate({
    validationSettings: { mode: 'strict' },
    schema: SCHEMA,
    policies: { staticPolicies },
  });
  return (
    checked.type === 'success' && checked.validationErrors?.length === 0 && checked.validationWarnings?.length === 0
  );
};

/** Checks the policies against the schema (strict) and keeps them parsed. Throws `access/bad-policy`. */
export function cedarEngine(
  cedar: Cedar,
  policies: Readonly<Record<string, string>> = POLICIES,
  { validated = false }: CedarOptions = {},
): PolicyEngine {
  const staticPolicies = Object.values(policies).join('\n');
  const parsed =
    (validated || fits(cedar, staticPolicies)) &&
    cedar.preparseSchema(POLICY_VERSION, SCHEMA).type === 'success' &&
    cedar.preparsePolicySet(POLICY_VERSION, { staticPolicies }).type === 'success';
  if (!parsed) throw accessError('bad-policy', 'the policies do not fit their schema; nothing is decided with them');
  return {
    ask({ action, principal, resource, context }) {
      const person = { type: 'Person', id: principal.id };
      const item = { type: 'Item', id: resource.id };
      const answer = cedar.statefulIsAuthorized({
        principal: person,
        action: { type: 'Action', id: action },
        resource: item,
        context,
        preparsedSchemaName: POLICY_VERSION,
        validateRequest: true,
        preparsedPolicySetId: POLICY_VERSION,
        entities: [
          { uid: person, attrs: principal.attributes, parents: [] },
          { uid: item, attrs: resource.attributes, parents: [] },
        ],
      });
      if (answer.type !== 'success' || answer.warnings.length > 0) return 'fault';
      const { decision, diagnostics } = answer.response;
      if (diagnostics.errors.length > 0) return 'fault';
      return decision === 'allow' ? 'permit' : 'deny';
    },
  };
}

/** From now on Cedar answers, once per shape of question. Throws `access/bad-policy`. */
export function useCedar(cedar: Cedar, options: CedarOptions = {}): void {
  usePolicy(oncePerShape(cedarEngine(cedar, POLICIES, options)));
}
