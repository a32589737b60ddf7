#!/usr/bin/env node
// Counts candidates per programme and patients per code the naive way: everything in memory, the code lists written out by hand,
// none of the project's own code. `node tools/count.mjs FOLDER YYYY-MM-DD` prints JSON; docs/counts.md is checked against it.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const [folder, asOf] = process.argv.slice(2);
const LISTS = {
  diabetes: [18, '44054006 T90 T90.00 T90.02'],
  copd: [18, '185086009 87433001 13645005 R95'],
  asthma: [16, '195967001 233678006 R96 R96.02'],
  cvrm: [
    18,
    '38341003 59621000 53741008 414545008 22298006 399211009 266257000 230690007 709044004 K86 K87 K74 K75 K76 K76.01 ' +
      'K76.02 K89 K90.02 K90.03 K91 K92.01 K99.01 U99.01',
  ],
};
const SYSTEMS = ['http://snomed.info/sct', 'http://hl7.org/fhir/sid/icpc-1-nl'];

const all = { Patient: [], Condition: [] };
for (const name of readdirSync(folder, { recursive: true })) {
  if (!/(Patient|Condition)[^/]*\.ndjson$/.test(name)) continue;
  for (const line of readFileSync(join(folder, name), 'utf8').split('\n')) {
    if (line.trim() === '') continue;
    const resource = JSON.parse(line);
    all[resource.resourceType]?.push(resource);
  }
}
/** The day in Amsterdam. */
const day = (text) =>
  text.length <= 10 ? text : new Date(text).toLocaleDateString('sv-SE', { timeZone: 'Europe/Amsterdam' });
const of = new Map();
for (const { subject, code, onsetDateTime, abatementDateTime, verificationStatus } of all.Condition) {
  if (!onsetDateTime || day(onsetDateTime) > asOf || (abatementDateTime && day(abatementDateTime) <= asOf)) continue;
  if (/refuted|entered-in-error/.test(verificationStatus?.coding?.[0]?.code)) continue;
  const id = subject.reference.split('/').pop();
  const codes = of.get(id) ?? new Set();
  of.set(id, codes);
  for (const one of code.coding) if (SYSTEMS.includes(one.system)) codes.add(`${one.system}|${one.code}`);
}
const candidates = { diabetes: 0, copd: 0, asthma: 0, cvrm: 0 };
const byCode = {};
for (const { id, birthDate, deceasedDateTime } of all.Patient) {
  if (deceasedDateTime && day(deceasedDateTime) <= asOf) continue;
  const birthday = Number(asOf.slice(0, 4)) - Number(birthDate.slice(0, 4));
  const age = asOf.slice(5) < birthDate.slice(5) ? birthday - 1 : birthday;
  const has = ([minimum, list]) =>
    age < minimum ? [] : [...(of.get(id) ?? [])].filter((key) => list.split(' ').includes(key.split('|')[1]));
  const mine = Object.entries(LISTS).map(([programme, list]) => [programme, has(list)]);
  for (const key of new Set(mine.flatMap(([, keys]) => keys))) byCode[key] = (byCode[key] ?? 0) + 1;
  for (const [programme, keys] of mine) {
    if (keys.length > 0 && !(programme === 'cvrm' && has(LISTS.diabetes).length > 0)) candidates[programme]++;
  }
}
const sorted = Object.fromEntries(Object.entries(byCode).sort(([a], [b]) => (a < b ? -1 : 1)));
console.log(JSON.stringify({ asOf, patients: all.Patient.length, candidates, byCode: sorted }, null, 1));
