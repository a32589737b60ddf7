/** The werklijst: who is due, for which programme. Opening it opens no dossier. */

import { Button, CloseButton, Kbd, SegmentedControl, TextInput, VisuallyHidden } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { lazy, Suspense, useDeferredValue, useEffect, useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type DueFilter, type Filter, matches, prepare } from '../lib/due.ts';
import type { Saying, Worklist } from '../model.ts';
import { ahead } from '../parts/ahead.ts';
import { Search } from '../parts/icons.tsx';
import { isTyping, Main } from '../parts/main.tsx';
import { Heading } from '../parts/page.tsx';
import { useSay } from '../parts/say.ts';
import { Confirmed, Empty, Loading, Strip, Trouble, useErrorText } from '../parts/states.tsx';
import { useWords } from '../parts/words.ts';
import { useAsk, useToday, useWorld } from '../parts/world.tsx';
import { PatientGrid } from './worklist-grid.tsx';
import { remembered } from './worklist-memory.ts';
import './worklist.css';

/** Fetched after the list itself. */
const WeekCard = lazy(async () => ({ default: (await import('./week-card.tsx')).WeekCard }));

export function WorklistScreen() {
  const { t } = useTranslation();
  const list = useAsk(['worklist'], (world) => world.worklist(), { keep: true });
  return (
    <Main fill>
      {list.error ? (
        <>
          <Heading name={t('worklist.title')}>{t('worklist.title')}</Heading>
          <Trouble error={list.error} retry={() => void list.refetch()} />
        </>
      ) : list.data === undefined ? (
        <>
          <Heading name={t('worklist.title')}>{t('worklist.title')}</Heading>
          <Loading label={t('worklist.loading')} rows={12} />
        </>
      ) : (
        <List list={list.data} again={list.refetch} busy={list.isFetching} />
      )}
    </Main>
  );
}

/** Milliseconds without a key stroke after which a search begins. */
const SEARCH_PAUSE = 300;

interface ListProps {
  readonly list: Worklist;
  readonly again: () => Promise<unknown>;
  readonly busy: boolean;
}

