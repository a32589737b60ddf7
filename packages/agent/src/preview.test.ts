import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseLocalDate } from '@ketenkluis/base';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Preview, preview } from './preview.ts';
import { folderSource } from './source/folder.ts';
import { memorySource } from './source/memory.ts';
import { streamSource } from './source/stdin.ts';

const asOf = parseLocalDate('2020-06-15');
const SNOMED = 'http://snomed.info/sct';
const json = (value: object) => JSON.stringify(value);
const patient = (id: string, more: object = {}) =>
  json({ resourceType: 'Patient', id, birthDate: '1960-01-01', ...more });
const diabetes = (id: string, of: string, more: object = {}) =>
  json({
    resourceType: 'Condition',
    id,
    code: { coding: [{ system: SNOMED, code: '44054006' }] },
    subject: { reference: `Patient/${of}` },
    onsetDateTime: '2010-01-01',
    ...more,
  });
const hba1c = (id: string, of: string, more: object = {}) =>
  json({
    resourceType: 'Observation',
    id,
    status: 'final',
    code: { coding: [{ system: 'http://loinc.org', code: '4548-4' }] },
    subject: { reference: `Patient/${of}` },
    effectiveDateTime: '2020-01-10',
    valueQuantity: { value: 7, unit: '%', system: 'http://unitsofmeasure.org', code: '%' },
    ...more,
  });
const good = [patient('1'), diabetes('c1', '1'), hba1c('o1', '1')];

const look = (texts: Record<string, string | Uint8Array>, check = false): Promise<Preview> =>
  preview({ source: memorySource(texts), asOf, enrol: 'candidates', check });
/** `file:line code`, sorted by appearance. */
const named = (result: Preview) => result.rejected.map((one) => `${one.file}:${one.line} ${one.reason.split(':')[0]}`);

