/**
 * What a signed envelope may be, by the writer class of the handle that it was found under (docs/spec/pack.md): a colleague's note is
 * never shown as what the GP system holds, nor a team's list as a part of a dossier, whoever wrote the descriptor around it.
 */

import type { Card, Descriptor } from '@ketenkluis/seal';
import type { Envelope } from '@ketenkluis/seal/open';
import { clientError } from './errors.ts';

/** The one type of content that belongs under this handle; null: none does. */
function typeUnder({ class: writer, dossier, slot }: Pick<Descriptor, 'class' | 'dossier' | 'slot'>) {
  if (writer === 'work') return dossier === null ? null : 'note';
  if (writer === 'source') return dossier === null ? slot : 'fhir';
  return null;
}

/**
 * Type and author fit the class: `source` is an agent's, `work` a professional's. `card` is the author's, in force when the version was
 * written. Throws `client/wrong-item`.
 */
export function checkAuthorship(
  descriptor: Pick<Descriptor, 'class' | 'dossier' | 'slot'>,
  envelope: Pick<Envelope, 'type'>,
  card: Pick<Card, 'kind'> | undefined,
): void {
  const author = descriptor.class === 'source' ? 'agent' : 'professional';
  if (envelope.type !== typeUnder(descriptor) || card?.kind !== author) {
    throw clientError('wrong-item', 'what was sealed here is of another kind than this handle holds');
  }
}
