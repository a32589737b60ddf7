/** Writes the inspection pack: chapters, one readable page, the log to verify offline, and a manifest signed by the agent. */

import { createHash } from 'node:crypto';
import { cp, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { base64url, type Clock, canonicalJson, fromBase64url, isoInstant } from '@ketenkluis/base';
import { mirroredLines, mirroredStatements } from '../breach/world.ts';
import { agentError } from '../errors.ts';
import { nodeSigner } from '../native.ts';
import type { Register } from '../register.ts';
import { verifyMirror } from '../verify.ts';
import { chaptersOf } from './chapters.ts';

export const MANIFEST = 'manifest.json';
const LOG = 'logboek';

export interface InspectResult {
  readonly files: number;
  readonly lines: number;
  /** False: the mirrored log does not verify; the pack says so as well. */
  readonly verified: boolean;
}

const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
/** Of the little Markdown that the chapters use. */
function html(text: string): string {
  const inline = (part: string) =>
    escaped(part)
      .replace(/\*\*([^*]+)\*\*/g, '<b>$1</b>')
      .replace(/`([^`]+)`/g, '<code>$1</code>');
  const out: string[] = [];
  for (const block of text.split(/\n\n+/)) {
    for (const [kind, lines] of runs(block.split('\n'))) {
      if (kind === 'table') {
        const rows = lines
          .filter((line) => !/^\|[\s|-]*-[\s|-]*\|$/.test(line))
          .map((line) => line.slice(1, -1).split('|'));
        out.push(
          `<table>${rows.map((cells, i) => `<tr>${cells.map((cell) => (i === 0 ? `<th>${inline(cell.trim())}</th>` : `<td>${inline(cell.trim())}</td>`)).join('')}</tr>`).join('')}</table>`,
        );
      } else if (kind === 'list')
        out.push(`<ul>${lines.map((line) => `<li>${inline(line.slice(2))}</li>`).join('')}</ul>`);
      else
        for (const line of lines) {
          const head = /^(#+) (.*)$/.exec(line);
          out.push(head ? `<h${head[1]!.length}>${inline(head[2]!)}</h${head[1]!.length}>` : `<p>${inline(line)}</p>`);
        }
    }
  }
  return out.join('\n');
}
function runs(lines: readonly string[]): [string, string[]][] {
  const out: [string, string[]][] = [];
  for (const line of lines) {
    const kind = line.startsWith('|') ? 'table' : line.startsWith('- ') ? 'list' : 'text';
    const last = out.at(-1);
    if (last?.[0] === kind) last[1].push(line);
    else out.push([kind, [line]]);
  }
  return out;
}

/** Throws `agent/bad-mirror`, `agent/not-empty`. */
export async function inspectionPack(options: {
  readonly register: Register;
  readonly mirror: string;
  readonly out: string;
  readonly clock: Clock;
}): Promise<InspectResult> {
  const { register, mirror, out, clock } = options;
  await mkdir(out, { recursive: true, mode: 0o700 });
  if ((await readdir(out)).length > 0) throw agentError('bad-mirror', `${out} is not empty; name a new folder`);
  const verdict = await verifyMirror(mirror);
  const { log: key } = register.vault;
  const now = clock();
  const chapters = chaptersOf({
    register,
    now,
    lines: await mirroredLines(mirror),
    statements: await mirroredStatements(mirror),
    log: { origin: key.origin, key: key.key, size: verdict.size, root: verdict.root },
  });
  const warning = verdict.ok ? '' : '**LET OP: het logboek in deze map klopt niet. Zie de controle.**\n\n';
  for (const { file, text } of chapters) await writeFile(join(out, file), `${warning}${text}`, { mode: 0o600 });
  const page = chapters.map(({ text }) => html(text)).join('\n');
  await writeFile(
    join(out, 'inspectie.html'),
    `<!doctype html><html lang="nl"><meta charset="utf-8"><title>Inspectiedossier ${escaped(register.practice.name)}</title><style>body{font:16px/1.5 sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}table{border-collapse:collapse;width:100%}td,th{border:1px solid #999;padding:.25rem .5rem;text-align:left;vertical-align:top}h1{margin-top:3rem}@media print{h1{break-before:page}}</style><p>Inspectiedossier van ${escaped(register.practice.name)}, ${isoInstant(now)}</p>${html(warning)}${page}</html>\n`,
    { mode: 0o600 },
  );
  await cp(join(mirror, 'log'), join(out, LOG, 'log'), { recursive: true });
  await cp(join(mirror, 'mirror.json'), join(out, LOG, 'mirror.json'));
  const files: Record<string, string> = {};
  for (const one of await readdir(out, { recursive: true, withFileTypes: true })) {
    if (!one.isFile()) continue;
    const path = join(one.parentPath, one.name);
    files[relative(out, path).replaceAll('\\', '/')] = createHash('sha256')
      .update(await readFile(path))
      .digest('base64url');
  }
  const manifest = canonicalJson({
    v: 1,
    practice: register.practice.organisation,
    at: now,
    by: register.agent.person,
    files,
  });
  const signer = nodeSigner({ by: register.agent.person, seed: fromBase64url(register.agent.sign) });
  await writeFile(join(out, MANIFEST), manifest, { mode: 0o600 });
  await writeFile(join(out, `${MANIFEST}.sig`), `${base64url(await signer.sign(manifest))}\n`, { mode: 0o600 });
  return { files: Object.keys(files).length, lines: verdict.size, verified: verdict.ok };
}
