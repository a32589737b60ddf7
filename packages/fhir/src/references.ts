/** References of FHIR R4 as far as a file of one practice needs them: literal, by fullUrl, or conditional. */

import type { Reference, Resource } from './resource.ts';

/** FHIR allows letters, digits, dot and hyphen; the underscore is common in the wild and harmless. */
const ID = '[A-Za-z0-9._-]{1,64}';
const LITERAL = new RegExp(`(?:^|/)([A-Z][A-Za-z]+)/(${ID})(?:/_history/${ID})?$`);
const WHOLE_ID = new RegExp(`^${ID}$`);

export const isResourceId = (id: unknown): id is string => typeof id === 'string' && WHOLE_ID.test(id);

/** `Patient/1`, `https://server/fhir/Patient/1`, `Patient/1/_history/2` -> type and id. */
export function literalReference(reference: unknown): { readonly type: string; readonly id: string } | undefined {
  const match = typeof reference === 'string' ? LITERAL.exec(reference) : null;
  return match === null ? undefined : { type: match[1]!, id: match[2]! };
}

/** The reference that says whose record this is. Appointments name the patient among the participants. */
export function patientReference(resource: Resource): string | undefined {
  const record: Partial<Record<'subject' | 'patient', Reference>> & { readonly resourceType: string } = resource;
  if (resource.resourceType === 'Appointment') {
    for (const { actor } of resource.participant ?? []) {
      const reference = actor?.reference;
      if (reference !== undefined && (literalReference(reference)?.type === 'Patient' || actor?.type === 'Patient'))
        return reference;
    }
    return undefined;
  }
  if (resource.resourceType === 'Task') return resource.for?.reference;
  return record.subject?.reference ?? record.patient?.reference;
}

/** `urn:uuid:x`, `urn:oid:x` and `.../Type/x` -> `x`. */
export const idOfFullUrl = (fullUrl: string): string => /[^:/]*$/.exec(fullUrl)![0];

/** fullUrl -> `Type/id`, and `Patient?identifier=system|value` -> `Patient/id`. */
export class ReferenceIndex {
  readonly #targets = new Map<string, string>();

  add(
    fullUrl: string | undefined,
    resource: { readonly resourceType: string; readonly id?: string; readonly identifier?: unknown },
  ) {
    const target = `${resource.resourceType}/${resource.id}`;
    if (fullUrl !== undefined && !fullUrl.endsWith(`/${target}`)) this.#targets.set(fullUrl, target);
    if (!Array.isArray(resource.identifier)) return;
    for (const one of resource.identifier) {
      if (typeof one?.system !== 'string' || typeof one.value !== 'string') continue;
      this.#targets.set(`${resource.resourceType}?identifier=${one.system}|${one.value}`, target);
    }
  }

  /** A Bundle entry as it was parsed; what is no resource with an id adds nothing. */
  addEntry(entry: unknown): void {
    if (typeof entry !== 'object' || entry === null) return;
    const { fullUrl, resource } = entry as { readonly fullUrl?: unknown; readonly resource?: unknown };
    if (typeof resource !== 'object' || resource === null) return;
    const { resourceType, id, identifier } = resource as Readonly<Record<string, unknown>>;
    const url = typeof fullUrl === 'string' ? fullUrl : undefined;
    const named = id ?? (url === undefined ? undefined : idOfFullUrl(url));
    if (typeof resourceType === 'string' && typeof named === 'string')
      this.add(url, { resourceType, id: named, identifier });
  }

  /** Undefined when the reference leads nowhere in here; a literal reference needs no index. */
  resolve(reference: string): string | undefined {
    return this.#targets.get(reference) ?? this.#targets.get(decodedQuery(reference));
  }

  /** Puts the literal form in place of every reference in the resource that this index knows. */
  rewrite(value: unknown, depth = 0): void {
    if (typeof value !== 'object' || value === null || depth > 64) return;
    const fields = value as Record<string, unknown>;
    for (const key in fields) {
      const inner = fields[key];
      if (key === 'reference' && typeof inner === 'string') fields[key] = this.resolve(inner) ?? inner;
      else this.rewrite(inner, depth + 1);
    }
  }
}

function decodedQuery(reference: string): string {
  if (!reference.includes('?')) return reference;
  try {
    return decodeURIComponent(reference);
  } catch {
    return reference;
  }
}
