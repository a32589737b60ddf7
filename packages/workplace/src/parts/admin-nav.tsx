/** Team, partners and substitutes belong together: one line of links above each. */

import { Link, useRouterState } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { useWorld } from './world.tsx';

export function AdminNav() {
  const { t } = useTranslation();
  const world = useWorld();
  const path = useRouterState({ select: (state) => state.location.pathname });
  const pages = [
    { to: '/team', word: 'nav.team' },
    ...(world.partners === null ? [] : ([{ to: '/partners', word: 'nav.partners' }] as const)),
    ...(world.urgent === null ? [] : ([{ to: '/waarneming', word: 'nav.urgent' }] as const)),
  ] as const;
  if (pages.length < 2) return null;
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
