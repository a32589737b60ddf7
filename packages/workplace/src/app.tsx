/** Providers, routes and the gate: nothing of a practice is mounted unless the session is open. */

import { MantineProvider } from '@mantine/core';
import { QueryClientProvider } from '@tanstack/react-query';
import {
  createHashHistory,
  createRootRoute,
  createRoute,
  createRouter,
  type ErrorComponentProps,
  lazyRouteComponent,
  Navigate,
  Outlet,
  type RouteComponent,
  RouterProvider,
  useMatches,
  useRouter,
} from '@tanstack/react-router';
import { createContext, lazy, Suspense, useContext, useEffect, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { workplaceError } from './errors.ts';
import type { Me, Workplace } from './model.ts';
import { Main } from './parts/main.tsx';
import { Heading } from './parts/page.tsx';
import { Loading, Trouble } from './parts/states.tsx';
import { newQueries, useSession, useSignOn, WorldProvider } from './parts/world.tsx';
import { LockScreen } from './screens/lock.tsx';
import { SignIn } from './screens/sign-in.tsx';
import { theme } from './theme.ts';
import './theme.css';

export interface AppOptions {
  /** Silence before the screen locks, in milliseconds; only the tests ask for another than the default. */
  readonly idle?: number;
}
const Options = createContext<AppOptions>({});

/** Fetched while the person signs in (`ahead`), so that the door itself stays small. */
const Shell = lazy(async () => ({ default: (await import('./parts/shell.tsx')).Shell }));

const SignOnScreen = lazy(async () => ({ default: (await import('./screens/sign-on.tsx')).SignOnScreen }));

/** These open for somebody who cannot sign in yet. */
const OUTSIDE: ReadonlySet<string> = new Set(['/apparaat/$', '/uitnodiging/$', '/praktijk/$']);

function Gate() {
  const session = useSession();
  const asked = useSignOn();
  const { idle } = useContext(Options);
  // What the outlet shows, not where the address already is: a link pasted into an open tab would meet the screen before.
  const outside = useMatches({ select: (matches) => matches.some(({ routeId }) => OUTSIDE.has(routeId)) });
  const router = useRouter();
  // A device that was just taken is known at the door: who does not sign on is back there.
  useEffect(() => {
    if (asked !== null && outside) void router.navigate({ to: '/', replace: true });
  }, [asked, outside, router]);
  if (asked !== null) {
    return (
      <Suspense>
        <SignOnScreen now={asked} />
      </Suspense>
    );
  }
  if (outside) return <Outlet />;
  if (session.stage === 'out') return <SignIn />;
  if (session.stage === 'locked') return <LockScreen me={session.me} why={session.why} />;
  return (
    <Suspense>
      <Shell me={session.me} unlockers={session.unlockers} {...(idle === undefined ? {} : { idle })} />
    </Suspense>
  );
}

/** Code that cannot be fetched is a vault that is away. The router would load the page anew, and with it lose the session. */
const fetched =
  <T,>(load: () => Promise<T>): (() => Promise<T>) =>
  async () => {
    try {
      return await load();
    } catch (cause) {
      throw workplaceError('offline', 'a screen of the app cannot be fetched', { cause });
    }
  };

function Failed({ error, reset }: ErrorComponentProps) {
  const { t } = useTranslation();
  const router = useRouter();
  return (
    <Main>
      <Heading name={t('app.name')}>{t('app.name')}</Heading>
      <Trouble error={error} retry={() => void router.invalidate().then(reset)} />
    </Main>
  );
}

const OFFICES = { overview: '/overzicht', oversight: '/toezicht', deliveries: '/leveringen' } as const;
const startOf = (me: Me | null) => {
  if (me?.patient) return '/mijn-dossier';
  if (me?.partner) return '/verwijzingen';
  if (me?.substitute) return '/overgedragen';
  return me?.office ? OFFICES[me.office] : '/werklijst';
};

/**
 * Where work begins: a practice's people at their worklist, a partner's at what was referred, a substitute at who was handed over,
 * whoever treats nobody at what they answer for.
 */
function Start() {
  const session = useSession();
  return <Navigate to={startOf(session.stage === 'open' ? session.me : null)} replace />;
}

const root = createRootRoute({ component: Gate, notFoundComponent: Start });
const at = <P extends string>(path: P, component: RouteComponent) =>
  createRoute({ getParentRoute: () => root, path, component });

const routes = root.addChildren([
  at('/', Start),
  at(
    '/werklijst',
    lazyRouteComponent(
      fetched(() => import('./screens/worklist.tsx')),
      'WorklistScreen',
    ),
  ),
  at(
    '/dossier/$dossier',
    lazyRouteComponent(
      fetched(() => import('./screens/dossier.tsx')),
      'DossierScreen',
    ),
  ),
  at(
    '/dossier/$dossier/inzage',
    lazyRouteComponent(
      fetched(() => import('./screens/desk.tsx')),
      'DeskScreen',
    ),
  ),
  at(
    '/mijn-dossier',
    lazyRouteComponent(
      fetched(() => import('./screens/own.tsx')),
      'OwnScreen',
    ),
  ),
  at(
    '/verwijzingen',
    lazyRouteComponent(
      fetched(() => import('./screens/referrals.tsx')),
      'ReferralsScreen',
    ),
  ),
  at(
    '/verwijzingen/$referral',
    lazyRouteComponent(
      fetched(() => import('./screens/referral.tsx')),
      'ReferralScreen',
    ),
  ),
  at(
    '/verstuurd',
    lazyRouteComponent(
      fetched(() => import('./screens/sent.tsx')),
      'SentScreen',
    ),
  ),
  at(
    '/verstuurd/$referral',
    lazyRouteComponent(
      fetched(() => import('./screens/ended.tsx')),
      'EndedScreen',
    ),
  ),
  at(
    '/leveringen',
    lazyRouteComponent(
      fetched(() => import('./screens/deliveries.tsx')),
      'DeliveriesScreen',
    ),
  ),
  at(
    '/team',
    lazyRouteComponent(
      fetched(() => import('./screens/team.tsx')),
      'TeamScreen',
    ),
  ),
  at(
    '/team/$person',
    lazyRouteComponent(
      fetched(() => import('./screens/colleague.tsx')),
      'ColleagueScreen',
    ),
  ),
  at(
    '/partners',
    lazyRouteComponent(
      fetched(() => import('./screens/partners.tsx')),
      'PartnersScreen',
    ),
  ),
  at(
    '/overgedragen',
    lazyRouteComponent(
      fetched(() => import('./screens/handed.tsx')),
      'HandedScreen',
    ),
  ),
  at(
    '/waarneming',
    lazyRouteComponent(
      fetched(() => import('./screens/urgent.tsx')),
      'UrgentScreen',
    ),
  ),
  at(
    '/waarneming/$review/brief',
    lazyRouteComponent(
      fetched(() => import('./screens/notice.tsx')),
      'NoticeScreen',
    ),
  ),
  at(
    '/controle',
    lazyRouteComponent(
      fetched(() => import('./screens/control.tsx')),
      'ControlScreen',
    ),
  ),
  at(
    '/controle/$finding',
    lazyRouteComponent(
      fetched(() => import('./screens/control-finding.tsx')),
      'ControlFindingScreen',
    ),
  ),
  at(
    '/wie-keek',
    lazyRouteComponent(
      fetched(() => import('./screens/overviews.tsx')),
      'OverviewsScreen',
    ),
  ),
  at(
    '/overzicht',
    lazyRouteComponent(
      fetched(() => import('./screens/overview.tsx')),
      'OverviewScreen',
    ),
  ),
  at(
    '/toezicht',
    lazyRouteComponent(
      fetched(() => import('./screens/oversight.tsx')),
      'OversightScreen',
    ),
  ),
  at(
    '/verzoeken',
    lazyRouteComponent(
      fetched(() => import('./screens/petitions.tsx')),
      'PetitionsScreen',
    ),
  ),
  at(
    '/instellingen',
    lazyRouteComponent(
      fetched(() => import('./screens/settings.tsx')),
      'SettingsScreen',
    ),
  ),
  at(
    '/apparaat/$',
    lazyRouteComponent(
      fetched(() => import('./screens/take-device.tsx')),
      'TakeDeviceScreen',
    ),
  ),
  at(
    '/praktijk/$',
    lazyRouteComponent(
      fetched(() => import('./screens/take-practice.tsx')),
      'TakePracticeScreen',
    ),
  ),
  at(
    '/uitnodiging/$',
    lazyRouteComponent(
      fetched(() => import('./screens/invitation.tsx')),
      'InvitationScreen',
    ),
  ),
]);

const makeRouter = () =>
  createRouter({
    routeTree: routes,
    history: createHashHistory(),
    // Looking is logged: hovering must never fetch.
    defaultPreload: false,
    scrollRestoration: false,
    defaultErrorComponent: Failed,
    defaultPendingComponent: () => <Loading label="" />,
  });

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof makeRouter>;
  }
}

export function App({ world, ...options }: { readonly world: Workplace } & AppOptions) {
  const [router] = useState(makeRouter);
  const [queries, setQueries] = useState(newQueries);
  useEffect(
    () =>
      world.session.subscribe(() => {
        if (world.session.get().stage === 'open') return;
        // A fresh cache instead of a cleared one: answers still under way land nowhere.
        setQueries((old) => {
          old.clear();
          return newQueries();
        });
      }),
    [world],
  );
  const { idle } = options;
  const shared = useMemo(() => (idle === undefined ? {} : { idle }), [idle]);
  return (
    <MantineProvider theme={theme} defaultColorScheme="auto">
      <Options value={shared}>
        <WorldProvider value={world}>
          <QueryClientProvider client={queries}>
            <RouterProvider router={router} />
          </QueryClientProvider>
        </WorldProvider>
      </Options>
    </MantineProvider>
  );
}
