import { describe, expect, it } from 'vitest';
import { answerKeys, codeKeys, codingKey, conceptKeys, ICPC_EXTENSION, key, normaliseSystem, SYSTEM } from './codes.ts';

describe('codes', () => {
  it('R29: knows a system by its URI, its OID and its old spellings', () => {
    expect(normaliseSystem('urn:oid:2.16.840.1.113883.2.4.4.31.1')).toBe(SYSTEM.icpc);
    expect(normaliseSystem('urn:oid:2.16.840.1.113883.2.4.4.30.45')).toBe(SYSTEM.nhg45);
    expect(normaliseSystem('https://snomed.info/sct/11000146104/version/20230930')).toBe(SYSTEM.snomed);
    expect(normaliseSystem('http://referentiemodel.nhg.org/tabellen/nhg-tabel-14-contactwijze')).toBe(SYSTEM.nhg14);
    expect(normaliseSystem('http://loinc.org/')).toBe(SYSTEM.loinc);
    expect(normaliseSystem('urn:oid:1.2.3')).toBe('urn:oid:1.2.3');
    expect(normaliseSystem(' http://example.org/x ')).toBe('http://example.org/x');
  });

  it('makes one key per coding and none without system or code', () => {
    expect(codingKey({ system: 'urn:oid:2.16.840.1.113883.6.96', code: '44054006' })).toBe(key('snomed', '44054006'));
    expect(codingKey({ code: 'T90.02' })).toBeUndefined();
    expect(codingKey({ system: SYSTEM.icpc })).toBeUndefined();
    expect(codingKey(null)).toBeUndefined();
  });

  it('reads ICPC from the Nictiz extension on the resource and on the concept', () => {
    const icpc = { url: ICPC_EXTENSION, valueCodeableConcept: { coding: [{ system: SYSTEM.icpc, code: 'R95' }] } };
    const snomed = { system: SYSTEM.snomed, code: '13645005' };
    expect(codeKeys({ extension: [icpc], code: { coding: [snomed] } })).toEqual([
      key('snomed', '13645005'),
      key('icpc', 'R95'),
    ]);
    expect(codeKeys({ code: { extension: [icpc] } })).toEqual([key('icpc', 'R95')]);
  });

  it('gives one key for the three spellings of an NHG answer', () => {
    for (const system of [SYSTEM.nhg45Answer, 'urn:oid:2.16.840.1.113883.2.4.4.30.1045', SYSTEM.nhg45]) {
      expect(answerKeys({ coding: [{ system, code: '4' }] })).toEqual([key('nhg45Answer', '4')]);
    }
    expect(conceptKeys({ coding: [{ system: SYSTEM.nhg45, code: '1739' }] })).toEqual([key('nhg45', '1739')]);
  });
});
