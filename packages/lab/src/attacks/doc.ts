/** The table of docs/attacks.md, one row per attack: held by a test, so that the page says what is played. */

import { ATTACKS } from './list.ts';

const cell = (text: string): string => text.replaceAll('|', '\\|');

export const attackTable = (): string =>
  [
    '| Attack | Promise | Who | What is done | What notices | Twin: without its check |',
    '|---|---|---|---|---|---|',
    ...ATTACKS.map(
      ({ name, promise, who, does, expect, without }) =>
        `| \`${name}\` | ${promise} | ${cell(who)} | ${cell(does)} | ${expect.map((one) => `\`${one}\``).join(' ')} | ${cell(without)} |`,
    ),
  ].join('\n');
