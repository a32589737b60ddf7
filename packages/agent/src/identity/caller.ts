/** Who asks at the desk, as far as the line tells. */

import type { IncomingMessage } from 'node:http';
import proxyAddr from '@fastify/proxy-addr';
import ipaddr from 'ipaddr.js';

/** Somebody whose address is none; all of them share one place. */
const UNKNOWN = 'unknown';
/** Of IPv6, the network that one subscriber has whole. */
const SUBSCRIBER = 64;

/** Some proxies (IIS) write the port down as well, which is another one each time. */
const withoutPort = (text: string): string =>
  (/^\[([^\]]*)\](?::\d+)?$/.exec(text) ?? /^([\d.]+):\d+$/.exec(text))?.[1] ?? text;

/**
 * The caller's IPv4 address, or the IPv6 network (/64, as its first address). `X-Forwarded-For` counts where what stands in front is one of
 * `proxies` (addresses), and no further than the first that is none of them.
 */
export function callersBehind(proxies: readonly string[]): (request: IncomingMessage) => string {
  const trusts = proxyAddr.compile([...proxies]);
  return (request) => {
    // A zone says nothing beyond this machine. Whoever is gone already has no address, whatever the types say.
    const [at = ''] = withoutPort((proxyAddr(request, trusts) as string | undefined) ?? '').split('%');
    if (!ipaddr.isValid(at)) return UNKNOWN;
    const address = ipaddr.process(at);
    return address.kind() === 'ipv4'
      ? address.toString()
      : ipaddr.IPv6.networkAddressFromCIDR(`${address.toString()}/${SUBSCRIBER}`).toString();
  };
}
