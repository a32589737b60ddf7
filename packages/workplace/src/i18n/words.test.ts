/** Every word that is translated is used, and every key that is used exists (the types hold the second). */

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { REASONS } from '@ketenkluis/ledger';
import { describe, expect, it } from 'vitest';
import { workplaceError } from '../errors.ts';
import { en } from './en.ts';
import { late, more } from './late-words.ts';
import { nl as door } from './nl.ts';

const nl = { ...door, ...more };

type Tree = { readonly [key: string]: string | Tree };
const flat = (tree: Tree, prefix = ''): [string, string][] =>
  Object.entries(tree).flatMap(([key, value]) =>
    typeof value === 'string' ? [[`${prefix}${key}`, value] as [string, string]] : flat(value, `${prefix}${key}.`),
  );

function* files(directory: string): Generator<string> {
  for (const entry of readdirSync(directory, { withFileTypes: true })) {
    const path = join(directory, entry.name);
    if (entry.isDirectory()) yield* files(path);
    else if (/\.tsx?$/.test(entry.name) && !/\.test\.|i18n/.test(path)) yield path;
  }
}
const source = [...files(join(import.meta.dirname, '..'))].map((path) => readFileSync(path, 'utf8')).join('\n');
/** Keys that are made from data: `denied.${reason}` and the like. */
const MADE =
  /^(denied|error|marks|looks\.kind|deliveries\.reasons|dossier\.(male|female|other|above|below|within)|lock\.(idle|hour|person)|keys|invitation\.(step\d|passphraseFault)|common\.(today|tomorrow|yesterday|days|weeks|months)|settings\.(passkey|passphrase)|refer\.why|partners\.(levels|levelChoice)|assumed\.grounds|own\.(proposal|checked)|urgent\.findings|told\.(how|said)|nav\.|kinds\.|actions\.|outcomes\.|tiles\.|chart\.|first\.|nobody\.|save\.|(lines|looks|patients|people|refused|emergencies|taken)$|referrals\.(state|kind)|outside\.(words|faults|(none|confirmed|pending|degraded)(Body)?$)|sent\.(running|over|unknown)$|overview\.(few|close)$|kind\.(csv|xml|fhir)$|soep\.[soep]$|report\.fault|control\.(action|stage|verdicts|followUps|checks|field|term|why_|(ask|decide|reopen)Done))/;

describe('the words on screen', () => {
  it('has no word that no screen says', () => {
    const unused = [...flat(nl), ...Object.values(late.nl).flatMap((words) => flat(words))]
      .map(([key]) => key.replace(/_(one|other)$/, ''))
      .filter((key) => !MADE.test(key) && !source.includes(`'${key}'`));
    expect([...new Set(unused)]).toEqual([]);
  });

  it('fills the same blanks in both languages', () => {
    const blanks = (text: string) => [...text.matchAll(/\{\{(\w+)\}\}/g)].map((match) => match[1]).sort();
    const english = new Map([...flat(en), ...flat(late.en)]);
    for (const [key, text] of [...flat(nl), ...flat(late.nl)])
      expect([key, blanks(english.get(key)!)]).toEqual([key, blanks(text)]);
  });

  it('R22: has a next action for every reason that the vault may tell its own people', () => {
    const told = Object.keys(nl.denied);
    const decided = REASONS.filter((reason) =>
      /^(no-|not-member|card|enrolment|relation|step|stale|class|writer|gone)/.test(reason),
    );
    const outside = ['no-partner', 'no-consent', 'no-mandate'];
    expect(decided.filter((reason) => !told.includes(reason) && !outside.includes(reason))).toEqual([]);
  });

  it('has a sentence for every error of the workplace', () => {
    expect(workplaceError.codes.filter((code) => !(`workplace/${code}` in nl.error))).toEqual([]);
  });
});
