/** How far taking away has come: refused at once, keys for who stays, fresh keys with the next delivery. */

import { useTranslation } from 'react-i18next';
import type { Progress, Removal, Workplace } from '../model.ts';
import { useWords } from './words.ts';
import { useAsk } from './world.tsx';

/** Asked again once a minute until all is fresh: the practice's delivery comes when it comes. */
const OFTEN = 60_000;
export function FollowedRemoval({
  removal,
  name,
  ask,
}: {
  readonly removal: Removal;
  readonly name: string;
  readonly ask: (world: Workplace) => Promise<Progress | null>;
}) {
  const query = useAsk(['fresh', name], ask, {
    every: (found) => (found === null || found.done < found.total ? OFTEN : false),
  });
  return <RemovalSteps removal={{ ...removal, fresh: query.data ?? removal.fresh }} />;
}

export function RemovalSteps({ removal }: { readonly removal: Removal }) {
  const { t } = useTranslation();
  const words = useWords();
  const { refused, rewrapped, fresh } = removal;
  const done = fresh !== null && fresh.done >= fresh.total;
  const wrapped = rewrapped === null || rewrapped.done >= rewrapped.total;
  return (
    <ol className="kk-progress" aria-label={t('removal.title')}>
      <li data-state="done">
        <strong>{t('removal.refused')}</strong>
        <span>{refused === null ? '' : t('removal.refusedBody', { date: words.moment(refused) })}</span>
      </li>
      {removal.waits ? (
        <li data-state="open">
          <strong>{t('removal.waits')}</strong>
          <span>{t('removal.waitsBody')}</span>
        </li>
      ) : null}
      {rewrapped === null ? null : (
        <li data-state={wrapped ? 'done' : 'busy'}>
          <strong>{t('removal.rewrapped', { done: rewrapped.done, total: rewrapped.total })}</strong>
          <span>{t(wrapped ? 'removal.rewrappedDone' : 'removal.rewrappedBody')}</span>
        </li>
      )}
      <li data-state={done ? 'done' : fresh === null || fresh.done === 0 ? 'open' : 'busy'}>
        <strong>
          {fresh === null ? t('removal.fresh') : t('removal.freshOf', { done: fresh.done, total: fresh.total })}
        </strong>
        <span>
          {done
            ? t('removal.freshDone')
            : `${t('removal.freshBody')}${removal.left ? ` ${t('removal.left', { count: removal.left })}` : ''}`}
        </span>
      </li>
    </ol>
  );
}
