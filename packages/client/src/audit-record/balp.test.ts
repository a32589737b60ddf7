import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Constraint, constraintText, PROFILE_NAMES, PROFILES, type ProfileName } from './balp.ts';
import { balpFaults } from './check.ts';
import { auditEvents, profileOf } from './fhir.ts';
import type { AuditEvent } from './fhir-types.ts';
import { lines, NAMES } from './lines.test-util.ts';
import { auditRecords } from './record.ts';

type Member = Record<string, unknown>;
type Loose = Record<string, unknown> & { agent: Member[]; entity: Member[]; subtype: unknown[] };
const copy = (event: AuditEvent): Loose => structuredClone(event) as unknown as Loose;
const events = lines.map((line) => auditRecords(line, NAMES).flatMap(auditEvents));

/** One good event of every pattern, with every slice that the writer can fill. */
const good = new Map<ProfileName, AuditEvent>();
beforeAll(() => {
  const fits = (event: AuditEvent) => event.entity?.some(({ type }) => type?.code === 'XrequestId');
  for (const event of fc.sample(events, { numRuns: 600, seed: 42 }).flat()) {
    const name = profileOf(event);
    if (name !== null && (!good.has(name) || fits(event))) good.set(name, event);
  }
});

const ofSlice = (event: Loose, { list, types }: { list: 'agent' | 'entity'; types: readonly { code: string }[] }) =>
  event[list].filter(({ type }) => {
    const codes = list === 'entity' ? [type] : (type as { coding: unknown[] }).coding;
    return codes.some((one) => types.some(({ code }) => (one as { code?: string } | undefined)?.code === code));
  });
const WRONG = { system: 'urn:wrong', code: 'wrong' };

/** Breaks one constraint in a good event; a slice that the event does not have is put there first. */
function broken(event: AuditEvent, one: Constraint): Loose {
  const bad = copy(event);
  if ('slice' in one && ofSlice(bad, one).length === 0) {
    const [type] = one.types;
    const what = { identifier: { system: 'urn:x', value: 'x' } };
    bad[one.list].push(one.list === 'entity' ? { type, what } : { type: { coding: [type] }, requestor: true });
  }
  const members = 'slice' in one ? ofSlice(bad, one) : [];
  const [first] = members;
  switch (one.kind) {
    case 'type':
      return { ...bad, type: WRONG } as Loose;
    case 'subtype':
      return one.any
        ? ({ ...bad, subtype: [WRONG] } as Loose)
        : ({ ...bad, subtype: [...bad.subtype, one.codes.at(-1)] } as Loose);
    case 'fixed':
      return { ...bad, [one.field]: 'wrong' };
    case 'root':
      if (one.max === 0) return { ...bad, [one.field]: [{ url: 'urn:x' }] };
      delete bad[one.field];
      return bad;
    case 'count':
      bad[one.list] = bad[one.list].slice(0, one.min - 1);
      return bad;
    case 'slice':
      if (one.min > 0) bad[one.list] = bad[one.list].filter((each) => !members.includes(each));
      else bad[one.list].push(...[first!, first!].map((each) => structuredClone(each)));
      return bad;
    case 'field':
      if (one.max === 0) first![one.field] = 'x';
      else {
        delete first![one.field];
        delete first![`_${one.field}`];
      }
      return bad;
    case 'role':
      first!.role = WRONG;
      return bad;
    case 'requestor':
      first!.requestor = !one.value;
      return bad;
    case 'patient':
      first!.what = { type: 'Group', reference: 'Group/1' };
      return bad;
    case 'identified':
      first!.what = { display: 'x' };
      return bad;
    case 'observer':
      first!.who = { display: 'somebody else' };
      return bad;
    case 'closed':
      bad[one.list].push({ type: WRONG });
      return bad;
  }
}

describe('IHE BALP', () => {
  it('R40: the writer makes an event of every pattern in the table, and each conforms', () => {
    expect([...good.keys()].sort()).toEqual([...PROFILE_NAMES].sort());
    for (const [name, event] of good) expect(balpFaults(event, name), name).toEqual([]);
  });

  it('R40: whatever the line says, the event conforms to the profile that it names', () => {
    fc.assert(
      fc.property(events, (drawn) => {
        for (const event of drawn) {
          const name = profileOf(event);
          if (name !== null) expect(balpFaults(event, name), name).toEqual([]);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('R40: every constraint of every profile refuses an event that breaks it', () => {
    let refused = 0;
    for (const [name, profile] of PROFILES) {
      const texts = profile.constraints.map(constraintText);
      for (const one of profile.constraints) {
        const faults = balpFaults(broken(good.get(name)!, one), name);
        expect(faults, `${name}: ${constraintText(one)}`).toContain(constraintText(one));
        refused += 1;
      }
      expect(texts.length).toBeGreaterThan(10);
    }
    expect(refused).toBeGreaterThan(250);
  });

  it('a slice that may stand once may not stand twice, and one that must stand once neither', () => {
    for (const [name, { constraints }] of PROFILES) {
      for (const one of constraints) {
        if (one.kind !== 'slice' || one.max !== 1) continue;
        const bad = copy(good.get(name)!);
        const [member = { type: one.list === 'entity' ? one.types[0] : { coding: [one.types[0]] } }] = ofSlice(
          bad,
          one,
        );
        bad[one.list].push(structuredClone(member), structuredClone(member));
        expect(balpFaults(bad, name), `${name}: ${constraintText(one)}`).toContain(constraintText(one));
      }
    }
  });

  it('R38, R40: a refusal is an access denied: it names no profile, fails, and says so in an OperationOutcome', () => {
    fc.assert(
      fc.property(lines, (line) => {
        for (const record of auditRecords(line, NAMES)) {
          const [event] = auditEvents(record);
          const failed = record.outcome !== 'success';
          expect(event!.outcome === '0').toBe(!failed);
          const outcome = event!.entity?.find(({ type }) => type?.code === 'OperationOutcome');
          expect(outcome !== undefined).toBe(failed);
          if (!failed) continue;
          expect(profileOf(event!)).toBeNull();
          expect(event!.contained![0]!.issue[0]!.code).toBe(record.outcome === 'refused' ? 'forbidden' : 'exception');
        }
      }),
    );
  });

  it('reads anything without falling over', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.constantFrom(...PROFILE_NAMES), (value, name) => {
        expect(balpFaults(value, name).length).toBeGreaterThan(0);
        expect(
          balpFaults({ resourceType: 'AuditEvent', agent: value, entity: [value], type: value }, name).length,
        ).toBeGreaterThan(0);
      }),
    );
  });
});
