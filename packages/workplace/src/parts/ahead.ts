/** Code (never data) that comes next, fetched while a person types or reads: no screen waits for a download. */
export const ahead = {
  work: () => void Promise.all([import('./shell.tsx'), import('../screens/worklist.tsx')]).catch(() => undefined),
  /** All the rest, so that a vault that is away takes no screen with it. */
  rest: () =>
    void import('../screens/dossier.tsx')
      .then(() =>
        Promise.all([
          import('../screens/referrals.tsx'),
          import('../screens/referral.tsx'),
          import('../screens/deliveries.tsx'),
          import('../screens/team.tsx'),
          import('../screens/colleague.tsx'),
          import('../screens/partners.tsx'),
          import('../screens/urgent.tsx'),
          import('../screens/control.tsx'),
          import('../screens/control-finding.tsx'),
          import('../screens/handed.tsx'),
          import('../screens/settings.tsx'),
        ]),
      )
      .catch(() => undefined),
};
