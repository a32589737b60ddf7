/**
 * What `Patient.link` says of records of one person (FHIR R4, Patient, valueset link-type; docs/spec/source.md, "Merge and split"). A
 * record that another one replaces "must no longer be used"; `seealso` and `refer` leave both in use.
 */

import type { Patient } from './resource.ts';

/** One link, of the record that has it to another one. */
export interface PatientLink {
  readonly patient: string;
  readonly type: 'replaced-by' | 'replaces' | 'same';
  readonly other: string;
}

export interface PatientLinks {
  /**
   * Records that are used no more, with those in use in their place: one (a merge), several (the record was of two people), or none
   * (the one in its place is not here, or the links go round in a circle).
   */
  readonly replaced: ReadonlyMap<string, readonly string[]>;
  /** Records that both stay in use and are of one person, each pair once. */
  readonly same: readonly (readonly [string, string])[];
}

const TYPES = { 'replaced-by': 'replaced-by', replaces: 'replaces', seealso: 'same', refer: 'same' } as const;

/** The links of one record with the other's reference as it is written. A link of no known type says no more than that they are one. */
export const linksOf = ({
  link = [],
}: Patient): { readonly type: PatientLink['type']; readonly reference: string | undefined }[] =>
  link.map(({ type, other }) => ({
    type: Object.hasOwn(TYPES, type ?? '') ? TYPES[type as keyof typeof TYPES] : 'same',
    reference: other?.reference,
  }));

/** Follows the links; `here` says whether a record stands in the source. */
export function resolveLinks(links: readonly PatientLink[], here: (patient: string) => boolean): PatientLinks {
  const next = new Map<string, Set<string>>();
  const same = new Map<string, readonly [string, string]>();
  for (const { patient, type, other } of links) {
    if (type === 'same') {
      const pair = patient < other ? ([patient, other] as const) : ([other, patient] as const);
      if (patient !== other) same.set(pair.join(' '), pair);
      continue;
    }
    const [old, by] = type === 'replaced-by' ? [patient, other] : [other, patient];
    next.set(old, (next.get(old) ?? new Set()).add(by));
  }
  const ends = (from: string): string[] => {
    const seen = new Set<string>();
    const open = [from];
    for (let one = open.pop(); one !== undefined; one = open.pop()) {
      if (seen.has(one)) continue;
      seen.add(one);
      open.push(...(next.get(one) ?? []));
    }
    return [...seen].filter((one) => !next.has(one) && here(one)).sort();
  };
  return {
    replaced: new Map([...next.keys()].map((old) => [old, ends(old)] as const)),
    same: [...same.values()],
  };
}
