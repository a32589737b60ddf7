/** R36: the closed question, against golden messages and against a stub behind real TLS with certificates on both sides. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { newId, systemRandom } from '@ketenkluis/base';
import type { Bsn } from '@ketenkluis/fhir';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { answerXml, type Bend, type MitzStub, mitzStub, podiatrist, readEcho } from '../testing/mitz.ts';
import { testAuthority } from '../testing/tls.ts';
import { readAnswer } from './answer.ts';
import { openMitz, uuid } from './ask.ts';
import type { MitzConfig } from './config.ts';
import { type Question, questionXml } from './question.ts';
import { readXml } from './xml.ts';

const golden = (name: string): Uint8Array =>
  readFileSync(join(import.meta.dirname, '..', '..', 'vectors', 'mitz', `${name}.xml`));
const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

/** The one that the golden messages are about. */
const QUESTION: Question = {
  message: 'b8cb2497-a47e-48d9-907c-2b4dfbfb5697',
  to: 'https://mitz.example/geslotenautorisatievraag/xacml3',
  bsn: '999911120' as Bsn,
  holder: { ura: '00000001', type: 'Z3' },
  consulter: { ura: '00000777', type: 'J8', role: '89.000', person: '900000009', mandated: null },
  data: 'GGC002',
};
const echo = { ...readEcho(utf8(questionXml(QUESTION))) };
const answered = (bend: Bend = {}) => readAnswer(utf8(answerXml(echo, bend)), QUESTION);

/** The same tree: prefixes and white space between elements do not count. */
const tree = (bytes: Uint8Array): unknown => readXml(bytes);

describe('R36: golden messages of Mitz', () => {
  it('the question is the one of the public example, element by element', () => {
    expect(tree(utf8(questionXml(QUESTION)))).toEqual(tree(golden('question')));
  });

  it('R27: a question of somebody under mandate names both, them and who is responsible', () => {
    const consulter = { ...QUESTION.consulter, mandated: '900000017' };
    const text = questionXml({ ...QUESTION, consulter });
    expect(text).toContain('urn:nl:otv:names:tc:1.0:subject:mandated');
    expect(text).toContain('extension="900000017"');
  });

  it.each([
    ['permit', { permit: true }],
    ['deny', { permit: false, why: 'deny' }],
    ['not-applicable', { permit: false, why: 'not-applicable' }],
    ['indeterminate', { permit: false, why: 'indeterminate' }],
    ['obligation', { permit: false, why: 'obligation' }],
    ['fault', { permit: false, why: 'malformed' }],
  ])('answer %s', (name, expected) => {
    expect(readAnswer(golden(name), QUESTION)).toEqual(expected);
  });

  it('no value of a question can be markup, and no error says what it was', () => {
    for (const bad of [
      { bsn: '999911121' as Bsn },
      { bsn: '"/><x a="' as Bsn },
      { to: 'https://mitz.example/"><x' },
      { data: 'GGC002"' },
      { message: 'x' },
      { holder: { ura: '1', type: 'Z3' } },
    ]) {
      const asked = () => questionXml({ ...QUESTION, ...bad });
      expect(asked).toThrow(/wrong form/);
      expect(asked).not.toThrow(/999911121|</);
    }
  });
});

