/** What is due and what asks for attention: short words in calm colours; the rest is counted, never hidden. */

import type { LocalDate } from '@ketenkluis/base';
import { useTranslation } from 'react-i18next';
import type { Timed } from '../lib/due.ts';
import type { ClassBadge } from '../model.ts';
import { useWords } from '../parts/words.ts';

interface DueProps {
  readonly now: readonly Timed[];
  readonly programme: string | null;
  readonly today: LocalDate;
}

/** How many are late and how long, then which; what is only soon is said when nothing is late. */
export function DueCell({ now, programme, today }: DueProps) {
  const { t } = useTranslation();
  const words = useWords();
  const mine = programme === null ? now : now.filter((one) => one.item.programmes.includes(programme));
  const first = mine[0];
  if (!first) return <span className="kk-dim">{t('worklist.upToDate')}</span>;
  const late = mine.filter((one) => one.state === 'late');
  const shown = late.length > 0 ? late : mine;
  return (
    <div className="kk-wl-due" title={mine.map((one) => words.due(one, today)).join('\n')}>
      {late.length > 0 ? (
        <span className="kk-tag kk-num" data-tone="bad">
          {t('worklist.lateCount', { count: late.length, span: words.span(first.late) })}
        </span>
      ) : (
        <span className="kk-tag kk-num" data-tone="warn">
          {t('worklist.soonCount', { count: mine.length, date: words.near(first.item.due, today) })}
        </span>
      )}
      <span>{shown.map((one) => words.text(one.item.label)).join(', ')}</span>
    </div>
  );
}

const WEIGHT = { bad: 0, warn: 1, plain: 2, good: 3 } as const;

/** So many letters fit in the column; the rest is counted. */
const ROOM = 34;

export function ClassTags({ badges }: { readonly badges: readonly ClassBadge[] }) {
  const words = useWords();
  const ordered = [...badges].sort((a, b) => WEIGHT[a.tone] - WEIGHT[b.tone]);
  let used = 0;
  const fit = ordered.filter((badge, place) => {
    used += words.text(badge.label).length;
    return place === 0 || used <= ROOM;
  });
  const rest = ordered.slice(fit.length);
  return (
    <div className="kk-tags">
      {fit.map((badge) => (
        <span key={badge.code} className="kk-tag" data-tone={badge.tone} data-cut title={words.text(badge.label)}>
          {words.text(badge.label)}
        </span>
      ))}
      {rest.length > 0 ? (
        <span className="kk-tag" title={rest.map((badge) => words.text(badge.label)).join('\n')}>
          +{rest.length}
        </span>
      ) : null}
    </div>
  );
}
