/** What is served: small, the same bytes every time, nothing invented in it, and no word from another host. */

import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Built, buildWorkplace, rebuildWorkplace } from '../../build.ts';
import { launch } from '../browser.ts';
import { serve } from '../serve.ts';
import { PATIENCE } from './fixture.ts';

let first: Built;
const files = new Map<string, Buffer>();

beforeAll(async () => {
  first = await buildWorkplace({ ifChanged: true });
  for (const entry of await readdir(first.dir, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || entry.name === '.built-from') continue;
    const path = join(entry.parentPath, entry.name);
    files.set(path.slice(first.dir.length + 1), await readFile(path));
  }
});

const KIB = 1024;
const text = () => [...files].filter(([name]) => /\.(js|html|css)$/.test(name));

describe('the bundle', () => {
  it('is the same bytes when built again, and is not built again when nothing changed', async () => {
    const again = await mkdtemp(join(tmpdir(), 'ketenkluis-bundle-'));
    try {
      expect(await rebuildWorkplace(again)).toBe(first.hash);
    } finally {
      await rm(again, { recursive: true });
    }
    expect(await buildWorkplace({ ifChanged: true })).toEqual({ ...first, built: false });
  });

  it('holds nothing of the invented practice', () => {
    const invented = [
      'De Wilgen',
      'Sanne Terpstra',
      'Nooitgedagt',
      'vier gewone losse woorden',
      'devWorld',
      'mulberry',
    ];
    for (const [name, bytes] of text()) {
      expect([name, invented.filter((word) => bytes.includes(word))]).toEqual([name, []]);
    }
  });

  it('names no other host and runs no inline script', () => {
    const html = files.get('index.html')!.toString();
    expect(html).not.toMatch(/<script(?![^>]*\bsrc=)/);
    expect(html.match(/(?:src|href)="[^"]*"/g)!.every((one) => /="\.\/assets\//.test(one))).toBe(true);
    for (const [name, bytes] of text()) {
      if (name.endsWith('.css')) expect(bytes.toString()).not.toMatch(/url\((?!["']?data:)/);
    }
  });

  it('asks nothing of another host, and is under 350 KiB until the door is there', async () => {
    const initial = [
      ...files
        .get('index.html')!
        .toString()
        .matchAll(/(?:src|href)="\.\/([^"]*)"/g),
    ].map((match) => match[1]!);
    const size = initial.reduce((sum, name) => sum + gzipSync(files.get(name)!, { level: 9 }).length, 0);
    expect(Math.round(size / KIB)).toBeLessThan(350);
    const browser = await launch();
    const site = await serve(first.dir, 'index.html');
    try {
      const page = await browser.newPage();
      page.setDefaultTimeout(PATIENCE);
      const asked: string[] = [];
      page.on('request', (request) => asked.push(request.url()));
      await page.goto(site.origin);
      await page.getByText('Anderen gebruiken deze computer').waitFor();
      expect(asked.filter((url) => !url.startsWith(site.origin))).toEqual([]);
    } finally {
      await browser.close();
      await site.close();
    }
  });
});
