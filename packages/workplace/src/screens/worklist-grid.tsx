// biome-ignore-all lint/a11y/useSemanticElements: rows that come and go while scrolling cannot be a <table>; the ARIA grid pattern is
// biome-ignore-all lint/a11y/useFocusableInteractive: the grid has the focus and names its current row
/**
 * The rows, virtualised: a grid of which only what is in view is in the page. The grid itself has the focus and names
 * its current row (aria-activedescendant), so that a row scrolled out of the page never takes the focus with it.
 */

import type { DossierId } from '@ketenkluis/base';
import { useMediaQuery } from '@mantine/hooks';
import {
  createColumnHelper,
  createSortedRowModel,
  rowSortingFeature,
  type SortingState,
  tableFeatures,
  useTable,
} from '@tanstack/react-table';
import { useVirtualizer } from '@tanstack/react-virtual';
import { type KeyboardEvent, useEffect, useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Prepared } from '../lib/due.ts';
import type { Programme, Worklist } from '../model.ts';
import { Down, Up } from '../parts/icons.tsx';
import { useWords } from '../parts/words.ts';
import { useToday } from '../parts/world.tsx';
import { ClassTags, DueCell } from './worklist-cells.tsx';
import { remembered } from './worklist-memory.ts';

const features = tableFeatures({ rowSortingFeature, sortedRowModel: createSortedRowModel() });
const column = createColumnHelper<typeof features, Prepared>();
type Get = { getValue<T>(id: string): T };
const byText = (a: Get, b: Get, id: string) => a.getValue<string>(id).localeCompare(b.getValue<string>(id), 'nl');
const byNumber = (a: Get, b: Get, id: string) => {
  const [x, y] = [a.getValue<number>(id), b.getValue<number>(id)];
  return x < y ? -1 : x > y ? 1 : 0;
};

/** Bad before warn before plain: what asks for attention sorts first. */
const attention = (one: Prepared) =>
  one.row.classes.reduce((sum, badge) => sum + (badge.tone === 'bad' ? 100 : badge.tone === 'warn' ? 10 : 0), 0);

const columns = column.columns([
  column.accessor((one) => one.sortName, { id: 'name', sortFn: byText }),
  column.accessor((one) => one.row.birthDate ?? '', { id: 'age', sortFn: (a, b, id) => -byText(a, b, id) }),
  column.accessor((one) => one.row.programmes.join(' '), { id: 'programmes', sortFn: byText }),
  column.accessor((one) => one.row.lastSeen ?? '', { id: 'lastSeen', sortFn: byText }),
  column.accessor((one) => one.urgency, { id: 'due', sortFn: byNumber, sortDescFirst: true }),
  column.accessor(attention, { id: 'classes', sortFn: byNumber, sortDescFirst: true }),
]);
const WORD = {
  name: 'worklist.name',
  age: 'worklist.age',
  programmes: 'worklist.programmes',
  lastSeen: 'worklist.lastSeen',
  due: 'worklist.what',
  classes: 'worklist.classes',
} as const;
type Column = keyof typeof WORD;
const COLUMNS = Object.keys(WORD) as Column[];

interface Props {
  readonly list: Worklist;
  readonly rows: readonly Prepared[];
  readonly programme: string | null;
  readonly open: (dossier: DossierId) => void;
}

