/** Leveringen: how many of how many left, which fields, what stayed and why. P1 in numbers that a GP can check. */

import { useTranslation } from 'react-i18next';
import type { nl } from '../i18n/nl.ts';
import type { Deliveries } from '../model.ts';
import { Main } from '../parts/main.tsx';
import { Heading, Tag } from '../parts/page.tsx';
import { Asked, Confirmed, Empty, Strip } from '../parts/states.tsx';
import { useWords } from '../parts/words.ts';
import { useAsk } from '../parts/world.tsx';
import { DestructionCard } from './destruction.tsx';
import './deliveries.css';

export function DeliveriesScreen() {
  const { t } = useTranslation();
  const deliveries = useAsk(['deliveries'], (world) => world.deliveries());
  return (
    <Main>
      <div className="kk-page">
        <div className="kk-head">
          <Heading name={t('deliveries.title')}>{t('deliveries.title')}</Heading>
          <p className="kk-lead">{t('deliveries.lead')}</p>
        </div>
        <Asked query={deliveries} loading={t('deliveries.loading')}>
          {(found) =>
            found === null ? (
              <Empty title={t('deliveries.none')} body={t('deliveries.noneBody')} />
            ) : (
              <Account account={found} />
            )
          }
        </Asked>
      </div>
    </Main>
  );
}

type ReasonWord = keyof typeof nl.deliveries.reasons;

function Account({ account }: { readonly account: Deliveries }) {
  const { t, i18n } = useTranslation();
  const words = useWords();
  const share = account.patients === 0 ? 0 : (account.left / account.patients) * 100;
  const reason = (code: string) =>
    i18n.exists(`deliveries.reasons.${code}`)
      ? t(`deliveries.reasons.${code as ReasonWord}`)
      : t('deliveries.reasons.other');
  return (
    <>
      <Confirmed confirmation={account.confirmation} />
      <section className="kk-card kk-share" aria-labelledby="left">
        <h2 id="left" className="kk-big">
          {t('deliveries.left', { left: words.number(account.left), total: words.number(account.patients) })}
        </h2>
        <div className="kk-share-bar" aria-hidden="true">
          <span style={{ width: `${share}%` }} />
        </div>
        <p className="kk-dim">
          {t('deliveries.leftBody')}{' '}
          {t('deliveries.kept', {
            kept: words.number(account.fields.kept),
            dropped: words.number(account.fields.dropped),
          })}
          .
        </p>
      </section>
      <div className="kk-two">
        <section className="kk-card" aria-labelledby="programmes">
          <h2 id="programmes">{t('deliveries.byProgramme')}</h2>
          <table className="kk-table">
            <tbody>
              {account.byProgramme.map(({ programme, count }) => (
                <tr key={programme.id}>
                  <th scope="row">{words.text(programme.name)}</th>
                  <td className="kk-num kk-right">{words.number(count)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </section>
        <section className="kk-card" aria-labelledby="stayed">
          <h2 id="stayed">{t('deliveries.stayed')}</h2>
          <table className="kk-table">
            <tbody>
              {account.stayed.map((one) => (
                <tr key={one.reason}>
                  <th scope="row">{reason(one.reason)}</th>
                  <td className="kk-num kk-right">{words.number(one.count)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      </div>
      <Strip tone="plain" title={t('deliveries.never')} />
      <section className="kk-card" aria-labelledby="scopes">
        <h2 id="scopes">{t('deliveries.scopes')}</h2>
        <div className="kk-scroll">
          <table className="kk-table">
            <thead>
              <tr>
                <th scope="col" style={{ width: '24%' }}>
                  {t('looks.parts')}
                </th>
                <th scope="col">{t('deliveries.fields')}</th>
                <th scope="col" className="kk-right">
                  {t('deliveries.patients')}
                </th>
              </tr>
            </thead>
            <tbody>
              {account.scopes.map((scope) => (
                <tr key={scope.name.nl}>
                  <td>{words.text(scope.name)}</td>
                  <td>
                    <span className="kk-tags">
                      {scope.fields.map((field) => (
                        <Tag key={field.nl}>{words.text(field)}</Tag>
                      ))}
                    </span>
                  </td>
                  <td className="kk-num kk-right">{words.number(scope.patients)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </section>
      <DestructionCard requests={account.destructions} />
      <section className="kk-card" aria-labelledby="last">
        <h2 id="last">{t('deliveries.last')}</h2>
        <div className="kk-scroll">
          <table className="kk-table">
            <thead>
              <tr>
                <th scope="col">{t('deliveries.when')}</th>
                <th scope="col" className="kk-right">
                  {t('deliveries.changed')}
                </th>
                <th scope="col" className="kk-right">
                  {t('deliveries.packs')}
                </th>
                <th scope="col" className="kk-right">
                  {t('deliveries.size')}
                </th>
                <th scope="col" className="kk-right">
                  {t('deliveries.rejected')}
                </th>
              </tr>
            </thead>
            <tbody>
              {account.last.map((one) => (
                <tr key={one.number}>
                  <td>
                    <span className="kk-num">{words.moment(one.at)}</span>{' '}
                    <span className="kk-dim kk-small">{t('deliveries.number', { number: one.number })}</span>
                  </td>
                  <td className="kk-num kk-right">{words.number(one.changed)}</td>
                  <td className="kk-num kk-right">{words.number(one.packs)}</td>
                  <td className="kk-num kk-right kk-nowrap">{words.bytes(one.bytes)}</td>
                  <td className="kk-num kk-right">{words.number(one.rejected)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </section>
    </>
  );
}
