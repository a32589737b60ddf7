/** The log in three overviews: by patient, by colleague, by day. Everything is counted here, on lines that this client proved. */

import { addDays, type LocalDate } from '@ketenkluis/base';
import { Button, NativeSelect, SegmentedControl, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { saveFile } from '../lib/save.ts';
import {
  OVERVIEW_FORMS,
  OVERVIEW_KINDS,
  type OverviewForm,
  type OverviewKind,
  type Progress,
  SEEN_ACTIONS,
  type SeenAction,
  type SeenFilter,
  type SeenFrame,
  type SeenRow,
  type SeenTable,
} from '../model.ts';
import { AdminNav } from '../parts/admin-nav.tsx';
import { Main } from '../parts/main.tsx';
import { Heading } from '../parts/page.tsx';
import { useSay } from '../parts/say.ts';
import { Asked, Empty, Strip, Trouble, useErrorText } from '../parts/states.tsx';
import { useWords } from '../parts/words.ts';
import { useAsk, useToday, useWorld } from '../parts/world.tsx';
import { Reading } from './control.tsx';
import './care.css';
import './overviews.css';

const MONTH = 30;
const FEW = 50;

export function OverviewsScreen() {
  const { t } = useTranslation('seen');
  const [progress, setProgress] = useState<Progress | null>(null);
  const frame = useAsk(['seen'], (world) => world.overviews!.frame(setProgress), { keep: true });
  return (
    <Main>
      <div className="kk-page">
        <AdminNav />
        <div className="kk-head">
          <Heading name={t('title')}>{t('title')}</Heading>
          <p className="kk-lead">{t('lead')}</p>
        </div>
        {frame.error ? (
          <Trouble error={frame.error} retry={() => void frame.refetch()} />
        ) : frame.data === undefined ? (
          <Reading progress={progress} />
        ) : (
          <Overviews frame={frame.data} />
        )}
      </div>
    </Main>
  );
}

type Into = { readonly key: string; readonly name: string; readonly kind: OverviewKind };

function Overviews({ frame }: { readonly frame: SeenFrame }) {
  const { t } = useTranslation('seen');
  const words = useWords();
  const today = useToday();
  const first = addDays(today, 1 - MONTH);
  const plain: SeenFilter = {
    ...{ from: first > frame.first ? first : frame.first, until: today },
    ...{ role: null, action: null, outcome: null, who: null, dossier: null },
  };
  const [kind, setKind] = useState<OverviewKind>('patient');
  const [filter, setFilter] = useState(plain);
  const [into, setInto] = useState<Into | null>(null);
  const set = (part: Partial<SeenFilter>) => setFilter((old) => ({ ...old, ...part }));
  const day = (value: string, part: 'from' | 'until') => {
    if (/^\d{4}-\d{2}-\d{2}$/.test(value)) set({ [part]: value as LocalDate });
  };
  const asked = useAsk(['seen-table', kind, JSON.stringify(filter)], (world) => world.overviews!.table(kind, filter));
  const choose = (row: SeenRow, name: string) => {
    if (row.key === null) return;
    setInto({ key: row.key, name, kind });
    if (kind === 'patient') set({ dossier: row.key });
    if (kind === 'colleague') set({ who: row.key });
    if (kind === 'day') set({ from: row.key as LocalDate, until: row.key as LocalDate });
    setKind(kind === 'patient' ? 'colleague' : 'patient');
  };
  const clear = () => {
    setInto(null);
    setFilter(plain);
  };
  return (
    <>
      <section className="kk-card kk-stack" aria-label={t('kind')}>
        <div className="kk-seen-kind">
          <SegmentedControl
            aria-label={t('kind')}
            value={kind}
            onChange={(next) => setKind(next as OverviewKind)}
            data={OVERVIEW_KINDS.map((value) => ({ value, label: t(`kinds.${value}`) }))}
          />
        </div>
        <div className="kk-seen-bar">
          <TextInput
            type="date"
            label={t('from')}
            value={filter.from}
            max={filter.until}
            onChange={(event) => day(event.target.value, 'from')}
          />
          <TextInput
            type="date"
            label={t('until')}
            value={filter.until}
            min={filter.from}
            max={today}
            onChange={(event) => day(event.target.value, 'until')}
          />
          <NativeSelect
            label={t('role')}
            value={filter.role ?? ''}
            onChange={(event) => set({ role: event.target.value || null })}
            data={[
              { value: '', label: t('roleAll') },
              ...frame.roles.map(({ code, name }) => ({ value: code, label: words.text(name) })),
            ]}
          />
          <NativeSelect
            label={t('action')}
            value={filter.action ?? ''}
            onChange={(event) => set({ action: (event.target.value || null) as SeenAction | null })}
            data={[
              { value: '', label: t('all') },
              ...SEEN_ACTIONS.map((value) => ({ value, label: t(`actions.${value}`) })),
            ]}
          />
          <NativeSelect
            label={t('outcome')}
            value={filter.outcome ?? ''}
            onChange={(event) => set({ outcome: (event.target.value || null) as SeenFilter['outcome'] })}
            data={[
              { value: '', label: t('all') },
              { value: 'success', label: t('outcomes.success') },
              { value: 'refused', label: t('outcomes.refused') },
            ]}
          />
          <Button variant="default" onClick={clear}>
            {t('clear')}
          </Button>
        </div>
        {into === null ? null : (
          <Strip
            tone="plain"
            name="only"
            title={t('only', { name: into.name })}
            end={
              <Button size="xs" variant="default" onClick={clear}>
                {t('onlyClear')}
              </Button>
            }
          />
        )}
      </section>
      <Asked query={asked} loading={t('title')}>
        {(table) => (
          <Shown key={`${kind} ${JSON.stringify(filter)}`} table={table} kind={kind} filter={filter} choose={choose} />
        )}
      </Asked>
    </>
  );
}

interface ShownProps {
  readonly table: SeenTable;
  readonly kind: OverviewKind;
  readonly filter: SeenFilter;
  readonly choose: (row: SeenRow, name: string) => void;
}

function Shown({ table, kind, filter, choose }: ShownProps) {
  const { t } = useTranslation('seen');
  const words = useWords();
  const [all, setAll] = useState(false);
  if (table.rows.length === 0) return <Empty title={t('empty')} body={t('emptyBody')} />;
  const { looks, refused, emergencies, taken } = table;
  const most = Math.max(...table.rows.map(({ lines }) => lines));
  const rows = all ? table.rows : table.rows.slice(0, FEW);
  return (
    <>
      <section className="kk-card kk-stack" aria-labelledby="chart">
        <h2 id="chart">{t(`chart.${table.per}`)}</h2>
        <p role="status" className="kk-dim">
          {t('counted', { count: table.lines })}
        </p>
        <Chart table={table} />
        <dl className="kk-seen-tiles">
          {Object.entries({ looks, refused, emergencies, taken }).map(([name, value]) => (
            <div key={name}>
              <dt>{t(`tiles.${name as 'looks'}`)}</dt>
              <dd>{words.number(value)}</dd>
            </div>
          ))}
        </dl>
      </section>
      <section className="kk-card kk-stack" aria-labelledby="rows">
        <h2 id="rows">{t(`kinds.${kind}`)}</h2>
        <div className="kk-scroll">
          <table className="kk-table kk-seen-table">
            <thead>
              <tr>
                <th scope="col">{t(`first.${kind}`)}</th>
                {COLUMNS.filter((column) => column !== WITHOUT[kind]).map((column) => (
                  <th key={column} scope="col" className="kk-right">
                    {t(column)}
                  </th>
                ))}
                <th scope="col">{t('last')}</th>
              </tr>
            </thead>
            <tbody>
              {rows.map((row) => (
                <Row key={row.key ?? ''} row={row} kind={kind} most={most} choose={choose} />
              ))}
            </tbody>
          </table>
        </div>
        {rows.length < table.rows.length ? (
          <div className="kk-buttons">
            <Button variant="default" onClick={() => setAll(true)}>
              {t('more', { count: table.rows.length })}
            </Button>
          </div>
        ) : null}
      </section>
      <Save kind={kind} filter={filter} />
    </>
  );
}

const COLUMNS = ['lines', 'looks', 'patients', 'people', 'refused', 'emergencies', 'taken'] as const;
/** What is always one. */
const WITHOUT = { patient: 'patients', colleague: 'people', day: null } as const;

interface RowProps {
  readonly row: SeenRow;
  readonly kind: OverviewKind;
  readonly most: number;
  readonly choose: ShownProps['choose'];
}

function Row({ row, kind, most, choose }: RowProps) {
  const { t } = useTranslation('seen');
  const words = useWords();
  const name = kind === 'day' && row.key !== null ? words.day(row.key) : (row.name ?? t(`nobody.${kind}`));
  return (
    <tr>
      <th scope="row" className="kk-seen-name">
        {row.key === null ? (
          <span className="kk-dim">{name}</span>
        ) : (
          <button type="button" title={t('into', { name })} onClick={() => choose(row, name)}>
            {name}
          </button>
        )}
        {kind !== 'colleague' ? null : (
          <span className="kk-dim kk-small">
            {' '}
            {row.elsewhere ? t('elsewhere') : row.role === null ? '' : words.text(row.role)}
          </span>
        )}
        <span className="kk-seen-share" style={{ width: `${(100 * row.lines) / most}%` }} aria-hidden="true" />
      </th>
      {COLUMNS.filter((column) => column !== WITHOUT[kind]).map((column) => (
        <td key={column} className="kk-num kk-right" data-zero={row[column] === 0 || undefined}>
          {words.number(row[column])}
        </td>
      ))}
      <td className="kk-num">{words.moment(row.last)}</td>
    </tr>
  );
}

const HEIGHT = 100;
function Chart({ table: { marks, per, lines } }: { readonly table: SeenTable }) {
  const { t } = useTranslation('seen');
  const words = useWords();
  const most = Math.max(...marks.map((one) => one.lines));
  const top = marks.find((one) => one.lines === most);
  const width = 100 / marks.length;
  const title = t(`chart.${per}`);
  const label =
    top === undefined || most === 0
      ? t('chartNone', { title })
      : t('chartText', { title, count: lines, date: words.day(top.from), most });
  const high = (value: number) => (value === 0 ? 0 : Math.max(2, (HEIGHT * value) / most));
  return (
    <figure className="kk-stack" style={{ margin: 0 }}>
      <svg
        className="kk-seen-chart"
        viewBox={`0 0 100 ${HEIGHT}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={label}
      >
        {marks.map((one, i) => (
          <g key={one.from}>
            {(['lines', 'refused'] as const).map((what) => (
              <rect
                key={what}
                className={what}
                x={i * width + width * 0.1}
                y={HEIGHT - high(one[what])}
                width={width * 0.8}
                height={high(one[what])}
              />
            ))}
          </g>
        ))}
      </svg>
      <div className="kk-seen-axis kk-num" aria-hidden="true">
        <span>{words.day(marks[0]!.from)}</span>
        <span className="kk-seen-key">
          <i />
          {t('refusedKey')}
        </span>
        <span>{words.day(marks.at(-1)!.from)}</span>
      </div>
    </figure>
  );
}

function Save({ kind, filter }: { readonly kind: OverviewKind; readonly filter: SeenFilter }) {
  const { t } = useTranslation('seen');
  const world = useWorld();
  const words = useWords();
  const say = useSay();
  const errorText = useErrorText();
  const save = useMutation({
    mutationFn: (form: OverviewForm) => world.overviews!.file(kind, filter, form, words.language),
    onSuccess: (file) => {
      saveFile(file);
      say(t('saved', { name: file.name }));
    },
  });
  return (
    <section className="kk-card kk-stack kk-screen-only" aria-label={t('save.pdf')}>
      <p className="kk-dim kk-small">{t('saveLead')}</p>
      <div className="kk-buttons">
        {OVERVIEW_FORMS.map((form) => (
          <Button
            key={form}
            variant="default"
            disabled={save.isPending}
            loading={save.isPending && save.variables === form}
            onClick={() => save.mutate(form)}
          >
            {t(`save.${form}`)}
          </Button>
        ))}
      </div>
      {save.error === null ? null : (
        <div role="alert">
          <Strip name="not-saved" tone="bad" title={t('failed')} body={errorText(save.error)} />
        </div>
      )}
    </section>
  );
}