export function PatientGrid({ list, rows, programme, open }: Props) {
  const { t } = useTranslation();
  const words = useWords();
  const today = useToday();
  const place = remembered(list);
  const [sorting, setSorting] = useState<SortingState>(place.sorting);
  const [current, setCurrent] = useState<DossierId | null>(place.row);
  const narrow = useMediaQuery('(max-width: 1180px)', false, { getInitialValueInEffect: false });
  const height = narrow ? 64 : 40;
  const box = useRef<HTMLDivElement>(null);

  const data = useMemo(() => [...rows], [rows]);
  const table = useTable({
    features,
    columns,
    data,
    state: { sorting },
    onSortingChange: setSorting,
    enableSortingRemoval: false,
    getRowId: (one) => one.row.dossier,
  });
  const sorted = table.getRowModel().rows;
  const virtual = useVirtualizer({
    count: sorted.length,
    getScrollElement: () => box.current,
    estimateSize: () => height,
    overscan: 8,
    initialOffset: place.offset,
    scrollPaddingStart: 40,
    getItemKey: (index) => sorted[index]?.id ?? index,
  });
  // The heights are fixed by the style sheet; when it switches, the positions must follow.
  // biome-ignore lint/correctness/useExhaustiveDependencies: measured anew when the height changes
  useEffect(() => virtual.measure(), [height]);
  useEffect(() => {
    place.sorting = sorting;
    place.row = current;
  }, [place, sorting, current]);
  useEffect(() => {
    const element = box.current;
    const keep = () => {
      place.offset = element?.scrollTop ?? 0;
    };
    element?.addEventListener('scroll', keep, { passive: true });
    if (place.row) element?.focus({ preventScroll: true });
    return () => element?.removeEventListener('scroll', keep);
  }, [place]);

  const index = sorted.findIndex((row) => row.id === current);
  const move = (to: number) => {
    const next = Math.max(0, Math.min(sorted.length - 1, to));
    const row = sorted[next];
    if (!row) return;
    setCurrent(row.original.row.dossier);
    virtual.scrollToIndex(next, { align: 'auto' });
  };
  const page = () => Math.max(1, Math.floor(((box.current?.clientHeight ?? 440) - 38) / height) - 1);
  const keys = (event: KeyboardEvent) => {
    if (event.target !== box.current || event.ctrlKey || event.metaKey || event.altKey) return;
    const steps: Record<string, number> = {
      j: index + 1,
      ArrowDown: index + 1,
      k: index - 1,
      ArrowUp: index - 1,
      PageDown: index + page(),
      PageUp: index - page(),
      Home: 0,
      End: sorted.length - 1,
    };
    const to = steps[event.key];
    if (to !== undefined) {
      event.preventDefault();
      move(to);
    } else if (event.key === 'Enter' && index >= 0) {
      event.preventDefault();
      open(sorted[index]!.original.row.dossier);
    }
  };
  // j and k work from anywhere on the page that is not a field.
  useEffect(() => {
    const first = (event: globalThis.KeyboardEvent) => {
      if (!/^[jk]$/.test(event.key) || event.ctrlKey || event.metaKey || event.altKey) return;
      const target = event.target;
      if (!(target instanceof HTMLElement) || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName)) return;
      if (target === box.current || target.closest('[role="dialog"]')) return;
      event.preventDefault();
      box.current?.focus();
      if (place.row === null) move(0);
    };
    window.addEventListener('keydown', first);
    return () => window.removeEventListener('keydown', first);
  });
  const names = useMemo(() => new Map(list.programmes.map((one) => [one.id, one])), [list.programmes]);

  return (
    <>
      <div
        ref={box}
        id="kk-wl-grid"
        className="kk-wl-grid"
        role="grid"
        tabIndex={0}
        aria-label={t('worklist.title')}
        aria-rowcount={sorted.length + 1}
        aria-activedescendant={index >= 0 ? `row-${sorted[index]!.id}` : undefined}
        onKeyDown={keys}
        onFocus={(event) => {
          if (event.target === box.current && index < 0) move(0);
        }}
      >
        <div role="rowgroup">
          <div className="kk-wl-row kk-wl-head" role="row" aria-rowindex={1}>
            {COLUMNS.map((id) => {
              const sort = sorting[0]?.id === id ? (sorting[0].desc ? 'descending' : 'ascending') : undefined;
              const name = t(WORD[id]);
              return (
                <div key={id} role="columnheader" data-column={id} aria-sort={sort}>
                  <button
                    type="button"
                    aria-label={t('worklist.sortBy', { column: name })}
                    onClick={() => table.getColumn(id)?.toggleSorting()}
                  >
                    {name} {sort === 'descending' ? <Down size={14} /> : <Up size={14} />}
                  </button>
                </div>
              );
            })}
          </div>
        </div>
        <div role="rowgroup" style={{ height: virtual.getTotalSize(), position: 'relative' }}>
          {virtual.getVirtualItems().map((item) => {
            const row = sorted[item.index];
            if (!row) return null;
            const one = row.original;
            const seen = one.row.lastSeen === null ? t('common.never') : words.shortDay(one.row.lastSeen);
            return (
              // biome-ignore lint/a11y/useKeyWithClickEvents: the grid handles Enter for its current row
              <div
                key={row.id}
                id={`row-${row.id}`}
                role="row"
                aria-rowindex={item.index + 2}
                aria-selected={row.id === current}
                className="kk-wl-row kk-wl-item"
                style={{ transform: `translateY(${item.start}px)` }}
                onClick={() => {
                  setCurrent(one.row.dossier);
                  place.row = one.row.dossier;
                  open(one.row.dossier);
                }}
              >
                <div role="gridcell">
                  <div className="kk-wl-who">
                    <div className="kk-wl-name">{one.row.name}</div>
                    {one.row.appointments.includes(today) ? <Today /> : null}
                  </div>
                  <div className="kk-wl-under">
                    {one.row.appointments.includes(today) ? <Today /> : `${t('worklist.lastSeen')} ${seen}`}
                  </div>
                </div>
                <div
                  role="gridcell"
                  className="kk-num"
                  title={one.row.birthDate === null ? undefined : words.day(one.row.birthDate)}
                >
                  {words.age(one.row.birthDate, today)}
                </div>
                <div role="gridcell" className="kk-nowrap">
                  <Programmes ids={one.row.programmes} names={names} />
                </div>
                <div role="gridcell" data-column="lastSeen" className="kk-num">
                  {seen}
                </div>
                <div role="gridcell">
                  <DueCell now={one.now} programme={programme} today={today} />
                  <div className="kk-wl-under">
                    {one.row.classes.map((badge) => words.text(badge.label)).join(' · ')}
                  </div>
                </div>
                <div role="gridcell" data-column="classes">
                  <ClassTags badges={one.row.classes} />
                </div>
              </div>
            );
          })}
        </div>
      </div>
      <div className="kk-wl-foot">
        <span>{t('worklist.keys')}</span>
        <span>{t('worklist.searchHint')}</span>
      </div>
    </>
  );
}

/** Beside the name, or on a narrow screen beneath it. */
function Today() {
  const { t } = useTranslation();
  return (
    <span className="kk-tag" data-tone="good" data-chip="appointment">
      {t('worklist.appointment')}
    </span>
  );
}

function Programmes({ ids, names }: { readonly ids: readonly string[]; readonly names: Map<string, Programme> }) {
  const words = useWords();
  return ids.map((id, place) => {
    const programme = names.get(id);
    return (
      <span key={id}>
        {place > 0 ? ', ' : ''}
        {programme ? (
          <abbr title={words.text(programme.name)} style={{ textDecoration: 'none' }}>
            {programme.short}
          </abbr>
        ) : (
          id
        )}
      </span>
    );
  });
}
