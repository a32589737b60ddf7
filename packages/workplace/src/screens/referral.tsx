/** One referral from the practice's side: the letter, what came back, and what ends it. */

import type { FactId } from '@ketenkluis/base';
import { isId } from '@ketenkluis/base';
import { Button } from '@mantine/core';
import { type QueryClient, useQueryClient } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { isOver } from '../lib/referrals.ts';
import { soepText } from '../lib/soep.ts';
import type { Referral, ReferralMessage, ReferralRow } from '../model.ts';
import { Left } from '../parts/icons.tsx';
import { LetterCard, Message, StateTag } from '../parts/letter.tsx';
import { Main } from '../parts/main.tsx';
import { Heading } from '../parts/page.tsx';
import { FollowedRemoval } from '../parts/removal.tsx';
import { useSay } from '../parts/say.ts';
import { Asked, Strip } from '../parts/states.tsx';
import { Fault, Sure } from '../parts/sure.tsx';
import { useWords } from '../parts/words.ts';
import { useAct, useAsk, useSession } from '../parts/world.tsx';
import { ReceivedOne } from './received.tsx';
import './care.css';

export function ReferralScreen() {
  const { t } = useTranslation();
  const session = useSession();
  const { referral } = useParams({ from: '/verwijzingen/$referral' });
  const id = isId('fact', referral) ? referral : null;
  const ours = session.stage === 'open' && session.me.partner;
  return (
    <Main>
      <div className="kk-page">
        <div className="kk-dos-line">
          <Link to="/verwijzingen" className="kk-dos-back">
            <Left size={16} /> {t(ours ? 'received.title' : 'referrals.title')}
          </Link>
        </div>
        {id === null ? null : ours ? <ReceivedOne key={id} id={id} /> : <Opened key={id} id={id} />}
      </div>
    </Main>
  );
}

/** What changed is put into the list that is in memory: listing again would open every letter anew. */
export function putRow(queries: QueryClient, row: ReferralRow): void {
  queries.setQueryData<{ rows: readonly ReferralRow[] }>(
    ['referrals'],
    (old) => old && { ...old, rows: old.rows.map((one) => (one.id === row.id ? { ...one, ...row } : one)) },
  );
  void queries.invalidateQueries({ queryKey: ['waiting'] });
}

function Opened({ id }: { readonly id: FactId }) {
  const { t } = useTranslation();
  const query = useAsk(['referral', id], (world) => world.referrals!.open(id));
  return (
    <Asked query={query} loading={t('referrals.opening')} heading={t('referrals.one')}>
      {(referral) => <Whole referral={referral} />}
    </Asked>
  );
}

function Whole({ referral }: { readonly referral: Referral }) {
  const { t } = useTranslation();
  return (
    <>
      <div className="kk-head">
        <Heading name={t('referrals.one')}>{referral.patient}</Heading>
        <span>
          {referral.other} <StateTag state={referral.state} />
        </span>
        <span className="kk-end">
          <Link to="/dossier/$dossier" params={{ dossier: referral.dossier }}>
            {t('referrals.toDossier')}
          </Link>
        </span>
      </div>
      <div className="kk-two-wide">
        <div className="kk-stack">
          {referral.messages.length === 0 && !isOver(referral.state) ? (
            <Strip tone="plain" title={t('referrals.noMessages', { partner: referral.other })} />
          ) : null}
          {referral.messages.map((message) => (
            <Message key={message.handle} message={message}>
              {message.kind === 'reported' ? <Take referral={referral} message={message} /> : null}
            </Message>
          ))}
        </div>
        <div className="kk-stack">
          {referral.letter === null ? <Past referral={referral} /> : <LetterCard letter={referral.letter} />}
          <Ends referral={referral} />
        </div>
      </div>
    </>
  );
}

/** What stays of a referral that ended before this sign-in. */
function Past({ referral }: { readonly referral: Referral }) {
  const { t } = useTranslation();
  const words = useWords();
  return (
    <section className="kk-card" aria-labelledby="past">
      <h2 id="past">{t('referrals.past')}</h2>
      <p className="kk-dim">{t('referrals.pastBody')}</p>
      <dl className="kk-terms">
        <dt>{t('referrals.partner')}</dt>
        <dd>
          {referral.other}, {words.lower(referral.activity)}
        </dd>
        <dt>{t('referrals.sent')}</dt>
        <dd>{words.dayOf(referral.sent)}</dd>
        <dt>{t('referrals.until')}</dt>
        <dd>{words.dayOf(referral.until)}</dd>
      </dl>
    </section>
  );
}

