/** Reading a file that may not be there or may not be ours to read. */

import { type FileReading, type ReadHandler, readFile, type SourceFile } from '@ketenkluis/fhir';

/** Reads one file; a file that cannot be opened is named and left out. */
export async function readNamed(file: SourceFile, handler: ReadHandler): Promise<FileReading> {
  try {
    return await readFile(file, handler);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code !== 'EACCES' && code !== 'EPERM' && code !== 'ENOENT' && code !== 'EISDIR') throw error;
    handler.reject({ file: file.name, line: 0, code: 'unreadable' });
    return { format: 'not-recognised', records: 0, refused: 'unreadable' };
  }
}
