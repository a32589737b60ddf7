/** How much one answer holds: nobody makes it larger than whoever reads it, and this vault, can hold. */

/** A page ends with what passes this many bytes of content; one thing comes whole. */
export const PAGE_BYTES = 4 * 1024 * 1024;

/** How many of these, from the first on, one page holds. */
export function filling(rows: readonly { readonly bytes: number }[], most: number): number {
  let bytes = 0;
  for (const [i, row] of rows.slice(0, most).entries()) {
    if (bytes >= PAGE_BYTES) return i;
    bytes += row.bytes;
  }
  return Math.min(most, rows.length);
}
