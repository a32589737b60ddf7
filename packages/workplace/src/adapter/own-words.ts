/** The log in sentences, fetched when a patient comes in: the page before the door stays small. */

import { PLAIN_SCOPES, plainRole, type ScopeId } from '@ketenkluis/care';
import { type Audit, type ToldGround, toldLines } from '@ketenkluis/client';
import type { OwnView } from '../model.ts';

export function inWords(
  { lines }: Audit,
  of: {
    readonly practice: string;
    readonly scopes: ReadonlyMap<string, ScopeId>;
    readonly programs: ReadonlySet<string>;
    readonly grounds?: ReadonlyMap<number, ToldGround>;
    /** Partners by name, where this reader has them. */
    readonly called?: ReadonlyMap<string, string>;
  },
): OwnView['looks'] {
  const { practice, scopes, programs, grounds, called } = of;
  const looks = (language: 'nl' | 'en') =>
    toldLines(lines, {
      language,
      part: (handle) => {
        const scope = scopes.get(handle);
        return scope === undefined ? null : PLAIN_SCOPES[scope][language];
      },
      role: (said) => plainRole(said)[language],
      // What a partner is called stands in the legend, or nobody outside knows.
      organisation: (one) =>
        one === practice
          ? null
          : (called?.get(one) ?? (language === 'nl' ? 'een andere organisatie' : 'another organisation')),
      isProgram: (person) => programs.has(person),
      ground: ({ index }) => grounds?.get(index) ?? null,
    });
  return { nl: looks('nl'), en: looks('en') };
}
