/** "Wat wij stuurden": a partner's own copies, from its own vault, of running referrals and of those that are over. */

import { Button } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { SentCopy, SentList, SentReferral, Tone } from '../model.ts';
import { Left } from '../parts/icons.tsx';
import { LetterCard, Message } from '../parts/letter.tsx';
import { Main } from '../parts/main.tsx';
import { Heading, Tag } from '../parts/page.tsx';
import { useSay } from '../parts/say.ts';
import { Asked, Empty, Strip } from '../parts/states.tsx';
import { Fault, Sure } from '../parts/sure.tsx';
import { useWords } from '../parts/words.ts';
import { useAct, useAsk } from '../parts/world.tsx';
import './care.css';

export const SENT = ['sent'] as const;
const TONES: Readonly<Record<SentReferral['state'], Tone>> = { running: 'good', over: 'plain', unknown: 'warn' };

export function SentScreen() {
  const { t } = useTranslation();
  const query = useAsk([...SENT], (world) => world.received!.sent(false));
  return (
    <Main>
      <div className="kk-page">
        <div className="kk-dos-line">
          <Link to="/verwijzingen" className="kk-dos-back">
            <Left size={16} /> {t('received.title')}
          </Link>
        </div>
        <div className="kk-head">
          <Heading name={t('sent.title')}>{t('sent.title')}</Heading>
          <p className="kk-lead">{t('sent.lead')}</p>
        </div>
        <Asked query={query} loading={t('sent.loading')}>
          {(list) => <All list={list} />}
        </Asked>
      </div>
    </Main>
  );
}

export function usePut() {
  const queries = useQueryClient();
  return (next: SentList) => queries.setQueryData([...SENT], next);
}

function All({ list }: { readonly list: SentList }) {
  const { t } = useTranslation();
  const put = usePut();
  const older = useAct((to, _: undefined) => to.received!.sent(true), put);
  const { referrals, shut } = list;
  return (
    <div className="kk-stack">
      {shut > 0 ? <Strip tone="warn" title={t('sent.shut', { count: shut })} /> : null}
      {referrals.length === 0 && shut === 0 ? <Empty title={t('sent.none')} body={t('sent.noneBody')} /> : null}
      {referrals.map((one) => (
        <OfReferral key={one.id} referral={one} mayRemove={list.mayRemove} />
      ))}
      <Fault error={older.error} />
      {list.older ? (
        <div>
          <Button variant="default" loading={older.isPending} onClick={() => older.mutate(undefined)}>
            {t('sent.older')}
          </Button>
        </div>
      ) : null}
    </div>
  );
}

export function OfReferral({ referral, mayRemove }: { readonly referral: SentReferral; readonly mayRemove: boolean }) {
  const { t } = useTranslation();
  const words = useWords();
  const { t: e } = useTranslation('ended');
  const { patient, birthDate, practice, activity, from, until, state, messages, letter } = referral;
  return (
    <section className="kk-stack" aria-label={`${patient}, ${practice}`}>
      <div>
        <h2 style={{ margin: 0 }}>
          {patient} <Tag tone={TONES[state]}>{t(`sent.${state}`)}</Tag>
        </h2>
        <p className="kk-dim kk-small">
          {birthDate === null ? '' : `${t('dossier.born', { date: words.shortDay(birthDate) })}, `}
          {practice}, {words.lower(activity)}. {t('sent.dates', { from: words.dayOf(from), until: words.dayOf(until) })}
        </p>
      </div>
      {messages.map((message) => (
        <Message key={message.id} message={message} under>
          {message.sent === null ? <Strip tone="warn" title={t('sent.unsent')} body={t('sent.unsentBody')} /> : null}
          {mayRemove ? <Remove message={message} /> : null}
        </Message>
      ))}
      {letter === null ? <p className="kk-dim kk-small">{e('noLetter')}</p> : <LetterCard letter={letter} under />}
    </section>
  );
}

/** For an owner, when the time to keep it is over. */
function Remove({ message }: { readonly message: SentCopy }) {
  const { t } = useTranslation();
  const words = useWords();
  const say = useSay();
  const put = usePut();
  const [asked, setAsked] = useState(false);
  const remove = useAct(
    (to, _: undefined) => to.received!.removeSent(message.id),
    (next) => {
      setAsked(false);
      say(t('sent.removed'));
      put(next);
    },
  );
  const kind = t(`referrals.kind.${message.kind}`);
  return (
    <div>
      <Button
        variant="subtle"
        size="compact-sm"
        aria-label={t('sent.removeOf', { kind, date: words.moment(message.at) })}
        onClick={() => setAsked(true)}
      >
        {t('sent.remove')}
      </Button>
      <Sure
        opened={asked}
        close={() => setAsked(false)}
        title={t('sent.removeSure')}
        yes={t('sent.removeYes')}
        act={{ isPending: remove.isPending, error: remove.error, mutate: () => remove.mutate(undefined) }}
      >
        <p>{t('sent.removeBody')}</p>
      </Sure>
    </div>
  );
}
