/** A long list, shown piece by piece: thousands of lines stay quick, and none is left out. */

import { Button } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';

/** The first `step` of a list, and a button for as many again; null where all is shown. */
export function useFew<T>(all: readonly T[], step: number): { readonly shown: readonly T[]; readonly more: ReactNode } {
  const { t } = useTranslation();
  const [count, setCount] = useState(step);
  const left = all.length - count;
  return {
    shown: left > 0 ? all.slice(0, count) : all,
    more:
      left <= 0 ? null : (
        <div className="kk-buttons">
          <Button variant="default" size="xs" onClick={() => setCount(count + step)}>
            {t('few.more', { count: Math.min(step, left) })}
          </Button>
          <span className="kk-dim kk-small" role="status">
            {t('few.shown', { shown: count, total: all.length })}
          </span>
        </div>
      ),
  };
}
