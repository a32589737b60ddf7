/** A practice's log over HTTP, in the form that the offline verifier reads: C2SP paths and stored lines. */

import { fromBase64url } from '@ketenkluis/base';
import type { Session } from '@ketenkluis/client';
import type { LedgerFolder, LedgerSource } from '@ketenkluis/ledger';
import { entriesPage } from '@ketenkluis/protocol';

/** Reads with the session of an agent or owner; the checkpoint is read once, since reading the log makes lines too. */
export async function fetchedLog(
  session: Session,
): Promise<Pick<LedgerSource, 'folder'> & Required<Pick<LedgerSource, 'entries'>>> {
  const { fetch } = session.wire.ports;
  const root = `${session.wire.place.origin}/v1/practices/${session.practice}/log`;
  const get = async (path: string): Promise<Uint8Array | undefined> => {
    const answer = await fetch(`${root}/${path}`, {
      method: 'GET',
      headers: { authorization: `Bearer ${session.token}` },
    });
    return answer.status === 200 ? new Uint8Array(await answer.arrayBuffer()) : undefined;
  };
  const checkpoint = await get('checkpoint');
  const folder: LedgerFolder = { read: async (path) => (path === 'checkpoint' ? checkpoint : get(path)) };
  return {
    folder,
    async entries(from, to) {
      const found: { index: number; stored: Uint8Array }[] = [];
      while (from + found.length < to) {
        const at = from + found.length;
        const page = await session.call('entries', entriesPage, undefined, `?from=${at}`);
        if (page.entries.length === 0) break;
        page.entries.forEach((text, i) => {
          if (at + i < to) found.push({ index: at + i, stored: fromBase64url(text) });
        });
      }
      return found;
    },
  };
}