function List({ list, again, busy }: ListProps) {
  const { t } = useTranslation();
  const words = useWords();
  const world = useWorld();
  const today = useToday();
  const navigate = useNavigate();
  const [filter, setFilter] = useState<Filter>(() => ({ ...remembered(list).filter }));
  const deferred = useDeferredValue(filter);
  const field = useRef<HTMLInputElement>(null);
  /** The line with the words that were searched for last; what stands in the field on coming back is in the log already. */
  const asked = useRef({ text: filter.search, line: Promise.resolve() });
  const pause = useRef<ReturnType<typeof setTimeout>>(undefined);
  const say = useSay();
  const errorText = useErrorText();
  /** What stands in the field now: more may be typed while the line is being written. */
  const latest = useRef(filter.search);

  const prepared = useMemo(() => prepare(list.rows, today), [list.rows, today]);
  const shown = useMemo(() => prepared.filter((one) => matches(one, deferred)), [prepared, deferred]);
  const counts = useMemo(() => {
    const found = new Map<string, number>();
    for (const row of list.rows) for (const id of row.programmes) found.set(id, (found.get(id) ?? 0) + 1);
    return found;
  }, [list.rows]);

  useEffect(() => {
    ahead.rest();
  }, []);
  useEffect(() => {
    remembered(list).filter = filter;
  }, [list, filter]);

  useEffect(() => {
    const keys = (event: KeyboardEvent) => {
      if (event.key !== '/' || isTyping(event) || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      field.current?.focus();
      field.current?.select();
    };
    window.addEventListener('keydown', keys);
    return () => window.removeEventListener('keydown', keys);
  }, []);

  /** For the next opening alone: who comes back chooses again. */
  const [why, setWhy] = useState<'care' | Saying>('care');
  const [typed, setTyped] = useState(filter.search);
  /** R38: the line first, with these words in it; nothing is filtered by words that the log does not have. */
  const search = async (): Promise<void> => {
    clearTimeout(pause.current);
    const text = latest.current;
    if (text !== asked.current.text) {
      asked.current = { text, line: text === '' ? Promise.resolve() : world.declareSearch(text) };
    }
    try {
      await asked.current.line;
    } catch (error) {
      asked.current = { text: '', line: Promise.resolve() };
      say(errorText(error));
      return;
    }
    if (latest.current === text) setFilter((old) => ({ ...old, search: text }));
  };
  /** A run of key strokes is one search: it begins when somebody stops typing, or presses Enter. */
  const type = (text: string) => {
    latest.current = text;
    setTyped(text);
    clearTimeout(pause.current);
    if (text === '') void search();
    else pause.current = setTimeout(() => void search(), SEARCH_PAUSE);
  };
  useEffect(() => () => clearTimeout(pause.current), []);

  return (
    <div className="kk-wl">
      <div className="kk-head">
        <Heading name={t('worklist.title')}>{t('worklist.title')}</Heading>
        <span className="kk-dim" role="status">
          {shown.length === list.rows.length
            ? t('worklist.count', { count: shown.length })
            : t('worklist.countOf', { count: shown.length, total: list.rows.length })}
        </span>
        <span className="kk-dim kk-small kk-end">{t('common.asOf', { date: words.day(list.asOf) })}</span>
        <Button
          size="xs"
          variant="default"
          loading={busy}
          onClick={() => {
            world.forgetWorklist();
            void again();
          }}
        >
          {t('worklist.refresh')}
        </Button>
      </div>
      <Confirmed confirmation={list.confirmation} quiet />
      <Suspense>
        <WeekCard />
      </Suspense>
      {list.gone > 0 ? <Strip tone="plain" title={t('worklist.gone', { count: list.gone })} /> : null}
      {list.rows.length === 0 ? (
        <Empty title={t('worklist.none')} body={t('worklist.noneBody')} />
      ) : (
        <>
          <div className="kk-wl-bar">
            <div className="kk-wl-field">
              <span className="kk-wl-label" id="kk-wl-programme">
                {t('worklist.programme')}
              </span>
              <SegmentedControl
                aria-labelledby="kk-wl-programme"
                value={filter.programme ?? ''}
                onChange={(id) => setFilter((old) => ({ ...old, programme: id === '' ? null : id }))}
                data={[
                  { value: '', label: t('worklist.all') },
                  ...list.programmes.map((one) => ({
                    value: one.id,
                    label: (
                      <span title={words.text(one.name)}>
                        {one.short} <span className="kk-num">{counts.get(one.id) ?? 0}</span>
                      </span>
                    ),
                  })),
                ]}
              />
            </div>
            <div className="kk-wl-field">
              <span className="kk-wl-label" id="kk-wl-due">
                {t('worklist.due')}
              </span>
              <SegmentedControl
                aria-labelledby="kk-wl-due"
                value={filter.due}
                onChange={(due) => setFilter((old) => ({ ...old, due: due as DueFilter }))}
                data={[
                  { value: 'all', label: t('worklist.dueAll') },
                  { value: 'late', label: t('worklist.dueLate') },
                  { value: 'soon', label: t('worklist.dueSoon') },
                ]}
              />
            </div>
            <div className="kk-wl-field">
              <span className="kk-wl-label" id="kk-wl-why">
                {t('because.label')}
              </span>
              <SegmentedControl
                aria-labelledby="kk-wl-why"
                aria-describedby="kk-wl-why-hint"
                value={why}
                onChange={(one) => setWhy(one as typeof why)}
                data={[
                  { value: 'care', label: t('because.care') },
                  { value: 'phone', label: t('because.phone') },
                  { value: 'consultation', label: t('because.consultation') },
                ]}
              />
              <VisuallyHidden id="kk-wl-why-hint">{t('because.hint')}</VisuallyHidden>
            </div>
            <TextInput
              ref={field}
              className="kk-wl-search"
              type="search"
              aria-label={t('worklist.search')}
              aria-keyshortcuts="/"
              aria-describedby="kk-wl-hint"
              placeholder={t('worklist.search')}
              leftSection={<Search size={16} />}
              rightSection={
                typed === '' ? (
                  <Kbd size="xs">/</Kbd>
                ) : (
                  <CloseButton size="sm" aria-label={t('worklist.clear')} onClick={() => type('')} />
                )
              }
              value={typed}
              onChange={(event) => type(event.target.value)}
              onKeyDown={(event) => {
                if (event.key === 'Escape') type('');
                else if (event.key !== 'ArrowDown' && event.key !== 'Enter') return;
                event.preventDefault();
                // The rows that a second Enter opens are those that were searched for.
                void search().then(() => document.getElementById('kk-wl-grid')?.focus());
              }}
            />
            <VisuallyHidden id="kk-wl-hint">{t('worklist.searchHint')}</VisuallyHidden>
          </div>
          {shown.length === 0 ? (
            <Empty title={t('worklist.empty')} body={t('worklist.emptyBody')} />
          ) : (
            <PatientGrid
              list={list}
              rows={shown}
              programme={filter.programme}
              open={(dossier) => {
                if (filter.search !== '') world.searched(filter.search);
                world.because(why === 'care' ? null : why);
                void navigate({ to: '/dossier/$dossier', params: { dossier } });
              }}
            />
          )}
        </>
      )}
    </div>
  );
}