function usePut(id: FactId) {
  const queries = useQueryClient();
  return (referral: Referral) => {
    queries.setQueryData(['referral', id], referral);
    putRow(queries, rowOnly(referral));
  };
}
const rowOnly = ({ letter: _l, messages: _m, consent: _c, removal: _r, ...row }: Referral): ReferralRow => row;

function Take({ referral, message }: { readonly referral: Referral; readonly message: ReferralMessage }) {
  const { t } = useTranslation();
  const say = useSay();
  const put = usePut(referral.id);
  const [copied, setCopied] = useState(false);
  const [asked, setAsked] = useState(false);
  const copy = useAct(
    async (to, _: undefined) => {
      // The log first, then the clipboard.
      await to.referrals!.declareCopy(referral.id, message.handle);
      await navigator.clipboard.writeText(soepText(referral.other, message));
    },
    () => {
      setCopied(true);
      say(t('referrals.copied'));
    },
  );
  const take = useAct(
    (to, _: undefined) => to.referrals!.takeOver(referral.id, message.handle),
    (next) => {
      setAsked(false);
      say(t('referrals.takenOver'));
      put(next);
    },
  );
  return (
    <>
      <Fault error={copy.error} />
      <div className="kk-buttons">
        <Button variant={copied ? 'default' : 'filled'} loading={copy.isPending} onClick={() => copy.mutate(undefined)}>
          {t('referrals.copy')}
        </Button>
        <Button variant={copied ? 'filled' : 'default'} onClick={() => setAsked(true)}>
          {t('referrals.takeOver')}
        </Button>
      </div>
      <Sure
        opened={asked}
        close={() => setAsked(false)}
        title={t('referrals.takeOverSure')}
        yes={t('notes.yes')}
        act={{ isPending: take.isPending, error: take.error, mutate: () => take.mutate(undefined) }}
      >
        <p>{t('referrals.takeOverBody', { partner: referral.other })}</p>
      </Sure>
    </>
  );
}

function Ends({ referral }: { readonly referral: Referral }) {
  const { t } = useTranslation();
  const words = useWords();
  const say = useSay();
  const put = usePut(referral.id);
  const [asked, setAsked] = useState<'close' | 'withdraw' | null>(null);
  const act = useAct(
    (to, what: 'close' | 'withdraw') =>
      what === 'close' ? to.referrals!.close(referral.id) : to.referrals!.withdrawConsent(referral.id),
    (next) => {
      setAsked(null);
      say(t('referrals.ended', { partner: referral.other }));
      put(next);
    },
  );
  const partner = referral.other;
  return (
    <section className="kk-card kk-stack" aria-labelledby="ends">
      <h2 id="ends" style={{ margin: 0 }}>
        {t('referrals.access')}
      </h2>
      {isOver(referral.state) ? (
        <p>{t('referrals.over', { partner })}</p>
      ) : (
        <>
          <p>
            {referral.consent === null
              ? t('referrals.noConsent')
              : t(referral.consent.assumed ? 'referrals.assumed' : 'referrals.consent', {
                  partner,
                  from: words.dayOf(referral.consent.from),
                  until: words.dayOf(referral.consent.until),
                })}
          </p>
          <div className="kk-buttons">
            <Button variant="default" onClick={() => setAsked('close')}>
              {t('referrals.close')}
            </Button>
            <Button variant="default" onClick={() => setAsked('withdraw')}>
              {t('referrals.withdraw')}
            </Button>
          </div>
        </>
      )}
      {referral.removal === null ? null : (
        <FollowedRemoval
          removal={referral.removal}
          name={referral.id}
          ask={(world) => world.referrals!.fresh(referral.id)}
        />
      )}
      <Sure
        opened={asked !== null}
        close={() => setAsked(null)}
        title={t(asked === 'withdraw' ? 'referrals.withdrawSure' : 'referrals.closeSure', { partner })}
        yes={t(asked === 'withdraw' ? 'referrals.withdrawYes' : 'referrals.closeYes')}
        act={{ isPending: act.isPending, error: act.error, mutate: () => asked !== null && act.mutate(asked) }}
      >
        <ul className="kk-plainlist">
          <li>{t('referrals.endsNow', { partner })}</li>
          <li>{t('referrals.endsSync')}</li>
          {referral.waiting > 0 ? <li>{t('referrals.endsWaiting')}</li> : null}
          <li>
            <strong>{t('refer.seen')}</strong> {t('referrals.endsNever', { partner })}
          </li>
        </ul>
      </Sure>
    </section>
  );
}
