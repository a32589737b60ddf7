/** The frame around every screen of a signed-in person. */

import { ActionIcon, Button, Kbd, Menu, Tooltip, VisuallyHidden } from '@mantine/core';
import { Notifications } from '@mantine/notifications';
import { skipToken, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, Outlet, useNavigate, useRouterState } from '@tanstack/react-router';
import { useCallback, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import '../i18n/late.ts';
import { initials } from '../lib/initials.ts';
import type { Me, Workplace } from '../model.ts';
import { Dialog } from './dialog.tsx';
import { Brand, Lock, Person } from './icons.tsx';
import { IdleGuard } from './idle.tsx';
import { isTyping } from './main.tsx';
import { Strip } from './states.tsx';
import { useWords } from './words.ts';
import { useAsk, useWorld } from './world.tsx';

/** What lies under each, so that the one where somebody is stands out. */
const UNDER: Readonly<Record<string, RegExp>> = {
  '/mijn-dossier': /^\/mijn-dossier/,
  '/werklijst': /^\/(werklijst|dossier)/,
  '/overgedragen': /^\/(overgedragen|dossier)/,
  '/verwijzingen': /^\/(verwijzingen|verstuurd)/,
  '/overzicht': /^\/overzicht/,
  '/toezicht': /^\/toezicht/,
  '/leveringen': /^\/leveringen/,
  '/team': /^\/(team|partners|waarneming|verzoeken)/,
  '/controle': /^\/(controle|wie-keek)/,
  '/instellingen': /^\/instellingen/,
};

const PARTNERS = ['referrals', 'team', 'settings'] as const;
const PATIENTS = ['own', 'settings'] as const;
const SUBSTITUTES = ['handed', 'team', 'settings'] as const;
const PRACTICE = ['worklist', 'referrals', 'deliveries', 'team', 'settings'] as const;
const OFFICES = {
  overview: ['overview', 'team', 'settings'],
  oversight: ['oversight', 'control', 'deliveries', 'team', 'settings'],
  deliveries: ['deliveries', 'team', 'settings'],
} as const;
const PATHS = {
  own: '/mijn-dossier',
  overview: '/overzicht',
  oversight: '/toezicht',
  control: '/controle',
  worklist: '/werklijst',
  handed: '/overgedragen',
  referrals: '/verwijzingen',
  deliveries: '/leveringen',
  team: '/team',
  settings: '/instellingen',
} as const;

function pagesFor(me: Me, world: Workplace) {
  const words = me.patient
    ? PATIENTS
    : me.partner
      ? PARTNERS
      : me.substitute
        ? SUBSTITUTES
        : me.office === null
          ? PRACTICE
          : OFFICES[me.office];
  const there = (word: (typeof words)[number]) =>
    word !== 'referrals' || (me.partner ? world.received : world.referrals) !== null;
  return words.filter(there).map((word) => ({ to: PATHS[word], word: `nav.${word}` as const }));
}

/** For everybody but who oversees, the review lies under the team. */
const isUnder = (page: string, path: string, pages: readonly { readonly to: string }[]): boolean =>
  UNDER[page]?.test(path) === true ||
  (page === '/team' && UNDER['/controle']!.test(path) && !pages.some(({ to }) => to === '/controle'));

/** False while the worklist that somebody came for is on its way: the counts beside it would keep its rows waiting. */
function useListed(path: string): boolean {
  const list = useQuery({ queryKey: ['worklist'], queryFn: skipToken });
  const [listed, setListed] = useState(false);
  const there = path !== '/werklijst' || list.data !== undefined || list.error !== null;
  useEffect(() => {
    if (!there || listed) return;
    // In the second frame from now the rows have been drawn.
    let frame = requestAnimationFrame(() => {
      frame = requestAnimationFrame(() => setListed(true));
    });
    return () => cancelAnimationFrame(frame);
  }, [there, listed]);
  return listed;
}

/** What patients asked, for who answers it. Makes no line. */
function usePetitions(me: Me, path: string): { readonly open: number; readonly late: number } {
  const answers = me.office === 'oversight' || (me.owner && !me.partner && !me.substitute && me.office === null);
  const found = useAsk(
    ['petitions-waiting'],
    async (world) => (answers && (await world.petitions?.waiting())) || NOTHING,
    { keep: true, when: useListed(path) },
  );
  return found.data ?? NOTHING;
}
const NOTHING = { open: 0, late: 0 } as const;

/** What waits for somebody: asked once after unlocking and after each change; ids only, no line in the log. */
function useWaiting(me: Me, path: string): Readonly<Record<string, number>> {
  const keep = { keep: true, when: useListed(path) };
  const messages = useAsk(
    ['waiting'],
    async (world) =>
      me.patient || me.partner || me.substitute || me.office ? 0 : ((await world.referrals?.waiting()) ?? 0),
    keep,
  );
  const reviews = useAsk(
    ['reviews-open'],
    async (world) =>
      me.patient || me.partner || me.substitute || (me.office !== null && me.office !== 'oversight')
        ? 0
        : ((await world.urgent?.reviews()) ?? []).filter((one) => !one.mine || one.told === null).length,
    keep,
  );
  // A question about looks of one's own must not lie unseen; asked with the rest, and it makes no line.
  const questions = useAsk(
    ['control-waiting'],
    async (world) =>
      me.partner || me.substitute || (me.office !== null && me.office !== 'oversight')
        ? 0
        : ((await world.control?.questions()) ?? []).filter(({ waiting }) => waiting).length,
    keep,
  );
  const [looks, asked] = [reviews.data ?? 0, questions.data ?? 0];
  const petitions = usePetitions(me, path).open;
  if (me.office === 'oversight') return { '/toezicht': looks + petitions, '/controle': asked };
  return { '/verwijzingen': messages.data ?? 0, '/team': looks + asked + petitions };
}

/** Counted anew when somebody comes back to the window or to a list, and at most once a minute; behind a lock nothing is asked. */
const OFTEN = 60_000;
const LISTS: ReadonlySet<string> = new Set(['/werklijst', '/verwijzingen']);
function useRecount(path: string): void {
  const world = useWorld();
  const queries = useQueryClient();
  const asked = useRef<number>(world.now());
  const recount = useCallback(() => {
    if (document.visibilityState !== 'visible' || world.now() - asked.current < OFTEN) return;
    asked.current = world.now();
    void queries.invalidateQueries({ queryKey: ['waiting'] });
  }, [world, queries]);
  useEffect(() => {
    window.addEventListener('focus', recount);
    document.addEventListener('visibilitychange', recount);
    return () => {
      window.removeEventListener('focus', recount);
      document.removeEventListener('visibilitychange', recount);
    };
  }, [recount]);
  useEffect(() => {
    if (LISTS.has(path)) recount();
  }, [path, recount]);
}

interface ShellProps {
  readonly me: Me;
  readonly unlockers: number;
  readonly idle?: number;
}

export function Shell({ me, unlockers, idle }: ShellProps) {
  const world = useWorld();
  const { t } = useTranslation();
  const words = useWords();
  const navigate = useNavigate();
  const path = useRouterState({ select: (state) => state.location.pathname });
  const waiting = useWaiting(me, path);
  const { late } = usePetitions(me, path);
  useRecount(path);
  const pages = pagesFor(me, world);
  const [drafts, setDrafts] = useState(0);
  const [help, setHelp] = useState(false);

  useEffect(() => {
    const keys = (event: KeyboardEvent) => {
      if (event.altKey && event.key.toLowerCase() === 'l') {
        event.preventDefault();
        world.lock('person');
      } else if (event.key === '?' && !isTyping(event)) {
        event.preventDefault();
        setHelp(true);
      }
    };
    window.addEventListener('keydown', keys);
    return () => window.removeEventListener('keydown', keys);
  }, [world]);

  const go = async () => {
    setDrafts(0);
    await world.leave();
    await navigate({ to: '/', replace: true });
  };
  /** One step, unless there is work that would be lost. */
  const leave = async () => {
    const waiting = await world.drafts();
    if (waiting > 0) setDrafts(waiting);
    else await go();
  };

  return (
    <div className="kk-frame">
      <Notifications position="bottom-right" limit={2} />
      <button type="button" className="kk-skip" onClick={() => document.getElementById('inhoud')?.focus()}>
        {t('app.skip')}
      </button>
      <header className="kk-top">
        <Link to="/" className="kk-brand" aria-label={`${t('app.name')}: ${t(pages[0]!.word)}`}>
          <Brand size={24} />
          {t('app.name')}
        </Link>
        <nav className="kk-nav" aria-label={t('nav.main')}>
          {pages.map((page) => (
            <Link key={page.to} to={page.to} aria-current={isUnder(page.to, path, pages) ? 'page' : undefined}>
              {t(page.word)}
              {waiting[page.to] ? (
                <span className="kk-count">
                  {waiting[page.to]}
                  <VisuallyHidden> {t('nav.waiting')}</VisuallyHidden>
                </span>
              ) : null}
            </Link>
          ))}
        </nav>
        <div className="kk-top-end">
          <span className="kk-practice">{me.practice}</span>
          <Tooltip label={`${t('nav.lock')} (Alt+L)`}>
            <ActionIcon
              variant="subtle"
              color="gray"
              size="lg"
              aria-label={t('nav.lock')}
              aria-keyshortcuts="Alt+L"
              onClick={() => world.lock('person')}
              style={{ color: 'var(--kk-ink-2)' }}
            >
              <Lock />
            </ActionIcon>
          </Tooltip>
          <Menu position="bottom-end" withinPortal={false} withInitialFocusPlaceholder={false}>
            <Menu.Target>
              <Button
                variant="default"
                className="kk-user"
                leftSection={<Person size={16} />}
                // What stands on a narrow screen is part of the name (WCAG 2.5.3): it can be said aloud.
                aria-label={t('nav.user', { name: me.patient ? me.name : `${me.name}, ${initials(me.name)}` })}
              >
                <span className="kk-user-whole">{me.name}</span>
                {me.patient ? null : <span className="kk-user-short" data-initials={initials(me.name)} />}
              </Button>
            </Menu.Target>
            <Menu.Dropdown>
              <Menu.Label style={{ color: 'var(--kk-ink-2)' }}>
                {me.patient ? words.text(me.role) : `${me.name}, ${words.text(me.role)}`}
              </Menu.Label>
              <Menu.Item onClick={() => world.lock('person')}>{t('nav.lock')}</Menu.Item>
              <Menu.Item onClick={() => void leave()}>{t('nav.leave')}</Menu.Item>
              <Menu.Divider />
              <Menu.Item onClick={() => setHelp(true)}>{t('nav.keys')}</Menu.Item>
            </Menu.Dropdown>
          </Menu>
        </div>
      </header>
      {unlockers < 2 ? (
        <div className="kk-banner">
          <Strip
            tone="warn"
            title={t('settings.one')}
            body={t('settings.oneBody')}
            end={<Link to="/instellingen">{t('nav.settings')}</Link>}
          />
        </div>
      ) : null}
      {late > 0 && path !== '/verzoeken' ? (
        <div className="kk-banner" role="alert">
          <Strip
            name="petitions-late"
            tone="bad"
            title={t('nav.overdue', { late })}
            body={t('nav.overdueBody')}
            end={<Link to="/verzoeken">{t('nav.petitions')}</Link>}
          />
        </div>
      ) : null}
      <Outlet />
      <IdleGuard {...(idle === undefined ? {} : { idle })} />
      <Dialog opened={drafts > 0} close={() => setDrafts(0)} title={t('leave.title')}>
        <p style={{ marginBottom: 16 }}>{t('leave.drafts', { count: drafts })}</p>
        <div className="kk-buttons">
          <Button variant="default" data-autofocus onClick={() => setDrafts(0)}>
            {t('leave.stay')}
          </Button>
          <Button color="red.9" onClick={() => void go()}>
            {t('leave.go')}
          </Button>
        </div>
      </Dialog>
      <Shortcuts opened={help} close={() => setHelp(false)} />
    </div>
  );
}

const KEYS = [
  ['/', 'search'],
  ['j  ↓', 'down'],
  ['k  ↑', 'up'],
  ['Enter', 'open'],
  ['Esc', 'back'],
  ['Alt+L', 'lock'],
  ['?', 'help'],
] as const;

function Shortcuts({ opened, close }: { readonly opened: boolean; close(): void }) {
  const { t } = useTranslation();
  return (
    <Dialog opened={opened} close={close} title={t('keys.title')}>
      <table className="kk-table">
        <tbody>
          {KEYS.map(([key, word]) => (
            <tr key={key}>
              <td style={{ width: 110 }}>
                {key.split(/\s+/).map((one) => (
                  <Kbd key={one} mr={4}>
                    {one}
                  </Kbd>
                ))}
              </td>
              <td>{t(`keys.${word}`)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Dialog>
  );
}
