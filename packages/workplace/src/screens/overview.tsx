/** The care group's own page: status and counts of a practice. Nothing of it names a patient or a measurement. */

import { useTranslation } from 'react-i18next';
import type { Count, Overview } from '../model.ts';
import { Main } from '../parts/main.tsx';
import { Heading } from '../parts/page.tsx';
import { Asked, Confirmed, Empty, Strip } from '../parts/states.tsx';
import { useWords } from '../parts/words.ts';
import { useAsk } from '../parts/world.tsx';
import './overview.css';

export function OverviewScreen() {
  const { t: o } = useTranslation('oversight');
  const query = useAsk(['overview'], (world) => world.oversight!.overview());
  return (
    <Main>
      <div className="kk-page">
        <Asked query={query} loading={o('overview.loading')} heading={o('overview.title')}>
          {(found) =>
            found === null ? (
              <>
                <Heading name={o('overview.title')}>{o('overview.title')}</Heading>
                <Empty title={o('overview.none')} body={o('overview.noneBody')} />
              </>
            ) : (
              <Counts overview={found} />
            )
          }
        </Asked>
      </div>
    </Main>
  );
}

function Counts({ overview }: { readonly overview: Overview }) {
  const { t } = useTranslation();
  const { t: o } = useTranslation('oversight');
  const words = useWords();
  return (
    <>
      <div className="kk-head">
        <Heading name={o('overview.title')}>{o('overview.title')}</Heading>
        <p className="kk-lead">{o('overview.lead', { practice: overview.practice })}</p>
        <span className="kk-end kk-dim kk-small">{t('common.asOf', { date: words.day(overview.asOf) })}</span>
      </div>
      <Confirmed confirmation={overview.confirmation} />
      <Programmes overview={overview} />
      <section className="kk-card" aria-labelledby="referred">
        <h2 id="referred">{o('overview.referrals')}</h2>
        <dl className="kk-tiles">
          <Tile label={o('overview.sent')} count={overview.referrals.sent} />
          <Tile label={o('overview.answered')} count={overview.referrals.answered} />
          <Tile label={o('overview.ended')} count={overview.referrals.ended} />
        </dl>
      </section>
      <Strip tone="plain" title={o('overview.small')} body={o('overview.smallBody')} />
    </>
  );
}

function Tile({ label, count }: { readonly label: string; readonly count: Count }) {
  const said = useCount();
  return (
    <div>
      <dt>{label}</dt>
      <dd data-few={count === 'few' || undefined}>{said(count)}</dd>
    </div>
  );
}

function useCount(): (count: Count | 'close') => string {
  const { t: o } = useTranslation('oversight');
  const words = useWords();
  return (count) => (typeof count === 'number' ? words.number(count) : o(`overview.${count}`));
}

/** How long a bar is; for a count that is not told, the length of the most that it can be. */
const LEAST = 10;
function Programmes({ overview }: { readonly overview: Overview }) {
  const { t: o } = useTranslation('oversight');
  const words = useWords();
  const said = useCount();
  const most = Math.max(
    LEAST * 4,
    ...overview.programmes.flatMap(({ enrolled, active }) =>
      [enrolled, active].filter((count) => typeof count === 'number'),
    ),
  );
  const share = (count: number) => `${(count / most) * 100}%`;
  return (
    <section className="kk-card" aria-labelledby="programmes">
      <h2 id="programmes">{o('overview.programmes')}</h2>
      <div className="kk-scroll">
        <table className="kk-table">
          <thead>
            <tr>
              <th scope="col">{o('overview.programme')}</th>
              <th scope="col" className="kk-right">
                {o('overview.active')}
              </th>
              <th scope="col" className="kk-right">
                {o('overview.enrolled')}
              </th>
              <th scope="col" className="kk-chart-head">
                {o('overview.look')}
              </th>
            </tr>
          </thead>
          <tbody>
            {overview.programmes.map(({ programme, enrolled, active }) => {
              const inside = typeof enrolled === 'number' ? enrolled : 0;
              const whole = typeof active === 'number' ? active : inside;
              const name = words.text(programme.name);
              return (
                <tr key={programme.id}>
                  <th scope="row">{name}</th>
                  <td className="kk-num kk-right" data-few={typeof active !== 'number' || undefined}>
                    {said(active)}
                  </td>
                  <td className="kk-num kk-right" data-few={typeof enrolled !== 'number' || undefined}>
                    {said(enrolled)}
                  </td>
                  <td>
                    <div
                      className="kk-bars"
                      role="img"
                      aria-label={o('overview.picture', {
                        programme: name,
                        active: said(active),
                        enrolled: said(enrolled),
                      })}
                    >
                      {whole === 0 ? <span data-bar="few" style={{ width: share(LEAST) }} /> : null}
                      {whole === 0 ? null : <span data-bar="active" style={{ width: share(whole) }} />}
                      {inside === 0 ? null : <span data-bar="enrolled" style={{ width: share(inside) }} />}
                    </div>
                  </td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
      <p className="kk-key kk-dim kk-small">
        <i data-bar="enrolled" aria-hidden="true" /> {o('overview.enrolled')}
        <i data-bar="active" aria-hidden="true" /> {o('overview.active')}
        <i data-bar="few" aria-hidden="true" /> {o('overview.few')}
      </p>
      <p className="kk-dim kk-small">{o('overview.explain')}</p>
    </section>
  );
}
