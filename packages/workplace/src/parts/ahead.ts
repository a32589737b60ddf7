/** Code (never data) that comes next, fetched while a person types or reads: no screen waits for a download. */
export const ahead = {
  work: () => void Promise.all([import('./shell.tsx'), import('../screens/worklist.tsx')]).catch(() => undefined),
  dossier: () => void import('../screens/dossier.tsx').catch(() => undefined),
};
