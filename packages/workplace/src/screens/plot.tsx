/** uPlot for one series: a line with points over its target band. The picture has a text; the table holds the values. */

import type { LocalDate } from '@ketenkluis/base';
import { useComputedColorScheme } from '@mantine/core';
import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { type Drawn, scale } from '../lib/series.ts';
import type { Target } from '../model.ts';

interface Props {
  readonly readings: readonly Drawn[];
  readonly target: Target | null;
  readonly from: LocalDate;
  readonly to: LocalDate;
  readonly label: string;
  readonly tip: (reading: Drawn) => string;
}

const seconds = (day: string): number => Date.parse(`${day}T12:00:00Z`) / 1000;

export function Plot({ readings, target, from, to, label, tip }: Props) {
  const box = useRef<HTMLDivElement>(null);
  // As it is drawn now: with the system's colours it changes at sunset, while this screen stays open.
  const colorScheme = useComputedColorScheme('light');
  const { i18n } = useTranslation();
  const tipRef = useRef(tip);
  tipRef.current = tip;

  // biome-ignore lint/correctness/useExhaustiveDependencies: colours and words are read anew with scheme and language
  useEffect(() => {
    const element = box.current;
    if (!element) return;
    const style = getComputedStyle(element);
    const colour = (name: string) => {
      // light-dark() is only resolved on a real property.
      element.style.setProperty('color', `var(${name})`);
      const found = style.color;
      element.style.removeProperty('color');
      return found;
    };
    const accent = colour('--kk-accent');
    const band = colour('--kk-band');
    const ink = colour('--kk-ink-2');
    const line = colour('--kk-line');
    const font = `11px ${style.fontFamily}`;
    const note = document.createElement('div');
    note.className = 'u-tip';
    note.hidden = true;

    const chart = new uPlot(
      {
        width: element.clientWidth,
        height: element.clientHeight,
        padding: [6, 6, 0, 0],
        legend: { show: false },
        cursor: { y: false, drag: { x: false, y: false }, points: { size: 8 } },
        scales: {
          x: { time: true, range: [Math.min(seconds(from), seconds(readings[0]!.date)), seconds(to)] },
          y: {
            range: scale(
              readings.map((one) => one.value),
              target,
            ),
          },
        },
        axes: [
          {
            stroke: ink,
            font,
            size: 22,
            grid: { show: false },
            ticks: { stroke: line, size: 4 },
            space: 54,
            values: years,
          },
          {
            stroke: ink,
            font,
            size: 38,
            grid: { stroke: line, width: 1 },
            ticks: { show: false },
            space: 30,
            values: (_, splits) => splits.map((value) => value.toLocaleString(i18n.language)),
          },
        ],
        series: [{}, { stroke: accent, width: 1.75, points: { show: true, size: 5, fill: accent, stroke: accent } }],
        hooks: {
          drawClear: [
            (self) => {
              if (!target || (target.low === null && target.high === null)) return;
              const [bottom, top] = [self.scales.y?.min ?? 0, self.scales.y?.max ?? 0];
              const high = self.valToPos(target.high ?? top, 'y', true);
              const low = self.valToPos(target.low ?? bottom, 'y', true);
              self.ctx.save();
              self.ctx.fillStyle = band;
              self.ctx.fillRect(self.bbox.left, high, self.bbox.width, low - high);
              self.ctx.restore();
            },
          ],
          setCursor: [
            (self) => {
              const index = self.cursor.idx;
              const reading = index === null || index === undefined ? undefined : readings[index];
              note.hidden = !reading || (self.cursor.left ?? -1) < 0;
              if (!reading) return;
              note.textContent = tipRef.current(reading);
              const left = self.valToPos(seconds(reading.date), 'x');
              note.style.left = `${Math.min(left, self.over.clientWidth - 120)}px`;
              note.style.top = '-4px';
            },
          ],
        },
      },
      [readings.map((one) => seconds(one.date)), readings.map((one) => one.value)],
      element,
    );
    chart.over.append(note);
    const watch = new ResizeObserver(() => chart.setSize({ width: element.clientWidth, height: element.clientHeight }));
    watch.observe(element);
    return () => {
      watch.disconnect();
      chart.destroy();
    };
  }, [readings, target, from, to, colorScheme, i18n.language]);

  return <div ref={box} className="kk-plot" role="img" aria-label={label} />;
}

const years = (_: uPlot, splits: number[]) => {
  const shown = splits.map((at) => new Date(at * 1000));
  return shown.map((date, place) => {
    const year = date.getUTCFullYear();
    return place > 0 && shown[place - 1]!.getUTCFullYear() === year ? '' : String(year);
  });
};
