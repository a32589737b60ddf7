/** An overview to take along is a line first (R38): of every patient it names, else of the list that its reader may open anyway. */

import type { DossierId } from '@ketenkluis/base';
import type { About } from '../annex.ts';
import { clientError } from '../errors.ts';
import { listHandles } from '../look.ts';
import { declare } from '../notes.ts';
import type { Session } from '../session.ts';

/** As many as one request names. */
const AT_ONCE = 128;

/** Answers how many lines were written. Throws what `declare` throws; what was said before stands. */
export async function declareOverview(
  session: Session,
  what: { readonly event: 'export' | 'print'; readonly dossiers: readonly DossierId[]; readonly about: About },
): Promise<number> {
  const { event, about } = what;
  const dossiers = [...new Set(what.dossiers)];
  for (let from = 0; from < dossiers.length; from += AT_ONCE) {
    const items = dossiers.slice(from, from + AT_ONCE).map((dossier) => ({ dossier, handle: null, facts: [] }));
    await declare(session, { event, of: 'log', items, about });
  }
  if (dossiers.length > 0) return Math.ceil(dossiers.length / AT_ONCE);
  const [own] = [...(await listHandles(session, 'review')), ...(await listHandles(session, 'directory'))];
  if (own === undefined) throw clientError('no-key-here', 'this person has no list to declare by');
  await declare(session, { event, items: [{ dossier: null, handle: own.handle, facts: [] }], about });
  return 1;
}
