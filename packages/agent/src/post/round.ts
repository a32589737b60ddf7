/** All messages of one run (docs/spec/notices.md): a mail server that is away is not asked for everybody in turn. */

import { agentError } from '../errors.ts';
import type { Post } from './post.ts';

/** Messages in a row that did not go, after which a run tries no more; the next run begins with it again. */
const GIVE_UP = 3;

export function oneRound(post: Post): Post {
  let silent = 0;
  return {
    async send(letter) {
      if (silent >= GIVE_UP) throw agentError('not-sent', 'the mail server is away');
      silent += 1;
      await post.send(letter);
      silent = 0;
    },
    close: () => post.close(),
  };
}
