import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readFile } from './read.ts';

/** What a reading gives, whatever the size of the chunks in which the bytes come. */
async function read(text: string, chunk: number) {
  const bytes = new TextEncoder().encode(text);
  const seen: unknown[] = [];
  // One buffer is used again and again, as a file reader does.
  const buffer = new Uint8Array(chunk);
  const reading = await readFile(
    {
      name: 'x',
      async *open() {
        for (let at = 0; at < bytes.length; at += chunk) {
          const part = bytes.subarray(at, at + chunk);
          buffer.set(part);
          yield buffer.subarray(0, part.length);
        }
      },
    },
    {
      record: ({ type, line, ordinal, resource, leaves, fullUrl }) =>
        seen.push({ type, line, ordinal, resource, leaves, fullUrl }),
      reject: ({ line, code, field }) => seen.push({ line, code, field }),
    },
  );
  return { seen, reading };
}

const patient = fc
  .record({
    id: fc.constantFrom('1', 'é', '3'),
    family: fc.string({ maxLength: 8 }),
    birthDate: fc.constantFrom('1950', '2020-02-30'),
  })
  .map(({ id, family, birthDate }) => ({
    resourceType: 'Patient',
    id,
    name: [{ family }],
    birthDate,
    _entry: '"entry":[{"{',
  }));

describe('reading a file', () => {
  it('gives the same for every size of chunk', async () => {
    const bundle = fc.array(patient, { maxLength: 4 }).chain((all) =>
      fc.constantFrom(0, 1, 3).map((indent) =>
        JSON.stringify(
          {
            resourceType: 'Bundle',
            note: 'entry',
            entry: all.map((resource) => ({ fullUrl: 'urn:uuid:é', resource })),
            total: all.length,
          },
          null,
          indent,
        ),
      ),
    );
    const lines = fc
      .tuple(
        fc.array(
          fc.oneof(
            patient.map((one) => JSON.stringify(one)),
            fc.constantFrom('', ' ', '{"resourceType":', '[]'),
          ),
          { maxLength: 5 },
        ),
        fc.constantFrom('\n', '\r\n'),
        fc.boolean(),
      )
      .map(([all, end, closed]) => `{"resourceType":"Basic","id":"0"}${end}${all.join(end)}${closed ? end : ''}`);
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(bundle, lines),
        fc.constantFrom('', '\ufeff'),
        fc.integer({ min: 1, max: 90 }),
        async (text, mark, chunk) => {
          expect(await read(mark + text, chunk)).toEqual(await read(mark + text, 1_000_000));
        },
      ),
      { numRuns: 200 },
    );
  });

  it('numbers lines and entries, and reads a pretty-printed Bundle entry by entry', async () => {
    const text = JSON.stringify(
      {
        resourceType: 'Bundle',
        entry: [
          { resource: { resourceType: 'Patient', id: 'a' } },
          {},
          { resource: { resourceType: 'Patient', id: 'b' } },
        ],
      },
      null,
      1,
    );
    const { seen, reading } = await read(text, 50);
    expect(seen).toMatchObject([
      { type: 'Patient', line: 4, ordinal: 1 },
      { type: 'Patient', line: 11, ordinal: 3 },
    ]);
    expect(reading).toMatchObject({ format: 'document', records: 3 });
  });

  it('does not hold a Bundle: 30,000 entries pass one by one', async () => {
    let most = 0;
    let waiting = 0;
    const entry = `${JSON.stringify({ fullUrl: 'urn:uuid:1', resource: { resourceType: 'Basic', id: '1', note: 'x'.repeat(500) } })},`;
    async function* open() {
      yield new TextEncoder().encode('{"resourceType":"Bundle","entry":[');
      for (let i = 0; i < 3000; i++) {
        waiting += 10;
        most = Math.max(most, waiting);
        yield new TextEncoder().encode(entry.repeat(10));
      }
      yield new TextEncoder().encode('{}]}');
    }
    let records = 0;
    const record = () => {
      records++;
      waiting--;
    };
    await readFile({ name: 'x', open }, { record, reject: () => undefined });
    expect(records).toBe(30_000);
    // The head of the file and one chunk, never the whole.
    expect(most).toBeLessThan(300);
  });

  it('lets go of a file that it refuses, and of one that the handler throws on', async () => {
    let closed = 0;
    const opened = (text: string) => ({
      name: 'x',
      async *open() {
        try {
          for (;;) yield new TextEncoder().encode(text.repeat(70_000 / text.length));
        } finally {
          closed++;
        }
      },
    });
    const quiet = { record: () => undefined, reject: () => undefined };
    await readFile(opened('<xml/>'), quiet);
    expect(closed).toBe(1);
    const failing = {
      ...quiet,
      record() {
        throw new Error('the sink is full');
      },
    };
    await expect(readFile(opened('{"resourceType":"Basic","id":"1"}\n'), failing)).rejects.toThrow('the sink is full');
    expect(closed).toBe(2);
  });
});
