/** The letters of every PDF that the practice's computer makes; the workplace has the same ones (docs/spec/pdf.md). */

import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { PaperFonts } from '@ketenkluis/client/pdf';

const FILES = {
  regular: import.meta.resolve('@expo-google-fonts/source-sans-3/400Regular/SourceSans3_400Regular.ttf'),
  strong: import.meta.resolve('@expo-google-fonts/source-sans-3/600SemiBold/SourceSans3_600SemiBold.ttf'),
};

export async function paperFonts(): Promise<PaperFonts> {
  const [regular, strong] = await Promise.all(
    [FILES.regular, FILES.strong].map(async (url) => new Uint8Array(await readFile(fileURLToPath(url)))),
  );
  return { regular: regular!, strong: strong! };
}
