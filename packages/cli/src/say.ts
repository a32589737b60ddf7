/** What a command hands back, and a line for people; apart from `output.ts`, so that what only serves loads no client. */

export const say = (line: string): void => {
  process.stderr.write(`${line}\n`);
};

export interface Outcome {
  /** The one document of `--json`. */
  readonly json: unknown;
  /** What a person reads instead. */
  readonly words: readonly string[];
  readonly failed?: boolean;
}
