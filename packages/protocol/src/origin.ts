/** Where a vault may be reached: HTTPS, or HTTP on this very machine, which is where the secure contexts of browsers end too. */

/** A URL may hold more in its host (`*`, `;`, `'`): in a policy of the browser that would be every host, or a rule of its own. */
const HOST = /^(?:[a-z0-9_-]+(?:\.[a-z0-9_-]+)*\.?|\[[0-9a-f:.]+\])$/;
const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]']);

/** What is wrong with an origin (RFC 6454: scheme, host, port and no more), or null. Never repeats it. */
export function originFault(text: string): string | null {
  const url = URL.parse(text);
  if (url === null) return 'is no address; write it as https://name.of.the.practice';
  if (url.origin !== text) return `holds more than an origin; write ${url.origin}`;
  if (!HOST.test(url.hostname)) return 'names no host';
  if (url.protocol === 'https:') return null;
  const { hostname } = url;
  const here = LOOPBACK.has(hostname) || hostname.endsWith('.localhost');
  if (url.protocol === 'http:' && here) return null;
  return 'is not HTTPS; plain HTTP is for localhost, *.localhost, 127.0.0.1 and [::1] only';
}
