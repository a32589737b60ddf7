/**
 * What a signed envelope may be, by the writer class of the handle that it was found under (docs/spec/pack.md): a colleague's note is
 * never shown as what the GP system holds, nor a team's list as a part of a dossier, whoever wrote the descriptor around it.
 */

import type { Card, Descriptor } from '@ketenkluis/seal';
import type { Envelope } from '@ketenkluis/seal/open';
import { clientError } from './errors.ts';

/** The types of content that belong under this handle. */
function typesUnder({
  class: writer,
  dossier,
  slot,
}: Pick<Descriptor, 'class' | 'dossier' | 'slot'>): readonly unknown[] {
  if (writer === 'work') return dossier === null ? [] : ['note', 'referral'];
  if (writer === 'inbox') return dossier === null ? [] : ['message'];
  return dossier === null ? [slot] : ['fhir', 'legend'];
}

/**
 * Type and author fit the class: `source` is an agent's, `work` a professional's of the practice, `inbox` a professional's of another
 * organisation. `card` is the author's, in force when the version was written. Throws `client/wrong-item`.
 */
export function checkAuthorship(
  descriptor: Pick<Descriptor, 'class' | 'dossier' | 'slot' | 'practice'>,
  envelope: Pick<Envelope, 'type'>,
  card: Pick<Card, 'kind' | 'organisation'> | undefined,
): void {
  const author = descriptor.class === 'source' ? 'agent' : 'professional';
  const own = card?.organisation === descriptor.practice;
  const fits = card?.kind === author && own === (descriptor.class !== 'inbox');
  if (!typesUnder(descriptor).includes(envelope.type) || !fits) {
    throw clientError('wrong-item', 'what was sealed here is of another kind than this handle holds');
  }
}
