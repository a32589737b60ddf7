/** Measurements as small multiples on one time scale, and the same values as a table. */

import { addMonths } from '@ketenkluis/base';
import { Button, SegmentedControl } from '@mantine/core';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { unit } from '../lib/format.ts';
import { drawable, inOrder, isNumeric, standing, summary } from '../lib/series.ts';
import type { Dossier, Reading, Series, Target } from '../model.ts';
import { Tag } from '../parts/page.tsx';
import { useWords } from '../parts/words.ts';
import { Plot } from './plot.tsx';

const FIRST = 9;
/** Newest rows shown per measurement before "older". */
const ROWS = 6;

export function Measurements({ dossier }: { readonly dossier: Dossier }) {
  const { t } = useTranslation();
  const words = useWords();
  const [view, setView] = useState<'charts' | 'table'>('charts');
  const [all, setAll] = useState(false);
  const ordered = useMemo(() => inOrder(dossier.series), [dossier.series]);
  const numbers = ordered.filter(isNumeric);
  const answers = ordered.filter((one) => !isNumeric(one));
  const shown = all ? numbers : numbers.slice(0, FIRST);
  return (
    <section className="kk-card" aria-labelledby="measurements">
      <div className="kk-card-head">
        <div style={{ display: 'flex', alignItems: 'baseline', gap: 12 }}>
          <h2 id="measurements">{t('dossier.measurements')}</h2>
          <span className="kk-dim kk-small">{t('common.asOf', { date: words.day(dossier.asOf) })}</span>
        </div>
        <SegmentedControl
          size="xs"
          aria-label={t('dossier.view')}
          value={view}
          onChange={(next) => setView(next === 'table' ? 'table' : 'charts')}
          data={[
            { value: 'charts', label: t('dossier.charts') },
            { value: 'table', label: t('dossier.table') },
          ]}
        />
      </div>
      {ordered.length === 0 ? <p className="kk-dim">{t('dossier.noMeasurements')}</p> : null}
      {view === 'table' ? (
        <MeasurementTable series={ordered} />
      ) : (
        <div className="kk-charts">
          {shown.map((one) => (
            <Chart key={one.code} series={one} dossier={dossier} />
          ))}
        </div>
      )}
      {view === 'charts' && numbers.length > FIRST ? (
        <Button variant="default" mt="sm" aria-expanded={all} onClick={() => setAll(!all)}>
          {all ? t('dossier.showFewer') : t('dossier.showAll', { count: numbers.length })}
        </Button>
      ) : null}
      {view === 'charts' && answers.length > 0 ? <Answers series={answers} /> : null}
    </section>
  );
}

