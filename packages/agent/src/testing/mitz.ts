/** Mitz as a stub on this machine for tests: real TLS, asks for a certificate, answers what it is told to. */

import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { OrganisationId } from '@ketenkluis/base';
import type { MitzConfig } from '../mitz/config.ts';
import { ATTRIBUTE, CATEGORY, NS, OID } from '../mitz/question.ts';
import { childrenOf, onlyChild, readXml, type XmlElement } from '../mitz/xml.ts';
import { type Pem, testAuthority } from './tls.ts';

/** What the stub read of a question, and what an answer says unless a test bends it. */
export interface Echo {
  readonly message: string;
  readonly bsn: string;
  readonly holder: string;
  readonly consulter: string;
  readonly data: string;
}
export interface Bend extends Partial<Echo> {
  readonly decision?: string;
  /** Before the envelope: a document type. */
  readonly prolog?: string;
  /** Inside the result, after the status. */
  readonly extra?: string;
  /** Another whole result beside the first. */
  readonly second?: boolean;
}

const at = (element: XmlElement, ...path: readonly string[]): XmlElement => path.reduce(onlyChild, element);

export function readEcho(body: Uint8Array): Echo {
  const envelope = readXml(body);
  const soap = `{${NS.soap}}`;
  const request = at(envelope, `${soap}Body`, `{${NS.query}}XACMLAuthzDecisionQuery`, `{${NS.xacml}}Request`);
  const value = (id: string): string => {
    const found = childrenOf(request, `{${NS.xacml}}Attributes`)
      .flatMap((group) => childrenOf(group, `{${NS.xacml}}Attribute`))
      .find(({ attributes }) => attributes.get('AttributeId') === id)!;
    const { attributes } = at(found, `{${NS.xacml}}AttributeValue`).children[0]!;
    return (attributes.get('extension') ?? attributes.get('code'))!;
  };
  return {
    message: at(envelope, `${soap}Header`, `{${NS.wsa}}MessageID`).text,
    bsn: value(ATTRIBUTE.patient),
    holder: value(ATTRIBUTE.holder),
    consulter: value(ATTRIBUTE.consulter),
    data: value(ATTRIBUTE.data),
  };
}

const echoed = (category: string, values: readonly (readonly [string, string])[]): string =>
  `<Attributes Category="${category}">${values
    .map(
      ([id, value]) =>
        `<Attribute AttributeId="${id}" IncludeInResult="true"><AttributeValue DataType="${NS.hl7}#II">${value}</AttributeValue></Attribute>`,
    )
    .join('')}</Attributes>`;
const ii = (root: string, extension: string) =>
  `<InstanceIdentifier xmlns="${NS.hl7}" root="${root}" extension="${extension}"/>`;

export function answerXml(echo: Echo, bend: Bend = {}): string {
  const { message, bsn, holder, consulter, data } = { ...echo, ...bend };
  const result = `<Result><Decision>${bend.decision ?? 'Permit'}</Decision><Status><StatusCode Value="urn:oasis:names:tc:xacml:1.0:status:ok"/></Status>${bend.extra ?? ''}${echoed(
    CATEGORY.resource,
    [
      [ATTRIBUTE.patient, ii(OID.bsn, bsn)],
      [ATTRIBUTE.holder, ii(OID.ura, holder)],
    ],
  )}${echoed(CATEGORY.action, [[ATTRIBUTE.data, `<CodedValue xmlns="${NS.hl7}" code="${data}" codeSystem="${OID.data}"/>`]])}${echoed(CATEGORY.subject, [[ATTRIBUTE.consulter, ii(OID.ura, consulter)]])}</Result>`;
  return `${bend.prolog ?? ''}<soap:Envelope xmlns:soap="${NS.soap}" xmlns:wsa="${NS.wsa}"><soap:Header><wsa:RelatesTo>${message}</wsa:RelatesTo></soap:Header><soap:Body><Response xmlns="${NS.xacml}">${result}${bend.second ? result : ''}</Response></soap:Body></soap:Envelope>`;
}

export type Reply =
  | { readonly status?: number; readonly type?: string; readonly body: string | Uint8Array }
  /** Never answers. */
  | 'silent';

export interface MitzStub {
  readonly url: string;
  readonly ca: string;
  /** What a practice shows. */
  readonly practice: Pem;
  readonly asked: Echo[];
  reply: (echo: Echo) => Reply;
  config(partners: MitzConfig['partners'], more?: Partial<MitzConfig>): MitzConfig;
  close(): Promise<void>;
}

/** Says yes to everything until `reply` is set. */
export async function mitzStub(): Promise<MitzStub> {
  const authority = await testAuthority('stelsel');
  const own = await authority.issue('mitz');
  const practice = await authority.issue('praktijk');
  const server = createServer(
    { ...own, ca: authority.ca, requestCert: true, rejectUnauthorized: true },
    (request, response) => {
      const parts: Buffer[] = [];
      request.on('data', (part: Buffer) => parts.push(part));
      request.on('end', () => {
        const echo = readEcho(Buffer.concat(parts));
        stub.asked.push(echo);
        const reply = stub.reply(echo);
        if (reply === 'silent') return;
        response
          .writeHead(reply.status ?? 200, { 'content-type': reply.type ?? 'application/soap+xml' })
          .end(reply.body);
      });
    },
  );
  // A test that shows a wrong certificate ends its connection this way.
  server.on('tlsClientError', () => undefined);
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const stub: MitzStub = {
    url,
    ca: authority.ca,
    practice,
    asked: [],
    reply: (echo) => ({ body: answerXml(echo) }),
    config: (partners, more = {}) => ({
      base: url,
      holder: { ura: '00000001', type: 'Z3' },
      data: 'GGC002',
      timeout: 30_000,
      hours: 24,
      partners,
      tls: { ...practice, ca: authority.ca },
      ...more,
    }),
    close: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
  return stub;
}

export const podiatrist = (organisation: OrganisationId): MitzConfig['partners'][number] => ({
  organisation,
  ura: '00000777',
  type: 'J8',
  role: 'podiatrist',
  uzi: { role: '89.000', person: '900000009', mandated: null },
});
