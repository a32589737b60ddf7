/** Calls by endpoint name: what a client may ask before it has a session, and what a session builds on. */

import { ENDPOINTS, type EndpointName } from '@ketenkluis/protocol';
import type { z } from 'zod';
import { type Http, http, requireOrigin } from './http.ts';
import type { Pins } from './pins.ts';
import type { Ports } from './ports.ts';

/** The vault's address and what the practice itself told about it. */
export interface Place {
  /** The vault's own origin: the audience of every request. */
  readonly origin: string;
  /** Where it is reached, if not under its origin. */
  readonly url?: string;
  readonly pins: Pins;
}

const path = (place: Place, name: EndpointName, parameters = ''): string => {
  const stated = ENDPOINTS[name].path;
  return `${stated.startsWith('/v1') ? stated : `/v1/practices/${place.pins.practice}${stated}`}${parameters}`;
};

export interface Wire {
  readonly place: Place;
  readonly ports: Ports;
  readonly http: Http;
  call<S extends z.ZodType>(
    name: EndpointName,
    answer: S,
    options?: { readonly body?: unknown; readonly token?: string; readonly tail?: string; readonly path?: string },
  ): Promise<z.infer<S>>;
}

/** Throws `client/insecure-origin`. */
export function wire(place: Place, ports: Ports): Wire {
  requireOrigin(place.origin);
  const calls = http(place.url ?? place.origin, ports.fetch);
  return {
    place,
    ports,
    http: calls,
    call: (name, answer, { body, token, tail, path: own } = {}) =>
      calls.call({
        method: ENDPOINTS[name].method,
        path: own ?? path(place, name, tail),
        answer,
        ...(body === undefined ? {} : { body }),
        ...(token === undefined ? {} : { token }),
      }),
  };
}
