/** Counts the scalar leaves of parsed JSON: what "kept" and "dropped" are counted in. */

export function countLeaves(value: unknown): number {
  let count = 0;
  // A stack instead of recursion: a file may be nested deeper than the call stack allows.
  const open: unknown[] = [value];
  while (open.length > 0) {
    const one = open.pop();
    if (one === undefined) continue;
    if (typeof one !== 'object' || one === null) count++;
    else if (Array.isArray(one)) for (const item of one) open.push(item);
    else for (const key of Object.keys(one)) open.push((one as Readonly<Record<string, unknown>>)[key]);
  }
  return count;
}
