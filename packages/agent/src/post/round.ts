/** All messages of one run (docs/spec/notices.md): a mail server that is away is not asked for everybody in turn. */

import { agentError } from '../errors.ts';
import type { Post, PostTrouble } from './post.ts';

/** Messages in a row that did not go, after which a run tries no more; the next run begins with it again. */
const GIVE_UP = 3;

export interface Round extends Post {
  /** Why the first message that did not go stayed; null while all went. */
  trouble(): PostTrouble | null;
}

function troubleIn(error: unknown): PostTrouble | null {
  if (!agentError.is(error, 'not-sent')) return null;
  const { why } = (error as { detail: { why?: PostTrouble } }).detail;
  return why ?? 'not-taken';
}

export function oneRound(post: Post): Round {
  let silent = 0;
  let trouble: PostTrouble | null = null;
  return {
    async send(letter) {
      if (silent >= GIVE_UP) throw agentError('not-sent', 'the mail server is away');
      silent += 1;
      try {
        await post.send(letter);
        silent = 0;
      } catch (error) {
        trouble ??= troubleIn(error);
        throw error;
      }
    },
    close: () => post.close(),
    trouble: () => trouble,
  };
}
