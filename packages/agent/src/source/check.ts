/**
 * Parses everything once and names every fault of a source: also in records of patients and types that nobody takes,
 * ids that come twice, references that lead nowhere, and cycles.
 */

import {
  type FhirRecord,
  literalReference,
  type Patient,
  ReferenceIndex,
  type Rejection,
  readBsn,
} from '@ketenkluis/fhir';
import { IdSet } from './idset.ts';
import { readNamed } from './named.ts';
import type { Source } from './source.ts';

/** Along these a record stands above or before another; a circle there is a mistake. Elsewhere R4 records point at each other freely. */
const UPWARD = new Set(['partOf', 'hasMember', 'derivedFrom', 'basedOn', 'replaces']);

interface Edge {
  readonly to: string;
  readonly file: string;
  readonly line: number;
}

function references(
  value: unknown,
  onReference: (reference: string, field: string) => void,
  field = '',
  depth = 0,
): void {
  if (typeof value !== 'object' || value === null || depth > 64) return;
  for (const key in value) {
    const inner = (value as Readonly<Record<string, unknown>>)[key];
    if (key === 'reference' && typeof inner === 'string') onReference(inner, field);
    else references(inner, onReference, Array.isArray(value) ? field : key, depth + 1);
  }
}

/** Answers the number of scalar leaves of all records. */
export async function checkSource(
  source: Source,
  reject: (rejection: Rejection) => void,
  onFile: (file: string, done: number) => void,
): Promise<number> {
  const ids = new IdSet();
  let leaves = 0;

  const first = ({ type, file, line, resource, leaves: count }: FhirRecord): void => {
    leaves += count;
    if (type === 'Patient') {
      const bsn = readBsn((resource as Patient).identifier);
      if (bsn.kind === 'masked') reject({ file, line, code: 'bsn-masked' });
      else if (bsn.kind === 'fault') reject({ file, line, code: bsn.fault });
    }
    if (typeof resource.id === 'string' && !ids.add(`${type}/${resource.id}`))
      reject({ file, line, code: 'duplicate-id' });
  };
  for (const [done, file] of source.files.entries()) {
    onFile(file.name, done);
    await readNamed(file, { record: first, reject });
  }

  // Second: every id is known now, so each reference can be followed.
  const edges = new Map<string, Edge[]>();
  for (const file of source.files) {
    const index = new ReferenceIndex();
    const waiting: {
      readonly from: string;
      readonly reference: string;
      readonly field: string;
      readonly line: number;
    }[] = [];
    await readNamed(file, {
      record({ type, line, resource, fullUrl }) {
        index.add(fullUrl, resource);
        const from = `${type}/${resource.id}`;
        references(resource, (reference, field) => {
          if (!reference.startsWith('#')) waiting.push({ from, reference, field, line });
        });
        // Literal references need no index: a long file must not wait for its end.
        for (let i = waiting.length - 1; i >= 0; i--) {
          const one = waiting[i]!;
          const target = literalReference(one.reference);
          if (target === undefined) continue;
          follow(one.from, `${target.type}/${target.id}`, one.field, file.name, one.line);
          waiting[i] = waiting.at(-1)!;
          waiting.pop();
        }
      },
      reject: () => undefined,
    });
    for (const { from, reference, field, line } of waiting) {
      const target = index.resolve(reference);
      if (target === undefined) reject({ file: file.name, line, code: 'dangling-reference' });
      else follow(from, target, field, file.name, line);
    }
  }

  function follow(from: string, to: string, field: string, file: string, line: number): void {
    if (!ids.has(to)) reject({ file, line, code: 'dangling-reference' });
    if (!UPWARD.has(field)) return;
    const list = edges.get(from);
    if (list === undefined) edges.set(from, [{ to, file, line }]);
    else list.push({ to, file, line });
  }

  nameCycles(edges, reject);
  return leaves;
}

/** Depth first with its own stack: a chain may be longer than the call stack. */
function nameCycles(edges: ReadonlyMap<string, readonly Edge[]>, reject: (rejection: Rejection) => void): void {
  const state = new Map<string, 'open' | 'done'>();
  for (const start of edges.keys()) {
    if (state.has(start)) continue;
    const stack: { readonly node: string; next: number }[] = [{ node: start, next: 0 }];
    state.set(start, 'open');
    while (stack.length > 0) {
      const top = stack.at(-1)!;
      const edge = edges.get(top.node)?.[top.next++];
      if (edge === undefined) {
        state.set(top.node, 'done');
        stack.pop();
      } else if (state.get(edge.to) === 'open') reject({ file: edge.file, line: edge.line, code: 'reference-cycle' });
      else if (!state.has(edge.to)) {
        state.set(edge.to, 'open');
        stack.push({ node: edge.to, next: 0 });
      }
    }
  }
}
