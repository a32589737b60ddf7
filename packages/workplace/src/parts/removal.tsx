/** How far taking away has come: refused at once, keys for who stays, fresh keys with the next delivery. */

import { useTranslation } from 'react-i18next';
import type { Removal } from '../model.ts';
import { useWords } from './words.ts';

export function RemovalSteps({ removal }: { readonly removal: Removal }) {
  const { t } = useTranslation();
  const words = useWords();
  const { refused, rewrapped, fresh } = removal;
  const wrapped = rewrapped === null || rewrapped.done >= rewrapped.total;
  return (
    <ol className="kk-progress" aria-label={t('removal.title')}>
      <li data-state="done">
        <strong>{t('removal.refused')}</strong>
        <span>{t('removal.refusedBody', { date: words.moment(refused) })}</span>
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
      <li data-state={fresh === null ? 'open' : 'done'}>
        <strong>{t('removal.fresh')}</strong>
        <span>
          {fresh === null
            ? `${t('removal.freshBody')}${removal.left ? ` ${t('removal.left', { count: removal.left })}` : ''}`
            : t('removal.freshDone', { date: words.moment(fresh) })}
        </span>
      </li>
    </ol>
  );
}
