/** One factory makes every package's errors: a closed union of codes, one plain sentence each. */

export interface ErrorOptions {
  readonly cause?: unknown;
  /** What a program may need to act on, never patient data: ids, counts, a file and a line. */
  readonly detail?: Readonly<Record<string, string | number | boolean>>;
}

/** `code` is `<package>/<what>`: the i18n key and the RFC 9457 problem type. */
export class KetenkluisError<C extends string = string> extends Error {
  readonly code: C;
  readonly detail: Readonly<Record<string, string | number | boolean>>;

  constructor(code: C, message: string, options: ErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'KetenkluisError';
    this.code = code;
    this.detail = options.detail ?? {};
  }
}

export type ErrorFactory<P extends string, C extends string> = (
  code: C,
  message: string,
  options?: ErrorOptions,
) => KetenkluisError<`${P}/${C}`>;

/** `const sealError = errorFactory('seal', ['bad-magic', ...])`; the list is the package's closed union. */
export function errorFactory<const P extends string, const C extends readonly string[]>(
  prefix: P,
  codes: C,
): ErrorFactory<P, C[number]> & { readonly codes: C; is(error: unknown, code?: C[number]): boolean } {
  const make = (code: C[number], message: string, options?: ErrorOptions) =>
    new KetenkluisError(`${prefix}/${code}` as const, message, options);
  return Object.assign(make, {
    codes,
    is: (error: unknown, code?: C[number]) =>
      error instanceof KetenkluisError &&
      (code === undefined ? error.code.startsWith(`${prefix}/`) : error.code === `${prefix}/${code}`),
  });
}

export const baseError = errorFactory('base', [
  'bad-id',
  'bad-json',
  'bad-number',
  'bad-text',
  'bad-time',
  'not-utf8',
  'truncated',
]);
