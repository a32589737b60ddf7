/** A partner's message as it is pasted into the GP system: SOEP lines, values with their NHG number. Pure. */

import type { ReferralMessage, ReportedValue, Soep } from '../model.ts';

export const EMPTY_SOEP: Soep = { s: '', o: '', e: '', p: '' };
export const isEmptySoep = (soep: Soep): boolean =>
  [soep.s, soep.o, soep.e, soep.p].every((line) => line.trim() === '');

/** Somebody else's words as part of one line: nothing unseen, and no new line that could pass for another letter of SOEP. */
const inLine = (text: string): string =>
  text
    .replace(/[\r\n\p{Zl}\p{Zp}]+/gu, '\n   ')
    .replace(/[^\P{C}\n]/gu, '')
    .trim();
const plain = (text: string): string => inLine(text).replace(/\s+/gu, ' ');

/** "HbA1c 53 mmol/mol (NHG 2816, 12-11-2026)". Always Dutch: the GP system is. */
export function valueLine({ label, nhg, value, unit, date }: ReportedValue): string {
  const [year, month, day] = date.split('-');
  const about = [...(nhg === null ? [] : [`NHG ${nhg}`]), `${day}-${month}-${year}`].join(', ');
  return plain(`${label.nl} ${value}${unit === null ? '' : ` ${unit}`} (${about})`);
}

/** The four lines, each on its own; what is empty is left out. Values stand under O, where a GP system keeps findings. */
export function soepText(from: string, message: Pick<ReferralMessage, 'soep' | 'values' | 'text'>): string {
  const { soep, values, text } = message;
  const found = [inLine(soep?.o ?? ''), ...values.map(valueLine)].filter((line) => line !== '');
  const lines: [string, string][] = [
    ['S', [`Bericht van ${plain(from)}.`, inLine(text), inLine(soep?.s ?? '')].filter((line) => line !== '').join(' ')],
    ['O', found.join('\n   ')],
    ['E', inLine(soep?.e ?? '')],
    ['P', inLine(soep?.p ?? '')],
  ];
  return lines.flatMap(([letter, line]) => (line === '' ? [] : [`${letter}: ${line}`])).join('\n');
}

/** A number as people type it, comma or point; null when it is none. */
export function typedNumber(text: string): number | null {
  const trimmed = text.trim().replace(',', '.');
  return /^-?\d{1,6}(\.\d{1,4})?$/.test(trimmed) ? Number(trimmed) : null;
}

export type ValueFault = 'no-number' | 'out-of-range' | null;
export function valueFault(text: string, low: number | null, high: number | null): ValueFault {
  const value = typedNumber(text);
  if (value === null) return 'no-number';
  return (low !== null && value < low) || (high !== null && value > high) ? 'out-of-range' : null;
}
