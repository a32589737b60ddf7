/** Cedar behind the port of `engine.ts`: the same module on every runtime, loaded by `node.ts` and `web.ts`. */

import type { EntityUid, PolicyId } from '@cedar-policy/cedar-wasm';
import { type Attributes, type PolicyEngine, usePolicy } from './engine.ts';
import { accessError } from './errors.ts';
import { POLICIES, SCHEMA } from './policies.ts';
import { oncePerShape } from './shape.ts';
import { VALIDATED } from './validated.ts';
import { POLICY_VERSION, versionOf } from './version.ts';

type Checked = { readonly type: 'success' | 'failure' };
/** The part of `@cedar-policy/cedar-wasm` that is used here; the same on every runtime. */
export interface Cedar {
  validate(call: {
    validationSettings: { mode: 'strict' };
    schema: string;
    policies: { staticPolicies: string };
  }): Checked & { readonly validationErrors?: readonly unknown[]; readonly validationWarnings?: readonly unknown[] };
  getCedarVersion(): string;
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

type Policies = Readonly<Record<string, string>>;
const joined = (policies: Policies): { readonly staticPolicies: string } => ({
  staticPolicies: Object.values(policies).join('\n'),
});

/** Whether Cedar itself finds that the policies fit the schema, strictly and without a warning. */
export const fits = (cedar: Cedar, policies: Policies): boolean => {
  const checked = cedar.validate({
    validationSettings: { mode: 'strict' },
    schema: SCHEMA,
    policies: joined(policies),
  });
  return (
    checked.type === 'success' && checked.validationErrors?.length === 0 && checked.validationWarnings?.length === 0
  );
};

/** These very texts, by this very Cedar. Validating them again is half a second or more at every start and every first row of a page. */
const isValidated = (cedar: Cedar, policies: Policies): boolean =>
  cedar.getCedarVersion() === VALIDATED.cedar &&
  (policies === POLICIES ? POLICY_VERSION : versionOf(policies)) === VALIDATED.texts;

/**
 * Checks the policies against the schema (strict), unless a test held these to it already (`validated.ts`), and keeps them parsed.
 * Throws `access/bad-policy`.
 */
export function cedarEngine(cedar: Cedar, policies: Policies = POLICIES): PolicyEngine {
  const parsed =
    (isValidated(cedar, policies) || fits(cedar, policies)) &&
    cedar.preparseSchema(POLICY_VERSION, SCHEMA).type === 'success' &&
    cedar.preparsePolicySet(POLICY_VERSION, joined(policies)).type === 'success';
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
export function useCedar(cedar: Cedar): void {
  usePolicy(oncePerShape(cedarEngine(cedar)));
}