/** Yes, no, smokes, GOLD 2: words do not belong in a chart. */
function Answers({ series }: { readonly series: readonly Series[] }) {
  const { t } = useTranslation();
  const words = useWords();
  return (
    <div className="kk-scroll">
      <table className="kk-table kk-words">
        <thead>
          <tr>
            <th scope="col">{t('dossier.answers')}</th>
            <th scope="col">{t('dossier.answer')}</th>
            <th scope="col">{t('dossier.date')}</th>
            <th scope="col">{t('dossier.earlier')}</th>
          </tr>
        </thead>
        <tbody>
          {series.map((one) => {
            const last = one.readings.at(-1);
            const earlier = one.readings.slice(-4, -1).reverse();
            return last === undefined ? null : (
              <tr key={one.code}>
                <th scope="row">{words.text(one.label)}</th>
                <td>
                  {words.text(last.text)}{' '}
                  {last.marks.map((mark) => (
                    <Tag key={mark} tone="warn">
                      {t(`marks.${mark}`)}
                    </Tag>
                  ))}
                </td>
                <td className="kk-num kk-nowrap">{words.day(last.date)}</td>
                <td className="kk-dim kk-small">
                  {earlier.map((reading) => `${words.text(reading.text)} (${words.day(reading.date)})`).join(', ')}
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

function useRange() {
  const { t } = useTranslation();
  const words = useWords();
  return (target: Target | null): string | null => {
    if (!target) return null;
    const { low, high } = target;
    if (low !== null && high !== null) {
      return t('dossier.targetBetween', { low: words.number(low), high: words.number(high) });
    }
    if (high !== null) return t('dossier.targetBelow', { high: words.number(high) });
    return low === null ? null : t('dossier.targetAbove', { low: words.number(low) });
  };
}

function Chart({ series, dossier }: { readonly series: Series; readonly dossier: Dossier }) {
  const { t } = useTranslation();
  const words = useWords();
  const range = useRange()(series.target);
  const found = summary(series);
  const last = series.readings.at(-1);
  const name = words.text(series.label);
  const shown = unit(series.unit);
  const value = (reading: Reading) =>
    `${words.text(reading.text)}${reading.value === null || shown === '' ? '' : ` ${shown}`}`;
  const stand = found ? standing(found.last.value, series.target) : null;
  const marked = series.readings.filter((reading) => reading.marks.length > 0);
  if (!last) return null;
  const text = !found
    ? `${name}: ${value(last)}, ${words.day(last.date)}`
    : found.count === 1
      ? t('dossier.summaryOne', { label: name, value: value(found.last), last: words.day(found.last.date) })
      : t('dossier.summary', {
          label: name,
          count: found.count,
          from: words.day(found.first.date),
          to: words.day(found.last.date),
          value: value(found.last),
          last: words.day(found.last.date),
          min: words.number(found.min),
          max: words.number(found.max),
        });
  const head = found?.last ?? last;
  return (
    <figure className="kk-chart">
      <figcaption>
        <h3 title={name}>{name}</h3>
        <span className="kk-chart-value">
          {head.value === null ? (
            <span style={{ fontSize: '0.9375rem' }}>{words.text(head.text)}</span>
          ) : (
            <>
              {words.text(head.text)} <small>{shown}</small>
            </>
          )}
        </span>
        <span className="kk-chart-sub">
          {stand === null ? null : <Tag tone={stand === 'within' ? 'good' : 'warn'}>{t(`dossier.${stand}`)}</Tag>}
          {range === null ? null : <span>{t('dossier.target', { range })}</span>}
          <span className="kk-num kk-end">{words.day(head.date)}</span>
        </span>
      </figcaption>
      {found && found.count > 1 ? (
        <Plot
          readings={series.readings.filter(drawable)}
          target={series.target}
          from={addMonths(dossier.asOf, -60)}
          to={dossier.asOf}
          label={text}
          tip={(reading) => `${value(reading)} · ${words.day(reading.date)}`}
        />
      ) : (
        <div className="kk-plot kk-plot-one">{t('dossier.one')}</div>
      )}
      {marked.length === 0 ? null : (
        <div className="kk-marks">
          {marked.slice(-2).map((reading) => (
            <Tag key={`${reading.date} ${reading.text.nl}`} tone="warn">
              {words.day(reading.date)}: {words.text(reading.text)},{' '}
              {reading.marks.map((mark) => t(`marks.${mark}`)).join(', ')}
            </Tag>
          ))}
        </div>
      )}
    </figure>
  );
}

function MeasurementTable({ series }: { readonly series: readonly Series[] }) {
  const { t } = useTranslation();
  return (
    <div className="kk-scroll">
      <table className="kk-table kk-mtable">
        <thead>
          <tr>
            <th scope="col" style={{ width: 150 }}>
              {t('dossier.date')}
            </th>
            <th scope="col" className="kk-right" style={{ width: 120 }}>
              {t('dossier.value')}
            </th>
            <th scope="col">{t('dossier.unit')}</th>
            <th scope="col">{t('dossier.mark')}</th>
          </tr>
        </thead>
        {series.map((one) => (
          <Rows key={one.code} series={one} />
        ))}
      </table>
    </div>
  );
}

function Rows({ series }: { readonly series: Series }) {
  const { t } = useTranslation();
  const words = useWords();
  const range = useRange()(series.target);
  const [older, setOlder] = useState(false);
  const newest = [...series.readings].reverse();
  const shown = older ? newest : newest.slice(0, ROWS);
  return (
    <tbody>
      <tr>
        <th scope="rowgroup" colSpan={4}>
          {words.text(series.label)}{' '}
          {range === null ? null : <span className="kk-dim kk-small">{t('dossier.target', { range })}</span>}
        </th>
      </tr>
      {shown.map((reading, place) => {
        const stand = reading.value === null || !drawable(reading) ? null : standing(reading.value, series.target);
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: two readings may share a day
          <tr key={`${reading.date} ${place}`}>
            <td className="kk-num">{words.day(reading.date)}</td>
            <td className="kk-num kk-right">{words.text(reading.text)}</td>
            <td className="kk-dim">{reading.value === null ? '' : unit(series.unit)}</td>
            <td>
              <span className="kk-tags">
                {reading.marks.map((mark) => (
                  <Tag key={mark} tone="warn">
                    {t(`marks.${mark}`)}
                  </Tag>
                ))}
                {stand === null ? null : (
                  <span className={stand === 'within' ? 'kk-dim' : undefined}>{t(`dossier.${stand}`)}</span>
                )}
              </span>
            </td>
          </tr>
        );
      })}
      {newest.length > ROWS ? (
        <tr>
          <td colSpan={4}>
            <button type="button" className="kk-linkish" aria-expanded={older} onClick={() => setOlder(!older)}>
              {older ? t('common.hide') : t('dossier.older', { count: newest.length - ROWS })}
            </button>
          </td>
        </tr>
      ) : null}
    </tbody>
  );
}
