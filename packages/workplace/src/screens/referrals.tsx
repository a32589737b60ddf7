/** "Verwijzingen": every referral with its state; what waits for somebody stands first. The partner sees its own side. */

import { Button, SegmentedControl } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { POSED } from '../i18n/petitions.ts';
import { byTurn, isOver } from '../lib/referrals.ts';
import type { Progress, ReferralRow, Workplace } from '../model.ts';
import { StateTag } from '../parts/letter.tsx';
import { Main } from '../parts/main.tsx';
import { Heading, Tag } from '../parts/page.tsx';
import { Asked, Empty, Strip, useErrorText } from '../parts/states.tsx';
import { useWords } from '../parts/words.ts';
import { useAsk, useSession } from '../parts/world.tsx';
import { Ended } from './ended.tsx';
import './care.css';

interface Shown {
  readonly rows: readonly ReferralRow[];
  readonly away: readonly { readonly practice: string; readonly error: unknown }[];
  readonly posed: number;
}
async function shownOf(world: Workplace, ours: boolean, progress: (progress: Progress) => void): Promise<Shown> {
  if (ours) {
    const { referrals, away, posed } = await world.received!.list(progress);
    return { rows: referrals, away, posed };
  }
  return { rows: await world.referrals!.list(progress), away: [], posed: 0 };
}

export function ReferralsScreen() {
  const { t } = useTranslation();
  const session = useSession();
  const ours = session.stage === 'open' && session.me.partner;
  const queries = useQueryClient();
  const [progress, setProgress] = useState<Progress | null>(null);
  const query = useAsk(['referrals'], (world) => shownOf(world, ours, setProgress), { keep: true });
  const title = t(ours ? 'received.title' : 'referrals.title');
  const loading =
    progress === null
      ? t('referrals.loading')
      : t('referrals.loadingOf', { done: progress.done, total: progress.total });
  return (
    <Main>
      <div className="kk-page">
        <div className="kk-head">
          <Heading name={title}>{title}</Heading>
          <p className="kk-lead">{t(ours ? 'received.lead' : 'referrals.lead')}</p>
          <span className="kk-end kk-buttons">
            {ours ? <Link to="/verstuurd">{t('sent.title')}</Link> : null}
            <Button
              variant="default"
              onClick={() => {
                setProgress(null);
                void queries.resetQueries({ queryKey: ['referrals'] });
              }}
            >
              {t('worklist.refresh')}
            </Button>
          </span>
        </div>
        <Asked query={query} loading={loading}>
          {(shown) => <All shown={shown} ours={ours} />}
        </Asked>
      </div>
    </Main>
  );
}

function All({ shown, ours }: { readonly shown: Shown; readonly ours: boolean }) {
  const { t } = useTranslation();
  const { t: e } = useTranslation('ended');
  const errorText = useErrorText();
  const words = useWords();
  const [which, setWhich] = useState<'open' | 'all'>('open');
  const rows = byTurn(shown.rows.filter((row) => which === 'all' || !isOver(row.state)));
  return (
    <>
      {shown.away.map((one) => (
        <Strip
          key={one.practice}
          tone="warn"
          title={t('received.away', { practice: one.practice })}
          body={errorText(one.error)}
        />
      ))}
      {shown.posed > 0 ? (
        <Strip
          name="posed"
          tone="warn"
          title={`${words.text(POSED.waits)}: ${shown.posed}`}
          end={<Link to="/verzoeken">{words.text(POSED.title)}</Link>}
        />
      ) : null}
      {shown.rows.length === 0 ? (
        <Empty
          title={t(ours ? 'received.none' : 'referrals.none')}
          body={t(ours ? 'received.noneBody' : 'referrals.noneBody')}
        >
          {ours && which === 'open' ? (
            <Button variant="default" onClick={() => setWhich('all')}>
              {e('title')}
            </Button>
          ) : null}
        </Empty>
      ) : (
        <section className="kk-card" aria-label={t('referrals.title')}>
          <div className="kk-card-head">
            <SegmentedControl
              aria-label={t('referrals.which')}
              size="sm"
              value={which}
              onChange={(value) => setWhich(value === 'all' ? 'all' : 'open')}
              data={[
                { value: 'open', label: t('referrals.open') },
                { value: 'all', label: t('referrals.all') },
              ]}
            />
            <span className="kk-dim kk-small" role="status">
              {t('referrals.count', { count: rows.length })}
            </span>
          </div>
          {rows.length === 0 ? <p className="kk-dim">{t('referrals.noOpen')}</p> : <Table rows={rows} ours={ours} />}
        </section>
      )}
      {ours && which === 'all' ? <Ended running={new Set(shown.rows.map(({ id }) => id))} /> : null}
    </>
  );
}

function Table({ rows, ours }: { readonly rows: readonly ReferralRow[]; readonly ours: boolean }) {
  const { t } = useTranslation();
  const words = useWords();
  return (
    <div className="kk-scroll">
      <table className="kk-table">
        <thead>
          <tr>
            <th scope="col">{t('referrals.patient')}</th>
            <th scope="col">{t(ours ? 'received.practice' : 'referrals.partner')}</th>
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
                <Link to="/verwijzingen/$referral" params={{ referral: row.id }} className="kk-row-link">
                  {row.patient}
                </Link>
                {row.birthDate === null ? null : (
                  <div className="kk-dim kk-small kk-num">{words.shortDay(row.birthDate)}</div>
                )}
              </th>
              <td>{row.other}</td>
              <td>{words.text(row.activity)}</td>
              <td>
                <span className="kk-tags">
                  <StateTag state={row.state} />
                  {row.waiting > 0 ? (
                    <Tag tone="bad">{ours ? t('received.new') : t('referrals.new', { count: row.waiting })}</Tag>
                  ) : null}
                </span>
              </td>
              <td className="kk-num kk-nowrap">{words.dayOf(row.sent)}</td>
              <td className="kk-num kk-nowrap">{words.dayOf(row.until)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
