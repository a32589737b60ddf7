/** Axe in the page itself: put there once, then asked as often as the screen changes its size or its colours. */

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { RunOptions } from 'axe-core';
import type { Page } from 'playwright-core';

const SOURCE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Past the page's CSP, as only the browser's owner can. A page that was used before holds it already. */
export async function putAxe(page: Page): Promise<void> {
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(SOURCE);
}

/** The page in these colours and this size, once it has taken both over: a frame in which it heard of them, and one in which it shows them. */
export async function pose(
  page: Page,
  viewport: { readonly width: number; readonly height: number },
  scheme: 'light' | 'dark',
): Promise<void> {
  await page.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' });
  await page.setViewportSize(viewport);
  await page.waitForFunction(async (wanted) => {
    for (let frame = 0; frame < 2; frame++) await new Promise(requestAnimationFrame);
    return document.documentElement.dataset.mantineColorScheme === wanted;
  }, scheme);
}

/** Rules that read colours; and rules that read where things stand and how large they are. All others read the document alone. */
const BY_COLOUR = ['color-contrast', 'link-in-text-block'];
const BY_PLACE = [
  ...[
    'target-size',
    'scrollable-region-focusable',
    'aria-hidden-focus',
    'region',
    'bypass',
    'skip-link',
    'p-as-heading',
  ],
  ...['label-content-name-mismatch', 'focus-order-semantics', 'nested-interactive', 'td-has-header', 'td-headers-attr'],
  ...['th-has-data-cells', 'scope-attr-valid', 'empty-table-header', 'table-duplicate-name', 'table-fake-caption'],
];

/**
 * What is wrong, one text per rule. The page must hold axe.
 *
 * A rule that found nothing is not asked again about the same. As long as the document and what is filled in are the same to the letter: a
 * rule of colours is asked once for elements that are shown in the same computed colours and letters; a rule of places once per size, and any
 * other once, as long as the same elements are shown. What stands behind a letter at another size is looked at in the other colours, which
 * that size brings.
 */
export const faultsOf = (page: Page, runOnly: NonNullable<RunOptions['runOnly']>): Promise<string[]> =>
  page.evaluate(
    async ([only, byColour, byPlace]) => {
      /** `inks` has one text per element, an empty one for what is not shown. */
      type Answer = {
        html: string;
        outline: string;
        inks: readonly string[];
        size: string;
        rules: ReadonlySet<string>;
      };
      const holder = window as unknown as { axe: typeof import('axe-core'); axeAnswers?: Answer[] };
      const { axe } = holder;
      let html = document.documentElement.outerHTML.replace(/ data-mantine-color-scheme="\w+"/, '');
      let outline = '';
      const inks: string[] = [];
      for (const one of document.querySelectorAll<HTMLInputElement>('*')) {
        const style = getComputedStyle(one);
        const shown = one.checkVisibility({ visibilityProperty: true, opacityProperty: true });
        html += ` ${one.value ?? ''}${one.checked ?? ''}`;
        outline += `${style.display}${shown} `;
        const { color, backgroundColor, backgroundImage, opacity, filter, fontSize, fontWeight, textShadow } = style;
        const ink = [color, backgroundColor, backgroundImage, opacity, filter, fontSize, fontWeight, textShadow];
        inks.push(shown ? [...ink, style.textDecorationLine].join() : '');
      }
      const size = `${innerWidth} ${innerHeight}`;
      const answers = (holder.axeAnswers ?? []).filter((one) => one.html === html);
      const answered = (rule: string) =>
        answers.some((before) => {
          if (!before.rules.has(rule)) return false;
          if (byColour.includes(rule)) return inks.every((ink, place) => ink === '' || ink === before.inks[place]);
          return before.outline === outline && (!byPlace.includes(rule) || before.size === size);
        });
      const named = typeof only === 'object' && 'type' in only && only.type === 'rule' ? only.values : null;
      const asked = named?.filter((rule) => !answered(rule));
      if (asked?.length === 0) return [];
      const skipped = axe.getRules().filter(({ ruleId }) => answered(ruleId));
      const options: RunOptions =
        asked === undefined
          ? { runOnly: only, rules: Object.fromEntries(skipped.map(({ ruleId }) => [ruleId, { enabled: false }])) }
          : { runOnly: { type: 'rule', values: asked } };
      // Only what is wrong gets its selectors and snippets worked out.
      const found = await axe.run(document, { ...options, resultTypes: ['violations'] });
      const { violations, passes, incomplete, inapplicable } = found;
      const rules = new Set([...passes, ...incomplete, ...inapplicable].map(({ id }) => id));
      for (const { id } of violations) rules.delete(id);
      holder.axeAnswers = [...answers, { html, outline, inks, size, rules }];
      return violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html.slice(0, 160)).join(' | ')}`);
    },
    [runOnly, BY_COLOUR, BY_PLACE] as const,
  );
