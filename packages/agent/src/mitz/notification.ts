/**
 * A notification of a Mitz subscription: a FHIR transaction Bundle of Consents (profile Consent-Mitz-Notify) as XML. It is believed
 * for one thing: that something changed. What holds now is asked with the closed question, so a forged one opens nothing.
 */

import { isBsn } from '@ketenkluis/fhir';
import { agentError } from '../errors.ts';
import { childrenOf, onlyChild, readXml, type XmlElement } from './xml.ts';

const fhir = (name: string) => `{http://hl7.org/fhir}${name}`;
const PROFILE = 'http://vzvz.nl/fhir/StructureDefinition/Consent-Mitz-Notify';
const BSN = 'http://fhir.nl/fhir/NamingSystem/bsn';
const URA = 'http://fhir.nl/fhir/NamingSystem/ura';

const bad = (why: string) => agentError('bad-mitz', `a notification of Mitz is refused: ${why}`);
const value = (element: XmlElement): string => element.attributes.get('value') ?? '';
/** The values of `system` in the identifiers of a resource. */
const identified = (resource: XmlElement, system: string): string[] =>
  childrenOf(resource, fhir('identifier'))
    .filter((one) => value(onlyChild(one, fhir('system'))) === system)
    .map((one) => value(onlyChild(one, fhir('value'))));
const reference = (element: XmlElement): string => value(onlyChild(element, fhir('reference')));

interface Entry {
  readonly url: string;
  readonly resource: XmlElement;
}

/** Is this, whole and for this practice, word of a change? Throws `agent/bad-mitz`; no message says of whom. */
export function checkNotification(bytes: Uint8Array, holderUra: string): void {
  const bundle = readXml(bytes);
  if (bundle.name !== fhir('Bundle') || value(onlyChild(bundle, fhir('type'))) !== 'transaction')
    throw bad('it is no transaction Bundle');
  const entries = childrenOf(bundle, fhir('entry')).map((entry): Entry => {
    const [resource, ...more] = onlyChild(entry, fhir('resource')).children;
    if (resource === undefined || more.length > 0) throw bad('an entry holds not one resource');
    return { url: value(onlyChild(entry, fhir('fullUrl'))), resource };
  });
  const of = (type: string) => entries.filter(({ resource }) => resource.name === fhir(type));
  const [patients, organisations, consents] = [of('Patient'), of('Organization'), of('Consent')];
  const [patient] = patients;
  const [holder] = organisations;
  if (patient === undefined || patients.length > 1) throw bad('it is not about one patient');
  const bsns = identified(patient.resource, BSN);
  if (bsns.length !== 1 || !isBsn(bsns[0])) throw bad('its patient has no BSN');
  if (holder === undefined || organisations.length > 1) throw bad('it is not about one holder');
  if (identified(holder.resource, URA).join() !== holderUra) throw bad('it is about another holder');
  if (consents.length === 0 || entries.length !== consents.length + 2)
    throw bad('it holds something else than consents');
  for (const { resource } of consents) {
    const [profile] = value(onlyChild(onlyChild(resource, fhir('meta')), fhir('profile'))).split('|');
    if (profile !== PROFILE) throw bad('a consent is of another profile');
    if (reference(onlyChild(resource, fhir('patient'))) !== patient.url) throw bad('a consent is of another patient');
    const actors = childrenOf(onlyChild(resource, fhir('provision')), fhir('actor'));
    const custodians = actors.map((actor) => reference(onlyChild(actor, fhir('reference'))));
    if (custodians.join() !== holder.url) throw bad('a consent is of another holder');
  }
}