describe('preview', () => {
  it('gives exactly the fields of the contract', async () => {
    const result = await look({
      'a.ndjson': [...good, hba1c('o2', '9'), json({ resourceType: 'CarePlan', id: 'p' })].join('\n'),
    });
    expect(result).toEqual({
      asOf: '2020-06-15',
      patients: 1,
      candidates: { diabetes: 1, copd: 0, asthma: 0, cvrm: 0 },
      byCode: { 'http://snomed.info/sct|44054006': 1 },
      enrolled: { diabetes: 1, copd: 0, asthma: 0, cvrm: 0 },
      fields: { kept: expect.any(Number), dropped: expect.any(Number) },
      skipped: 2,
      rejected: [],
    });
    const leaves = [patient('1'), diabetes('c1', '1'), hba1c('o1', '1')].map(
      (text) => text.match(/:(?:"[^"]*"|\d+)[,}]/g)!.length,
    );
    expect(result.fields.kept + result.fields.dropped).toBe(leaves.reduce((sum, one) => sum + one, 0));
    expect(result.fields.kept).toBeGreaterThan(5);
  });

  it('R1: nobody is enrolled, and nothing would leave, unless the caller says so', async () => {
    const source = memorySource({ 'a.ndjson': good.join('\n') });
    const result = await preview({ source, asOf });
    expect(result.candidates.diabetes).toBe(1);
    expect(result.enrolled).toEqual({ diabetes: 0, copd: 0, asthma: 0, cvrm: 0 });
    expect(result.fields.kept).toBe(0);
    const one = await preview({ source, asOf, enrolled: () => ['diabetes'] });
    expect(one.enrolled.diabetes).toBe(1);
    expect(one.fields.kept).toBeGreaterThan(0);
  });

  it('counts by dates: alive, of age, begun and not ended on the day', async () => {
    const people = [
      patient('adult'),
      patient('child', { birthDate: '2002-06-16' }),
      patient('eighteen', { birthDate: '2002-06-15' }),
      patient('dead', { deceasedDateTime: '2020-06-15' }),
      patient('alive', { deceasedDateTime: '2020-06-16' }),
      patient('ended'),
      patient('ending'),
      patient('later'),
      patient('refuted'),
      patient('no-date'),
    ];
    const problems = [
      ...['adult', 'child', 'eighteen', 'dead', 'alive'].map((id) => diabetes(`c-${id}`, id)),
      diabetes('c-ended', 'ended', { abatementDateTime: '2020-06-15' }),
      diabetes('c-ending', 'ending', { abatementDateTime: '2020-06-16' }),
      diabetes('c-later', 'later', { onsetDateTime: '2020-06-16' }),
      diabetes('c-refuted', 'refuted', { verificationStatus: { coding: [{ code: 'refuted' }] } }),
      diabetes('c-no-date', 'no-date', { onsetDateTime: undefined, clinicalStatus: { coding: [{ code: 'active' }] } }),
    ];
    const result = await look({ 'a.ndjson': [...people, ...problems].join('\n') });
    expect(result.patients).toBe(10);
    // adult, eighteen, alive, ending, no-date
    expect(result.candidates.diabetes).toBe(5);
    expect(result.byCode).toEqual({ 'http://snomed.info/sct|44054006': 5 });
  });
});

describe('bad input: each fault is named with file and line, and the rest goes on', () => {
  /** One bad line between good ones. */
  async function bad(line: string, check = false) {
    const result = await look({ 'x.ndjson': `${[...good, line].join('\n')}\n` }, check);
    expect(result.candidates.diabetes).toBe(1);
    return named(result);
  }

  it.each([
    ['broken-json', '{"resourceType":"Patient","id":"2",}'],
    ['not-an-object', '[1,2]'],
    ['no-type', '{"id":"2"}'],
    ['unknown-type', '{"id":"2","resourceType":"Pateint"}'],
    ['wrong-shape', patient('2', { birthDate: 19600101 })],
    ['wrong-shape', hba1c('o9', '1', { status: 5 })],
    ['wrong-shape', hba1c('o9', '1', { valueQuantity: { value: '7,5' } })],
    ['no-id', '{"resourceType":"Patient","birthDate":"1960-01-01"}'],
    ['duplicate-id', patient('1')],
    ['duplicate-id', hba1c('o1', '1')],
    ['no-such-day', patient('2', { birthDate: '2020-02-30' })],
    ['no-such-day', hba1c('o9', '1', { effectiveDateTime: '2020-02-30' })],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the placeholder of the Nictiz test scripts
    ['date-placeholder', hba1c('o9', '1', { effectiveDateTime: '${DATE, T, D, -20}' })],
    ['not-a-date', patient('2', { birthDate: '01-02-1960' })],
    ['no-patient', json({ ...JSON.parse(diabetes('c9', '1')), subject: undefined })],
    ['dangling-reference', diabetes('c9', 'nobody')],
    [
      'bsn-wrong',
      patient('2', { identifier: [{ system: 'http://fhir.nl/fhir/NamingSystem/bsn', value: '123456789' }] }),
    ],
    [
      'bsn-short',
      patient('2', { identifier: [{ system: 'http://fhir.nl/fhir/NamingSystem/bsn', value: '12345672' }] }),
    ],
    [
      'bsn-masked',
      patient('2', {
        identifier: [
          {
            system: 'http://fhir.nl/fhir/NamingSystem/bsn',
            _value: {
              extension: [{ url: 'http://hl7.org/fhir/StructureDefinition/data-absent-reason', valueCode: 'masked' }],
            },
          },
        ],
      }),
    ],
    ['prototype-key', patient('2').replace('"id"', '"__proto__":{"isAdmin":true},"id"')],
    ['prototype-key', hba1c('o9', '1').replace('"status"', '"constructor":{"prototype":{"x":1}},"status"')],
    ['too-deep', patient('2', { extension: [JSON.parse(`${'{"a":'.repeat(100)}1${'}'.repeat(100)}`)] })],
    ['duplicate-key', patient('2').replace('"id"', '"resourceType":"Condition","id"')],
    ['stu3', diabetes('c9', '1', { clinicalStatus: 'active', assertedDate: '2010-01-01' })],
  ])('%s', async (code, line) => {
    expect(await bad(line)).toEqual([`x.ndjson:4 ${code}`]);
    expect(({} as { isAdmin?: boolean }).isAdmin).toBeUndefined();
  });

  it('a BSN with a leading zero is no fault', async () => {
    expect(
      await bad(patient('2', { identifier: [{ system: 'urn:oid:2.16.840.1.113883.2.4.6.3', value: '012345672' }] })),
    ).toEqual([]);
  });

  it('deep nesting of a megabyte and a string of brackets do no harm', async () => {
    const deep = patient('2', { note: 0 }).replace('"note":0', `"note":${'['.repeat(600_000)}${']'.repeat(600_000)}`);
    expect(await bad(deep)).toEqual(['x.ndjson:4 too-deep']);
    expect(await bad(patient('2', { note: '{['.repeat(600_000) }))).toEqual([]);
  });

  it('a truncated file, a byte order mark, CR LF, no UTF-8 and a line of 50 MB', async () => {
    const cut = await look({
      'a.ndjson': good.join('\n'),
      'b.ndjson': `${patient('2')}\n${patient('3').slice(0, -9)}`,
    });
    expect(named(cut)).toEqual(['b.ndjson:2 truncated']);
    expect(cut.patients).toBe(2);
    const marked = await look({ 'a.ndjson': `\ufeff${good.join('\r\n')}\r\n` });
    expect(named(marked)).toEqual(['a.ndjson:1 bom', 'a.ndjson:1 crlf']);
    expect(marked.candidates.diabetes).toBe(1);
    const latin = new Uint8Array(
      Buffer.from(`${good.join('\n')}\n${patient('2', { name: [{ family: 'Daniël' }] })}\n${patient('3')}\n`, 'latin1'),
    );
    const odd = await look({ 'a.ndjson': latin });
    expect(named(odd)).toEqual(['a.ndjson:4 not-utf8']);
    expect(odd.patients).toBe(2);
    const long = Buffer.alloc(50_000_100, 'x');
    const huge = await look({
      'a.ndjson': Buffer.concat([
        Buffer.from(`${good.join('\n')}\n{"text":"`),
        long,
        Buffer.from(`"}\n${patient('2')}\n`),
      ]),
    });
    expect(named(huge)).toEqual(['a.ndjson:4 line-too-long']);
    expect(huge.patients).toBe(2);
  });

  it('--check parses everything: faults of others, doubles, references that lead nowhere, cycles', async () => {
    const observation = (id: string, more: object) =>
      json({ resourceType: 'Observation', id, status: 'final', code: {}, ...more });
    const lines = [
      ...good,
      '{"resourceType":"CarePlan","id":"p1",}',
      '{"resourceType":"Carplan","id":"p2"}',
      json({ resourceType: 'CarePlan', id: 'p3', subject: { reference: 'Patient/404' } }),
      json({ resourceType: 'CarePlan', id: 'p3', subject: { reference: 'Patient/1' } }),
      observation('a', { hasMember: [{ reference: 'Observation/b' }] }),
      observation('b', { derivedFrom: [{ reference: 'Observation/a' }] }),
      observation('c', { effectiveDateTime: '2019-02-29', subject: { reference: 'Patient/1' } }),
    ];
    const quick = await look({ 'x.ndjson': lines.join('\n') });
    expect(named(quick)).toEqual([]);
    const all = await look({ 'x.ndjson': lines.join('\n') }, true);
    expect(named(all)).toEqual([
      'x.ndjson:4 broken-json',
      'x.ndjson:5 unknown-type',
      'x.ndjson:7 duplicate-id',
      'x.ndjson:10 no-such-day',
      'x.ndjson:6 dangling-reference',
      'x.ndjson:9 reference-cycle',
    ]);
    expect(all.skipped).toBe(0);
    expect(quick.skipped).toBe(7);
    expect(all.fields.kept).toBe(quick.fields.kept);
    expect(all.candidates).toEqual(quick.candidates);
  });

  it('refuses what is no R4 file with one clear word each', async () => {
    const result = await look({
      'a.ndjson': good.join('\n'),
      'b.xml': '<?xml version="1.0"?><Patient xmlns="http://hl7.org/fhir"/>',
      'c.gz': new Uint8Array([0x1f, 0x8b, 8, 0]),
      'd.txt': 'hallo',
      'e.json': '',
      'f.ndjson': [diabetes('s', 'stu3', { assertedDate: '2010-01-01' }), diabetes('t', '1'), patient('stu3')].join(
        '\n',
      ),
    });
    expect(named(result)).toEqual(['b.xml:0 xml', 'c.gz:0 compressed', 'd.txt:0 not-recognised', 'f.ndjson:1 stu3']);
    expect(result.patients).toBe(1);
  });
});

describe('Bundles', () => {
  const entry = (text: string, uuid: string) => ({ fullUrl: `urn:uuid:${uuid}`, resource: JSON.parse(text) as object });
  const bundle = {
    resourceType: 'Bundle',
    type: 'transaction',
    entry: [
      entry(
        hba1c('o1', 'x', {
          subject: { reference: 'urn:uuid:11' },
          performer: [{ reference: 'Practitioner?identifier=a|b' }],
        }),
        '33',
      ),
      entry(diabetes('c1', 'x', { subject: { reference: 'urn:uuid:11' } }), '22'),
      entry(diabetes('c2', 'x', { subject: { reference: 'Patient?identifier=urn:x|p1' } }), '24'),
      entry(patient('1', { identifier: [{ system: 'urn:x', value: 'p1' }] }), '11'),
    ],
  };

  it.each([
    ['on one line', json(bundle)],
    ['pretty-printed', JSON.stringify(bundle, null, 2)],
    [
      'with entry before resourceType',
      JSON.stringify({ entry: bundle.entry, type: 'transaction', resourceType: 'Bundle' }),
    ],
    ['as a line of NDJSON', `${json(bundle)}\n${patient('2')}\n`],
  ])('follows urn:uuid and conditional references %s', async (_name, text) => {
    const result = await look({ 'b.json': text });
    expect(named(result)).toEqual([]);
    expect(result.candidates.diabetes).toBe(1);
    expect(result.fields.kept).toBe(
      (await look({ 'a.ndjson': [...good, diabetes('c2', '1')].join('\n') })).fields.kept,
    );
  });

  it('names a Bundle that ends too early and an entry that is broken', async () => {
    const text = JSON.stringify(bundle, null, 1);
    const cut = await look({ 'b.json': text.slice(0, -30) });
    expect(named(cut).join()).toMatch(/truncated/);
    const broken = await look({ 'b.json': text.replace('"1960-01-01"', '1960-01-01') });
    expect(named(broken)[0]).toMatch(/^b.json:\d+ broken-json$/);
  });
});

describe('folders and streams', () => {
  let folder = '';
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'preview-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it('reads sub-folders as one practice, names links out of the folder and reports who can read it', async () => {
    await mkdir(join(folder, 'in', 'sub'), { recursive: true });
    await writeFile(join(folder, 'in', 'a.ndjson'), good.slice(0, 2).join('\n'));
    await writeFile(join(folder, 'in', 'sub', 'b'), hba1c('o1', '1'));
    await writeFile(join(folder, 'secret.ndjson'), patient('99'));
    await symlink(join(folder, 'secret.ndjson'), join(folder, 'in', 'out.ndjson'));
    await symlink('/nowhere', join(folder, 'in', 'gone.ndjson'));
    await symlink(join(folder, 'in', 'a.ndjson'), join(folder, 'in', 'again.ndjson'));
    await chmod(join(folder, 'in'), 0o755);
    await chmod(join(folder, 'in', 'sub'), 0o700);
    const loose: string[] = [];
    const source = await folderSource(join(folder, 'in'));
    const result = await preview({ source, asOf, enrol: 'candidates', onLoose: (names) => loose.push(...names) });
    expect(named(result)).toEqual(['gone.ndjson:0 link-outside', 'out.ndjson:0 link-outside']);
    expect(result.patients).toBe(1);
    expect(result.fields.kept).toBeGreaterThan(10);
    expect(loose).toEqual(['.']);
    const one = await preview({ source: await folderSource(join(folder, 'in', 'a.ndjson')), asOf });
    expect(one.patients).toBe(1);
    await expect(folderSource(join(folder, 'nowhere'))).rejects.toThrow(
      expect.objectContaining({ code: 'agent/no-source' }),
    );
  });

  it('reads standard input twice although it comes once', async () => {
    async function* stream() {
      for (const line of good) yield Buffer.from(`${line}\n`);
    }
    const source = await streamSource(stream());
    const result = await preview({ source, asOf, enrol: 'candidates' });
    await source.close();
    expect(result.candidates.diabetes).toBe(1);
    expect(result.fields.kept).toBeGreaterThan(10);
  });
});
