/**
 * What stays in this browser between visits, in IndexedDB because it keeps CryptoKeys: device keys that no script can read
 * out, the practice's pins, the last checkpoint seen, sealed drafts. Never a name of a patient, never an opened secret.
 */

import type { ClientStorage } from '@ketenkluis/client';

const DATABASE = 'ketenkluis';
const STORE = 'kept';

const done = <T>(request: IDBRequest<T>): Promise<T> =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

export interface BrowserStorage extends ClientStorage {
  /** Names that begin with this. */
  names(prefix: string): Promise<string[]>;
}

export function browserStorage(): BrowserStorage {
  let opened: Promise<IDBDatabase> | null = null;
  const open = () => {
    if (opened === null) {
      const request = indexedDB.open(DATABASE, 1);
      request.onupgradeneeded = () => request.result.createObjectStore(STORE);
      opened = done(request);
      opened.catch(() => {
        opened = null;
      });
    }
    return opened;
  };
  const store = async (mode: IDBTransactionMode) => (await open()).transaction(STORE, mode).objectStore(STORE);
  return {
    get: async (key) => await done(await store('readonly').then((kept) => kept.get(key) as IDBRequest<unknown>)),
    set: async (key, value) => void (await done((await store('readwrite')).put(value, key))),
    delete: async (key) => void (await done((await store('readwrite')).delete(key))),
    clear: async () => void (await done((await store('readwrite')).clear())),
    names: async (prefix) =>
      (await done((await store('readonly')).getAllKeys(IDBKeyRange.bound(prefix, `${prefix}\uffff`)))).map(String),
  };
}
