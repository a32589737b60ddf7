/**
 * What a patient's telephone sees at the desk (docs/identity.md, "With a telephone"): the page behind the link, the way to the provider, and
 * the number when they are back. Served by the desk itself: the host has no part in it. No script, nothing of who it is.
 */

import type { IncomingMessage, ServerResponse } from 'node:http';
import { KetenkluisError } from '@ketenkluis/base';
import type { IdentityDesk } from './desk.ts';
import { PHONE_RETURN } from './oidc.ts';

const LINK = /^\/aan\/([0-9a-z]{10})$/;
const COOKIE = 'aanmelding';
const LIFE_SECONDS = 600;

const STYLE = `
:root{color-scheme:light dark;--ink:#15202b;--dim:#4a5763;--paper:#f4f6f8;--card:#fff;--line:#d5dbe1;--go:#0b5d63}
@media(prefers-color-scheme:dark){:root{--ink:#eef2f5;--dim:#b3bec8;--paper:#12181d;--card:#1b242b;--line:#34414b;--go:#8fd3d6}}
body{margin:0;min-height:100vh;display:grid;place-items:center;background:var(--paper);color:var(--ink);font:1.125rem/1.5 system-ui,sans-serif}
main{box-sizing:border-box;width:min(100%,30rem);padding:1.5rem;background:var(--card);border:1px solid var(--line);border-radius:12px}
h1{font-size:1.4rem;line-height:1.25;margin:0 0 .75rem}p{margin:0 0 1rem}.dim{color:var(--dim);font-size:1rem}
button{width:100%;padding:.9rem;font:inherit;font-weight:600;border:2px solid var(--go);border-radius:8px;background:var(--go);color:var(--card);cursor:pointer}
button:focus-visible{outline:3px solid var(--ink);outline-offset:3px}
output{display:block;font-size:2.5rem;font-weight:700;letter-spacing:.12em;text-align:center;margin:0 0 1rem;font-variant-numeric:tabular-nums}
`;
const escaped = (text: string): string => text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);

interface Words {
  readonly lang: 'nl' | 'en';
  title(name: string): string;
  readonly here: string;
  readonly there: string;
  go(name: string, host: string): string;
  readonly done: string;
  readonly doneBody: string;
  readonly gone: string;
  readonly goneBody: string;
  readonly twice: string;
  readonly twiceBody: string;
}
const NL: Words = {
  lang: 'nl',
  title: (name) => `Aanmelden met ${name}`,
  here: 'Staat u nu aan de balie van uw praktijk? Dan kunt u hier laten zien wie u bent.',
  there: 'Staat u niet aan de balie, of kreeg u deze link van iemand anders? Sluit dan deze pagina.',
  go: (name, host) => `Naar ${name} (${host})`,
  done: 'Noem dit getal aan de balie',
  doneBody: 'Noem het alleen aan de medewerker die voor u zit. Daarna kunt u deze pagina sluiten.',
  gone: 'Dit is niet gelukt',
  goneBody: 'De link is gebruikt of verlopen, of u stopte met aanmelden. Vraag aan de balie om een nieuwe link.',
  twice: 'Deze pagina is al open',
  twiceBody:
    'Het getal staat op de pagina die u het eerst zag. Ziet u die niet? Vraag aan de balie om een nieuwe link.',
};
const EN: Words = {
  lang: 'en',
  title: (name) => `Sign on with ${name}`,
  here: 'Are you at the desk of your practice now? Then you can show here who you are.',
  there: 'Not at the desk, or did somebody else send you this link? Then close this page.',
  go: (name, host) => `To ${name} (${host})`,
  done: 'Say this number at the desk',
  doneBody: 'Say it only to the person in front of you. Then you can close this page.',
  gone: 'This did not work',
  goneBody: 'The link was used or is too old, or you stopped. Ask for a new link at the desk.',
  twice: 'This page is open already',
  twiceBody: 'The number is on the page that you saw first. Do you not see it? Ask for a new link at the desk.',
};
const wordsFor = (request: IncomingMessage): Words =>
  (request.headers['accept-language'] ?? '').toLowerCase().startsWith('en') ? EN : NL;

const page = (words: Words, title: string, body: string): string =>
  `<!doctype html><html lang="${words.lang}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">` +
  `<title>${escaped(title)}</title><style>${STYLE}</style></head><body><main><h1>${escaped(title)}</h1>${body}</main></body></html>`;

const secretIn = (request: IncomingMessage): string => {
  const found = new RegExp(`(?:^|;\\s*)${COOKIE}=([A-Za-z0-9_-]{43})(?:;|$)`).exec(request.headers.cookie ?? '');
  return found?.[1] ?? '';
};

/** Is this a telephone's page? Then it is answered; `origin` is the desk's own, as telephones reach it. */
export async function answerPhone(
  desk: IdentityDesk,
  origin: string,
  request: IncomingMessage,
  response: ServerResponse,
  refused: (error: unknown) => void,
): Promise<boolean> {
  const url = new URL(request.url ?? '/', origin);
  const ticket = LINK.exec(url.pathname)?.[1];
  if (ticket === undefined && url.pathname !== PHONE_RETURN) return false;
  const words = wordsFor(request);
  const cookie = (value: string, seconds: number): string =>
    `${COOKIE}=${value}; Path=${PHONE_RETURN}; Max-Age=${seconds}; HttpOnly; SameSite=Lax${origin.startsWith('https:') ? '; Secure' : ''}`;
  const send = (code: number, html: string, more: Record<string, string> = {}, to = ''): void => {
    response
      .writeHead(code, {
        'content-type': 'text/html; charset=utf-8',
        'cache-control': 'no-store',
        'referrer-policy': 'no-referrer',
        'x-content-type-options': 'nosniff',
        'content-security-policy': `default-src 'none'; style-src 'unsafe-inline'; form-action 'self'${to}; base-uri 'none'; frame-ancestors 'none'`,
        ...more,
      })
      .end(html);
  };
  const gone = (): void => send(403, page(words, words.gone, `<p>${escaped(words.goneBody)}</p>`));
  const twice = (): void => send(403, page(words, words.twice, `<p>${escaped(words.twiceBody)}</p>`));
  try {
    if (ticket !== undefined && request.method === 'POST') {
      const { url: to, secret } = desk.takeTicket(ticket);
      send(303, '', { location: to, 'set-cookie': cookie(secret, LIFE_SECONDS) });
    } else if (ticket !== undefined && request.method === 'GET') {
      // Looking at the page uses nothing up: programs look at links before people do.
      const found = desk.ticket(ticket);
      if (found === undefined) {
        gone();
        return true;
      }
      const provider = new URL(found.url);
      const button = `<form method="post"><button>${escaped(words.go(found.name, provider.host))}</button></form>`;
      const body = `<p>${escaped(words.here)}</p>${button}<p class="dim" style="margin-top:1rem">${escaped(words.there)}</p>`;
      send(200, page(words, words.title(found.name), body), {}, ` ${provider.origin}`);
    } else if (ticket === undefined && request.method === 'GET') {
      const number = await desk.returned({ callback: url.href, secret: secretIn(request) });
      const shown = `<output>${number.slice(0, 3)} ${number.slice(3)}</output><p>${escaped(words.doneBody)}</p>`;
      send(200, page(words, words.done, shown), { 'set-cookie': cookie('', 0) });
    } else gone();
  } catch (error) {
    refused(error);
    // Told to who has the telephone's own secret and to nobody else.
    if (error instanceof KetenkluisError && error.detail.why === 'returned') twice();
    else gone();
  }
  return true;
}
