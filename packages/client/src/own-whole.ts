/**
 * One's own dossier with nothing left out (docs/spec/own.md, "Nothing left out"; R53): which parts a patient may open is not the vault's
 * word, but follows from the dossier's proved state. A host that answers with less, or says that a dossier has ended, is found here.
 */

import type { DossierId, HandleId } from '@ketenkluis/base';
import { dossierState } from '@ketenkluis/seal';
import type { Access } from './access.ts';
import type { Audit } from './audit.ts';
import { CHANGES } from './dossier-state.ts';
import { clientError } from './errors.ts';
import type { OpenedDossier } from './look.ts';
import { type OwnDossier, openOwn, ownDossiersOf, ownLog } from './own.ts';
import { ownAccess } from './own-said.ts';
import type { Session } from './session.ts';

export interface WholeOwn {
  readonly own: OwnDossier;
  /** Null where nothing is sealed for this person: before the next delivery, or after the end. */
  readonly opened: OpenedDossier | null;
  /** Null once the dossier has ended. */
  readonly access: Access | null;
  readonly log: Audit;
  /** Every statement of the state was shown, and every line up to this reading: what is here is all there is. */
  readonly whole: boolean;
}

/** The parts whose newest version is granted to this person's team on their own `own`. */
const grantedIn = (own: OwnDossier, { handles, grants }: Access): HandleId[] => {
  const packs = new Set<string>(
    grants.flatMap(({ grant }) => (grant.team === own.team && grant.fact === own.own ? grant.packs : [])),
  );
  return handles.flatMap(({ handle, class: kind, descriptor }) =>
    kind === 'source' && packs.has(descriptor) ? [handle] : [],
  );
};

/** The last line that changed this dossier came to the state in which nothing is left of it: it may have been empty before and filled again. */
export function hasEnded({ lines }: Pick<Audit, 'lines'>, dossier: DossierId): boolean {
  const states = lines.flatMap(({ verified, event, index, line }) =>
    verified && event !== null && CHANGES.has(event)
      ? (line?.items ?? []).flatMap(({ item }) =>
          item.kind === 'state' && item.outcome === 'success' ? [{ index, state: item.state }] : [],
        )
      : [],
  );
  const last = states.reduce<(typeof states)[number] | null>(
    (newest, one) => (newest === null || one.index >= newest.index ? one : newest),
    null,
  );
  return last !== null && last.state === dossierState(dossier, []);
}

async function read(session: Session, own: OwnDossier): Promise<WholeOwn & { readonly short: boolean }> {
  const opened = own.handles.length === 0 ? null : await openOwn(session, own);
  const access = own.ended ? null : await ownAccess(session, own);
  const log = await ownLog(session, own);
  const got = new Set((opened?.parts ?? []).flatMap((part) => (part.outcome === 'permit' ? [part.handle] : [])));
  const short =
    access === null ? !hasEnded(log, own.dossier) : grantedIn(own, access).some((handle) => !got.has(handle));
  const whole = log.complete && (access === null || access.hidden === 0);
  return { own, opened, access, log, whole, short };
}

/**
 * Opens every part, who may look and who looked. Throws `client/state-unexplained` where the vault gives less than the dossier's state holds
 * for this person.
 */
export async function openWhole(session: Session, own: OwnDossier): Promise<WholeOwn> {
  const { short, ...once } = await read(session, own);
  if (!short) return once;
  // A delivery may have come in between two of the answers: then it is asked once more.
  const again = (await ownDossiersOf(session)).find(({ dossier }) => dossier === own.dossier);
  const twice = again === undefined ? null : await read(session, again);
  if (twice === null || twice.short)
    throw clientError('state-unexplained', 'the vault gives less of this dossier than stands in it');
  const { short: _, ...found } = twice;
  return found;
}
