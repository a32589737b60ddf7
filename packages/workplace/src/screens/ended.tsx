/** A partner's ended referrals, from its own kept copies: the practice shows them no more. */

import { isId } from '@ketenkluis/base';
import { Button } from '@mantine/core';
import { Link, useParams } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import type { SentList } from '../model.ts';
import { Left } from '../parts/icons.tsx';
import { Main } from '../parts/main.tsx';
import { Heading, Tag } from '../parts/page.tsx';
import { Asked, Empty } from '../parts/states.tsx';
import { Fault } from '../parts/sure.tsx';
import { useWords } from '../parts/words.ts';
import { useAct, useAsk } from '../parts/world.tsx';
import { OfReferral, SENT, usePut } from './sent.tsx';
import './care.css';

/** Beneath the list of what runs. `running`: what stands there already. */
export function Ended({ running }: { readonly running: ReadonlySet<string> }) {
  const { t } = useTranslation();
  const { t: e } = useTranslation('ended');
  const query = useAsk([...SENT], (world) => world.received!.sent(false));
  return (
    <section className="kk-card" aria-labelledby="ended">
      <h2 id="ended">{e('title')}</h2>
      <p className="kk-dim">{e('lead')}</p>
      <Asked query={query} loading={t('sent.loading')}>
        {(list) => <Table list={list} running={running} />}
      </Asked>
    </section>
  );
}

function Table({ list, running }: { readonly list: SentList; readonly running: ReadonlySet<string> }) {
  const { t } = useTranslation();
  const { t: e } = useTranslation('ended');
  const words = useWords();
  const rows = list.referrals.filter(({ id, state }) => state !== 'running' && !running.has(id));
  return (
    <>
      {rows.length === 0 ? <p className="kk-dim">{e('none')}</p> : null}
      {rows.length === 0 ? null : (
        <div className="kk-scroll">
          <table className="kk-table">
            <thead>
              <tr>
                <th scope="col">{t('referrals.patient')}</th>
                <th scope="col">{t('received.practice')}</th>
                <th scope="col">{t('referrals.activity')}</th>
                <th scope="col">{t('referrals.stateTitle')}</th>
                <th scope="col">{t('referrals.sent')}</th>
                <th scope="col">{t('referrals.until')}</th>
              </tr>
            </thead>
            <tbody>
              {rows.map((row) => (
                <tr key={row.id}>
                  <th scope="row">
                    <Link to="/verstuurd/$referral" params={{ referral: row.id }} className="kk-row-link">
                      {row.patient}
                    </Link>
                    {row.birthDate === null ? null : (
                      <div className="kk-dim kk-small kk-num">{words.shortDay(row.birthDate)}</div>
                    )}
                  </th>
                  <td>{row.practice}</td>
                  <td>{words.text(row.activity)}</td>
                  <td>
                    <Tag>{t(`sent.${row.state}`)}</Tag>
                  </td>
                  <td className="kk-num kk-nowrap">{words.dayOf(row.from)}</td>
                  <td className="kk-num kk-nowrap">{words.dayOf(row.until)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      <Older list={list} />
    </>
  );
}

function Older({ list }: { readonly list: SentList }) {
  const { t } = useTranslation();
  const put = usePut();
  const older = useAct((to, _: undefined) => to.received!.sent(true), put);
  return (
    <>
      <Fault error={older.error} />
      {list.older ? (
        <div>
          <Button variant="default" loading={older.isPending} onClick={() => older.mutate(undefined)}>
            {t('sent.older')}
          </Button>
        </div>
      ) : null}
    </>
  );
}

/** One of them, opened from the own copies. */
export function EndedScreen() {
  const { t } = useTranslation();
  const { t: e } = useTranslation('ended');
  const { referral } = useParams({ from: '/verstuurd/$referral' });
  const id = isId('fact', referral) ? referral : null;
  const query = useAsk([...SENT], (world) => world.received!.sent(false));
  return (
    <Main>
      <div className="kk-page">
        <div className="kk-dos-line">
          <Link to="/verwijzingen" className="kk-dos-back">
            <Left size={16} /> {t('received.title')}
          </Link>
          <Link to="/verstuurd">{t('sent.title')}</Link>
        </div>
        <div className="kk-head">
          <Heading name={t('sent.title')}>{t('sent.title')}</Heading>
          <p className="kk-lead">{e('lead')}</p>
        </div>
        <Asked query={query} loading={t('sent.loading')}>
          {(list) => {
            const found = list.referrals.find((one) => one.id === id);
            return found === undefined ? (
              <Empty title={e('noCopy')} body={e('noCopyBody')}>
                <Older list={list} />
              </Empty>
            ) : (
              <OfReferral referral={found} mayRemove={list.mayRemove} />
            );
          }}
        </Asked>
      </div>
    </Main>
  );
}
