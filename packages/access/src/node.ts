/** The policy engine for Node. */

import { useCedar } from './cedar.ts';

let loading: Promise<void> | undefined;

/** Loads Cedar once; until it resolves `decide` gives no yes. A failure is not remembered. Throws `access/bad-policy`. */
export function loadPolicy(): Promise<void> {
  loading ??= import('@cedar-policy/cedar-wasm/nodejs').then(useCedar).catch((error: unknown) => {
    loading = undefined;
    throw error;
  });
  return loading;
}
