/** The figures for people: one row each, what missed its bar said so. */

import type { Bar, Figure, Unit } from './figure.ts';

const grouped = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });

function amount(value: number, unit: Unit): string {
  const digits = unit === 'bytes' || unit === '/s' || value >= 100 ? 0 : value >= 10 ? 1 : 2;
  const text = digits === 0 ? grouped.format(value) : value.toFixed(digits);
  return unit === '/s' ? `${text}/s` : `${text} ${unit === 'bytes' ? 'B' : unit}`;
}

const barText = (bar: Bar | null, unit: Unit): string => {
  if (bar === null) return '';
  const sign = bar.at === 'most' ? '<=' : '>=';
  return bar.on === 'ratio' ? `${sign} ${bar.value}x` : `${sign} ${amount(bar.value, unit)}`;
};

const HEAD = ['', 'work', 'ours', 'beside', 'ratio', 'bar', ''] as const;

const row = ({ part, work, ours, unit, peer, ratio, bar, held }: Figure): string[] => [
  part,
  work,
  amount(ours, unit),
  peer === null ? '' : `${amount(peer.value, unit)} ${peer.name}`,
  ratio === null ? '' : `${ratio.toFixed(2)}x`,
  barText(bar, unit),
  held === null ? '' : held ? 'held' : 'missed',
];

export function tableOf(figures: readonly Figure[]): string[] {
  const rows = [[...HEAD], ...figures.map(row)];
  const widths = HEAD.map((_, i) => Math.max(...rows.map((cells) => cells[i]!.length)));
  const lines = rows.map((cells) =>
    cells
      .map((cell, i) => cell.padEnd(widths[i]!))
      .join('  ')
      .trimEnd(),
  );
  const notes = figures.flatMap(({ work, note }) => (note === undefined ? [] : [`${work}: ${note}`]));
  return [...lines, ...(notes.length > 0 ? ['', ...notes] : [])];
}
