/** Team, partners and substitutes belong together: one line of links above each. */

import { Link, useRouterState } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { useSession, useWorld } from './world.tsx';

export function AdminNav() {
  const { t } = useTranslation();
  const world = useWorld();
  const session = useSession();
  const me = session.stage === 'open' ? session.me : null;
  // Whoever works from counts alone has no business with partners or emergencies.
  const counts = me?.office === 'overview' || me?.office === 'deliveries';
  const path = useRouterState({ select: (state) => state.location.pathname });
  const pages = [
    { to: '/team', word: 'nav.team' },
    ...(world.partners === null || me?.substitute || counts
      ? []
      : ([{ to: '/partners', word: 'nav.partners' }] as const)),
    ...(world.urgent === null || me?.substitute || me?.partner || counts
      ? []
      : ([{ to: '/waarneming', word: 'nav.urgent' }] as const)),
    ...(world.control === null || me?.substitute || me?.partner || me?.office
      ? []
      : ([{ to: '/controle', word: 'nav.control' }] as const)),
    ...(world.petitions === null || !(me?.partner ? me.answers : me?.owner) || me?.substitute || me?.office
      ? []
      : ([{ to: '/verzoeken', word: 'nav.petitions' }] as const)),
    ...(world.overviews === null || !me?.owner || me.office ? [] : ([{ to: '/wie-keek', word: 'nav.seen' }] as const)),
  ] as const;
  if (pages.length < 2 || !pages.some(({ to }) => path === to || path.startsWith(`${to}/`))) return null;
  return (
    <nav className="kk-sub" aria-label={t('nav.admin')}>
      {pages.map((page) => (
        <Link
          key={page.to}
          to={page.to}
          aria-current={path === page.to || (page.to === '/team' && path.startsWith('/team/')) ? 'page' : undefined}
        >
          {t(page.word)}
        </Link>
      ))}
    </nav>
  );
}
