/** The log in sentences, fetched when a patient comes in: the page before the door stays small. */

import { PLAIN_SCOPES, plainRole, type ScopeId } from '@ketenkluis/care';
import { type Audit, toldLines } from '@ketenkluis/client';
import type { OwnView } from '../model.ts';

export function inWords(
  { lines }: Audit,
  of: {
    readonly practice: string;
    readonly scopes: ReadonlyMap<string, ScopeId>;
    readonly programs: ReadonlySet<string>;
  },
): OwnView['looks'] {
  const { practice, scopes, programs } = of;
  const looks = (language: 'nl' | 'en') =>
    toldLines(lines, {
      language,
      part: (handle) => {
        const scope = scopes.get(handle);
        return scope === undefined ? null : PLAIN_SCOPES[scope][language];
      },
      role: (said) => plainRole(said)[language],
      // What a partner is called only people of the practice know.
      organisation: (one) =>
        one === practice ? null : language === 'nl' ? 'een andere organisatie' : 'another organisation',
      isProgram: (person) => programs.has(person),
    });
  return { nl: looks('nl'), en: looks('en') };
}
