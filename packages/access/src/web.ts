/** The policy engine for browser and worker. The content security policy needs `'wasm-unsafe-eval'`. */

let loading: Promise<void> | undefined;

async function load(): Promise<void> {
  const [cedar, { useCedar }] = await Promise.all([import('@cedar-policy/cedar-wasm/web'), import('./cedar.ts')]);
  await cedar.default();
  useCedar(cedar);
}

/** Fetches Cedar (1.4 MB compressed) once; until it resolves `decide` gives no yes. A failure is not remembered. Throws `access/bad-policy`. */
export function loadPolicy(): Promise<void> {
  loading ??= load().catch((error: unknown) => {
    loading = undefined;
    throw error;
  });
  return loading;
}
