/** A substitute's own page: the patients of the moment, each handed over by a colleague. */

import { Button } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import type { Handed } from '../model.ts';
import { Main } from '../parts/main.tsx';
import { Heading } from '../parts/page.tsx';
import { Asked, Empty } from '../parts/states.tsx';
import { useWords } from '../parts/words.ts';
import { useAsk } from '../parts/world.tsx';
import './care.css';

export function HandedScreen() {
  const { t } = useTranslation();
  const query = useAsk(['handed'], (world) => world.urgent!.handed());
  return (
    <Main>
      <div className="kk-page">
        <div className="kk-head">
          <Heading name={t('handed.title')}>{t('handed.title')}</Heading>
          <p className="kk-lead">{t('handed.lead')}</p>
          <span className="kk-end">
            <Button variant="default" onClick={() => void query.refetch()}>
              {t('worklist.refresh')}
            </Button>
          </span>
        </div>
        <Asked query={query} loading={t('handed.loading')}>
          {(found) =>
            found.length === 0 ? <Empty title={t('handed.none')} body={t('handed.noneBody')} /> : <All handed={found} />
          }
        </Asked>
      </div>
    </Main>
  );
}

function All({ handed }: { readonly handed: readonly Handed[] }) {
  const { t } = useTranslation();
  const words = useWords();
  return (
    <section className="kk-card" aria-label={t('handed.title')}>
      <ul className="kk-list">
        {handed.map((one) => (
          <li key={one.dossier}>
            <div className="kk-row-end">
              <Link to="/dossier/$dossier" params={{ dossier: one.dossier }} className="kk-row-link">
                {one.name}
              </Link>
              <span className="kk-dim kk-small">{t('urgent.untilDay', { date: words.moment(one.until) })}</span>
            </div>
            <div className="kk-dim kk-small">
              {one.birthDate === null ? '' : `${t('dossier.born', { date: words.shortDay(one.birthDate) })}, `}
              {t('handed.by', { name: one.by })}
            </div>
            {one.reason === null ? null : <p className="kk-note">{one.reason}</p>}
          </li>
        ))}
      </ul>
    </section>
  );
}
