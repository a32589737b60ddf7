/** Holds an AuditEvent against the table of a BALP profile. Reads any JSON: what is wrong is a fault, never an error. */

import { canonicalJson, fromUtf8 } from '@ketenkluis/base';
import { type Constraint, constraintText, type ListName, PROFILES, type ProfileName } from './balp.ts';
import type { Coding } from './fhir-types.ts';

type Loose = Readonly<Record<string, unknown>>;
const isObject = (value: unknown): value is Loose =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const asObject = (value: unknown): Loose => (isObject(value) ? value : {});
const asList = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
/** A primitive may stand there as its extension alone (`_field`): it is there, and its value is not known. */
const has = (value: Loose, field: string): boolean => {
  const found = value[field] ?? value[`_${field}`];
  return found !== undefined && (!Array.isArray(found) || found.length > 0);
};

const isCode = (value: unknown, codes: readonly Coding[]): boolean =>
  codes.some(({ system, code }) => asObject(value).system === system && asObject(value).code === code);
const typeOf = (list: ListName, member: Loose, codes: readonly Coding[]): boolean =>
  list === 'entity'
    ? isCode(member.type, codes)
    : asList(asObject(member.type).coding).some((coding) => isCode(coding, codes));

function holds(event: Loose, one: Constraint): boolean {
  const members = (list: ListName): readonly Loose[] => asList(event[list]).filter(isObject);
  const ofSlice = 'slice' in one ? members(one.list).filter((each) => typeOf(one.list, each, one.types)) : [];
  switch (one.kind) {
    case 'type':
      return isCode(event.type, one.codes);
    case 'subtype': {
      const found = asList(event.subtype).filter((each) => isCode(each, one.codes)).length;
      return one.any ? found >= 1 : found === 1;
    }
    case 'fixed':
      return one.values.includes(String(event[one.field]));
    case 'root':
      return has(event, one.field) ? one.max === 1 : one.min === 0;
    case 'count':
      return members(one.list).length >= one.min;
    case 'slice':
      return ofSlice.length >= one.min && ofSlice.length <= one.max;
    case 'field':
      return ofSlice.every((each) => (has(each, one.field) ? one.max === 1 : one.min === 0));
    case 'role':
      return ofSlice.every((each) => !has(each, 'role') || isCode(each.role, one.codes));
    case 'requestor':
      return ofSlice.every((each) => each.requestor === one.value);
    case 'patient':
      return ofSlice.every(({ what }) => {
        const { type, reference } = asObject(what);
        const to = typeof reference === 'string' ? /(?:^|\/)([A-Z][A-Za-z]+)\/[^/]+$/.exec(reference)?.[1] : undefined;
        return (type ?? 'Patient') === 'Patient' && (to ?? 'Patient') === 'Patient' && (type ?? to) !== undefined;
      });
    case 'identified':
      return ofSlice.every(({ what }) => typeof asObject(asObject(what).identifier).value === 'string');
    case 'observer': {
      const observer = asObject(event.source).observer;
      return (
        isObject(observer) &&
        ofSlice.every(({ who }) => isObject(who) && fromUtf8(canonicalJson(who)) === fromUtf8(canonicalJson(observer)))
      );
    }
    case 'closed':
      return members(one.list).every((each) => typeOf(one.list, each, one.types));
  }
}

/** The constraints that do not hold, as text; none for an event that conforms. */
export function balpFaults(event: unknown, profile: ProfileName): readonly string[] {
  const found = PROFILES.get(profile);
  if (found === undefined || asObject(event).resourceType !== 'AuditEvent') return ['resourceType = AuditEvent'];
  return found.constraints.filter((one) => !holds(asObject(event), one)).map(constraintText);
}
