/** Parts whose code comes when it is needed, so that the door does not wait for it. */

import { workplaceError } from '../errors.ts';

/** Once; code that could not be fetched is asked for again. Throws `workplace/offline`. */
export function fetchedOnce<T>(load: () => Promise<T>): () => Promise<T> {
  let found: Promise<T> | null = null;
  return () => {
    found ??= load().catch((cause: unknown) => {
      found = null;
      throw workplaceError('offline', 'a part of the app cannot be fetched', { cause });
    });
    return found;
  };
}

type Asked = (...said: never[]) => Promise<unknown>;
/** Nothing in it but questions that are answered later. */
type Questions<T> = { readonly [K in keyof T]: T[K] extends Asked | null ? T[K] : never };

/** Stands for a side that is fetched with the first question to it. */
export const late = <T extends object & Questions<T>>(side: () => Promise<T>): T =>
  new Proxy({} as T, {
    get:
      (_, name) =>
      async (...said: never[]) => {
        const found = await side();
        const ask = Reflect.get(found, name) as Asked | null | undefined;
        if (!ask) throw workplaceError('failed', 'this part has no such question');
        return await ask.apply(found, said);
      },
  });
