/** PDFs in the browser: the writer and its letters come with the first one that somebody asks for. */

import regularUrl from '@expo-google-fonts/source-sans-3/400Regular/SourceSans3_400Regular.ttf?url';
import strongUrl from '@expo-google-fonts/source-sans-3/600SemiBold/SourceSans3_600SemiBold.ttf?url';
import type { Paper } from '@ketenkluis/client/pdf';
import { fetchedOnce } from './late.ts';

async function bytesAt(url: string): Promise<Uint8Array> {
  const answer = await fetch(url);
  if (!answer.ok) throw new TypeError(`letters: ${answer.status}`);
  return new Uint8Array(await answer.arrayBuffer());
}

const writer = fetchedOnce(async () => {
  const [door, regular, strong] = await Promise.all([
    import('@ketenkluis/client/pdf'),
    bytesAt(regularUrl),
    bytesAt(strongUrl),
  ]);
  return (paper: Paper) => door.pdfOf(paper, { regular, strong });
});

/** Fetches what is needed to write a PDF: to be asked before anything is declared, so that no line stands for a file that cannot be made. */
export const readyForPaper = async (): Promise<void> => {
  await writer();
};
/** The file's bytes. Throws `workplace/offline` when the writer cannot be fetched. */
export const paperPdf = async (paper: Paper): Promise<Uint8Array> => (await writer())(paper);