describe('R36: everything but one plain permit to this question is no', () => {
  it('the plain permit is yes', () => {
    expect(answered()).toEqual({ permit: true });
  });

  it.each<[string, Bend, string]>([
    ['of another patient', { bsn: '999910218' }, 'other-question'],
    ['to another message', { message: 'urn:uuid:00000000-0000-4000-8000-000000000000' }, 'other-question'],
    ['of another holder', { holder: '00000002' }, 'other-question'],
    ['for another consulter', { consulter: '00000778' }, 'other-question'],
    ['of another category', { data: 'GGC007' }, 'other-question'],
    ['permit in other letters', { decision: 'PERMIT' }, 'malformed'],
    ['permit with more', { decision: 'Permit Permit' }, 'malformed'],
    ['no decision', { decision: '' }, 'malformed'],
    ['two results', { second: true }, 'malformed'],
    ['two decisions', { extra: '<Decision>Permit</Decision>' }, 'malformed'],
    ['an obligation', { extra: '<Obligations><Obligation ObligationId="x"/></Obligations>' }, 'obligation'],
    ['a status that is not ok', { extra: '<Status><StatusCode Value="x"/></Status>' }, 'malformed'],
    ['a document type', { prolog: '<!DOCTYPE a>' }, 'malformed'],
    [
      'an entity from a file',
      { prolog: '<!DOCTYPE a [<!ENTITY d SYSTEM "file:///etc/passwd">]>', decision: '&d;' },
      'malformed',
    ],
    ['an entity that is Permit', { prolog: '<!DOCTYPE a [<!ENTITY d "Permit">]>', decision: '&d;' }, 'malformed'],
    [
      'entities that grow',
      {
        prolog: `<!DOCTYPE a [<!ENTITY a "xxxxxxxxxx">${'bcdefghij'
          .split('')
          .map((name, i) => `<!ENTITY ${name} "${`&${'abcdefghij'[i]};`.repeat(10)}">`)
          .join('')}]>`,
        decision: '&j;',
      },
      'malformed',
    ],
    ['a processing instruction', { prolog: '<?xml-stylesheet href="x"?>' }, 'malformed'],
    ['a message in another encoding', { prolog: '<?xml version="1.0" encoding="ISO-8859-1"?>' }, 'malformed'],
  ])('%s', (_name, bend, why) => {
    expect(answered(bend)).toEqual({ permit: false, why });
  });

  it('the same patient twice, in another namespace or without the echo', () => {
    const text = answerXml(echo);
    const variants = [
      text.replace(/<Attributes Category="[^"]*resource">.*?<\/Attributes>/, ''),
      text.replace(/(<Attributes Category="[^"]*resource">.*?<\/Attributes>)/, '$1$1'),
      text.replace('3.0:core:schema:wd-17"><Result>', '3.0:core:schema:wd-18"><Result>'),
      text.replace('<soap:Header>', '<soap:Header><wsa:RelatesTo>urn:uuid:x</wsa:RelatesTo>'),
      text.replace('</soap:Body>', '</soap:Body><soap:Body/>'),
      text.slice(0, -1),
      text + text,
      `<a>${text}</a>`,
      '',
    ];
    for (const one of variants) expect(readAnswer(utf8(one), QUESTION)).toMatchObject({ permit: false });
    expect(readAnswer(new Uint8Array([...utf8(text), 0xff]), QUESTION)).toEqual({ permit: false, why: 'malformed' });
  });

  it('property: no cut, no changed byte and no noise becomes a permit of something else', () => {
    const good = utf8(answerXml(echo));
    fc.assert(
      fc.property(fc.nat(good.length - 1), fc.integer({ min: 1, max: 255 }), (place, flip) => {
        const bent = good.slice();
        bent[place]! ^= flip;
        const answer = readAnswer(bent, QUESTION);
        if (!answer.permit) return true;
        // What still reads as permit says the same in every part that is looked at; only quotes may have changed.
        const text = new TextDecoder().decode(bent).replaceAll("'", '"');
        const values = [QUESTION.bsn, QUESTION.holder.ura, QUESTION.consulter.ura];
        return (
          values.every((value) => text.includes(`extension="${value}"`)) &&
          text.includes(`code="${QUESTION.data}"`) &&
          text.includes('>Permit<') &&
          text.includes(`urn:uuid:${QUESTION.message}`)
        );
      }),
      { numRuns: 400 },
    );
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (noise) => !readAnswer(noise, QUESTION).permit));
    fc.assert(fc.property(fc.nat(good.length - 1), (end) => !readAnswer(good.slice(0, end), QUESTION).permit));
  });
});

describe('R36: over TLS', () => {
  let stub: MitzStub;
  const partner = podiatrist(newId('organisation', systemRandom));
  const about = {
    bsn: QUESTION.bsn,
    holder: QUESTION.holder,
    consulter: QUESTION.consulter,
    data: QUESTION.data,
  };
  const ask = async (more: Partial<MitzConfig> = {}) => {
    const mitz = openMitz(stub.config([partner], more), systemRandom);
    try {
      return await mitz.ask(about);
    } finally {
      mitz.close();
    }
  };
  beforeAll(async () => {
    stub = await mitzStub();
  });
  afterAll(() => stub.close());

  it('asks with its certificate and is told yes', async () => {
    stub.reply = (asked) => ({ body: answerXml(asked) });
    expect(await ask()).toEqual({ permit: true });
    expect(stub.asked.at(-1)).toMatchObject({ bsn: QUESTION.bsn, holder: '00000001', consulter: '00000777' });
  });

  it('a fresh message id every time', async () => {
    await ask();
    const [one, other] = stub.asked.slice(-2).map(({ message }) => message);
    expect(one).not.toBe(other);
    expect(uuid(systemRandom)).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  });

  it.each([
    ['a timeout', 'timeout', 'silent' as const],
    ['another status', 'http', { status: 500, body: 'permit' }],
    ['a redirect', 'http', { status: 302, body: '' }],
    ['another kind of content', 'http', { type: 'text/html', body: '<html/>' }],
    ['an answer without an end in sight', 'too-large', { body: 'x'.repeat(70_000) }],
    ['nothing', 'malformed', { body: '' }],
  ])('%s is no', async (_name, why, reply) => {
    stub.reply = () => reply;
    expect(await ask(why === 'timeout' ? { timeout: 50 } : {})).toEqual({ permit: false, why });
  });

  it('a server of another authority, a client without a good certificate, a name that does not fit, nobody there: no', async () => {
    stub.reply = (asked) => ({ body: answerXml(asked) });
    const other = await testAuthority('vreemd');
    const stranger = await other.issue('vreemd');
    const { practice, ca } = stub;
    const before = stub.asked.length;
    const refused = { permit: false, why: 'no-connection' };
    expect(await ask({ tls: { ...practice, ca: other.ca } })).toEqual(refused);
    expect(await ask({ tls: { ...stranger, ca } })).toEqual(refused);
    expect(await ask({ base: stub.url.replace('127.0.0.1', '127.0.0.2') })).toEqual(refused);
    expect(await ask({ base: 'https://127.0.0.1:1' })).toEqual(refused);
    // Nobody was told a BSN on the way.
    expect(stub.asked).toHaveLength(before);
  });
});
