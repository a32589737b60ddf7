/** Substitutes from an approved pool, and emergencies that somebody must look back on. */

import { useTranslation } from 'react-i18next';
import { AdminNav } from '../parts/admin-nav.tsx';
import { Main } from '../parts/main.tsx';
import { Heading } from '../parts/page.tsx';
import { Asked } from '../parts/states.tsx';
import { useAsk } from '../parts/world.tsx';
import { Places } from './pools.tsx';
import { Reviews } from './reviews.tsx';
import './care.css';

export function UrgentScreen() {
  const { t } = useTranslation();
  const pools = useAsk(['pools'], (world) => world.urgent!.places());
  const reviews = useAsk(['reviews'], (world) => world.urgent!.reviews());
  return (
    <Main>
      <div className="kk-page">
        <AdminNav />
        <div className="kk-head">
          <Heading name={t('urgent.title')}>{t('urgent.title')}</Heading>
        </div>
        <section className="kk-card" aria-labelledby="reviews">
          <h2 id="reviews">{t('urgent.reviews')}</h2>
          <Asked query={reviews} loading={t('urgent.reviewsLoading')}>
            {(found) => <Reviews reviews={found} again={() => void reviews.refetch()} />}
          </Asked>
        </section>
        <section className="kk-card" aria-labelledby="pools">
          <Asked query={pools} loading={t('urgent.loading')}>
            {(found) => <Places places={found} again={() => void pools.refetch()} />}
          </Asked>
        </section>
      </div>
    </Main>
  );
}
