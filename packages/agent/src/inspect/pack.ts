/**
 * Writes the inspection pack: one readable PDF and page, the log to verify offline, the texts that patients were given, and sums that the
 * agent signed (docs/inspector.md).
 */

import { createHash } from 'node:crypto';
import { cp, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { policyTexts } from '@ketenkluis/access';
import { base64url, type Clock, canonicalJson, fromBase64url, utf8 } from '@ketenkluis/base';
import { encodeStatement, type Statement } from '@ketenkluis/seal';
import { stateOfMirror } from '../breach/world.ts';
import { agentError } from '../errors.ts';
import { MIRROR_FILE } from '../mirror.ts';
import { nodeSigner, publicPem } from '../native.ts';
import { paperFonts } from '../paper-fonts.ts';
import type { Register } from '../register.ts';
import { verifyMirror } from '../verify.ts';
import { chaptersOf, paperOf } from './chapters.ts';
import { readMirror, readTexts } from './facts.ts';
import { holdFindings, readWords } from './findings.ts';
import { pageOf } from './page.ts';

export const PACK = {
  pdf: 'inspectie.pdf',
  page: 'inspectie.html',
  manifest: 'manifest.json',
  sums: 'SHA256SUMS',
  signature: 'SHA256SUMS.sig',
  signer: 'ondertekenaar.pem',
  log: 'logboek',
  texts: 'teksten',
  findings: 'bevindingen.json',
  rules: 'regels',
} as const;

export interface InspectResult {
  readonly files: number;
  readonly lines: number;
  /** False: the mirrored log does not verify; the pack says so as well. */
  readonly verified: boolean;
}

/** Every file under `dir`, by its path with slashes, in order. */
export async function filesUnder(dir: string): Promise<readonly string[]> {
  const found = await readdir(dir, { recursive: true, withFileTypes: true });
  return found
    .filter((one) => !one.isDirectory())
    .map((one) => relative(dir, join(one.parentPath, one.name)).replaceAll('\\', '/'))
    .sort();
}
export const sumOf = async (path: string): Promise<string> =>
  createHash('sha256')
    .update(await readFile(path))
    .digest('hex');

/** Throws `agent/bad-mirror`, `agent/not-empty`. */
export async function inspectionPack(options: {
  readonly register: Register;
  readonly mirror: string;
  readonly out: string;
  readonly clock: Clock;
  /** A folder with the texts that patients were given. */
  readonly texts?: string;
  /** Id in the GP system of the one patient that is asked about. */
  readonly patient?: string;
  /** A file of `ketenkluis findings`. */
  readonly findings?: string;
}): Promise<InspectResult> {
  const { register, mirror, out, clock } = options;
  const patient = options.patient ?? null;
  if (patient !== null && !Object.hasOwn(register.patients, patient))
    throw agentError('bad-mirror', 'the register knows no patient under this number');
  await mkdir(out, { recursive: true, mode: 0o700 });
  if ((await readdir(out)).length > 0) throw agentError('bad-mirror', `${out} is not empty; name a new folder`);
  const verdict = await verifyMirror(mirror);
  const now = clock();
  const texts = await readTexts(options.texts ?? null);
  const read = await readMirror(mirror);
  const findings = options.findings === undefined ? null : new Uint8Array(await readFile(options.findings));
  const held = findings === null ? null : await holdFindings(findings, read.places);
  // How a finding ended is a signed word: of who could read it.
  const told = held?.fault === null ? held.said : null;
  const when = read.places.find(({ index }) => index === told?.line)?.entry.common.at ?? 0;
  const fault = told !== null && !readWords(read.statements, told.by, when) ? 'signer' : (held?.fault ?? null);
  if (fault !== null)
    throw agentError('bad-mirror', `the findings do not hold against this log (${fault}); copy it anew with a sync`);
  const facts = { register, verdict, now, texts, patient, disclosed: told, ...read };
  const paper = paperOf(facts, chaptersOf(facts));
  const write = (name: string, what: string | Uint8Array) => writeFile(join(out, name), what, { mode: 0o600 });
  // With fonts and compression as large as the rest of the agent, and needed here only.
  const { pdfOf } = await import('@ketenkluis/client/pdf');
  await write(PACK.pdf, await pdfOf(paper, await paperFonts()));
  await write(PACK.page, pageOf(paper));
  await cp(join(mirror, 'log'), join(out, PACK.log, 'log'), { recursive: true });
  // An inspector gets the log; whose names the annexes seal stays with the practice.
  const { lacking: _, ...copied } = await stateOfMirror(mirror);
  await write(join(PACK.log, MIRROR_FILE), canonicalJson({ ...copied, annexes: null, requests: null }));
  await mkdir(join(out, PACK.rules), { mode: 0o700 });
  for (const [name, text] of policyTexts())
    await write(join(PACK.rules, name === 'schema' ? 'schema.cedarschema' : `${name}.cedar`), text);
  if (findings !== null) await write(PACK.findings, findings);
  if (texts.length > 0) await mkdir(join(out, PACK.texts), { mode: 0o700 });
  for (const { file, bytes } of texts) await write(join(PACK.texts, file), bytes);

  const { person, sign } = register.agent;
  const signer = nodeSigner({ by: person, seed: fromBase64url(sign) });
  const card = read.statements.findLast(({ payload }) => payload.t === 'card' && payload.subject === person);
  if (card === undefined) throw agentError('bad-mirror', "the mirror holds no card of the practice's agent");
  const log = { origin: register.vault.log.origin, size: verdict.size, root: verdict.root };
  const manifest = { v: 2, practice: register.practice.organisation, at: now, by: person, card: wired(card), log };
  await write(PACK.manifest, canonicalJson(manifest));
  await write(PACK.signer, publicPem(fromBase64url((card as Statement<'card'>).payload.sign)));
  const names = await filesUnder(out);
  const sums = await Promise.all(names.map(async (name) => `${await sumOf(join(out, name))}  ${name}\n`));
  await write(PACK.sums, sums.join(''));
  await write(PACK.signature, await signer.sign(utf8(sums.join(''))));
  return { files: names.length, lines: verdict.size, verified: verdict.ok };
}

const wired = (statement: Statement): string => base64url(encodeStatement(statement));
