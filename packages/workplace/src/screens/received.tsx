/** One referral from the partner's side: the letter, yes or no, only the parts that were given, and the message back. */

import type { FactId } from '@ketenkluis/base';
import { Button, Tabs, Textarea } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { workplaceError } from '../errors.ts';
import { isOver } from '../lib/referrals.ts';
import type { Dossier, Received, ReferralRow } from '../model.ts';
import { Dialog } from '../parts/dialog.tsx';
import { LetterCard, Message, StateTag } from '../parts/letter.tsx';
import { Heading } from '../parts/page.tsx';
import { useSay } from '../parts/say.ts';
import { Asked, Strip } from '../parts/states.tsx';
import { Fault } from '../parts/sure.tsx';
import { useWords } from '../parts/words.ts';
import { useAct, useAsk } from '../parts/world.tsx';
import { Record } from './dossier.tsx';
import { putRow } from './referral.tsx';
import { ReportForm } from './report.tsx';

export function ReceivedOne({ id }: { readonly id: FactId }) {
  const { t } = useTranslation();
  const { t: e } = useTranslation('ended');
  const query = useAsk(['received', id], (world) => world.received!.open(id));
  const copy = (
    <Link to="/verstuurd/$referral" params={{ referral: id }}>
      {e('toCopy')}
    </Link>
  );
  return (
    <Asked query={query} loading={t('referrals.opening')} heading={t('referrals.one')} denied={copy}>
      {(received) => <Whole received={received} />}
    </Asked>
  );
}

export function useReceived(id: FactId) {
  const queries = useQueryClient();
  return (next: Received) => {
    queries.setQueryData(['received', id], next);
    putRow(queries, next.row);
  };
}

function Whole({ received }: { readonly received: Received }) {
  const { t } = useTranslation();
  const { row, letter, dossier, messages } = received;
  const over = isOver(row.state) || row.state === 'declined';
  return (
    <>
      <div className="kk-head">
        <Heading name={t('referrals.one')}>{row.patient}</Heading>
        <span>
          {row.other} <StateTag state={row.state} />
        </span>
      </div>
      {over ? (
        <Strip
          name="ended"
          tone="plain"
          title={t('received.ended')}
          body={t('received.endedBody', { practice: row.other })}
        />
      ) : null}
      {dossier === null || over ? (
        <div className="kk-two-wide">
          <div className="kk-stack">
            {row.state === 'sent' ? <Answer id={row.id} practice={row.other} /> : null}
            <Messages messages={messages} />
          </div>
          <LetterCard letter={letter} />
        </div>
      ) : (
        <Running received={received} dossier={dossier} />
      )}
    </>
  );
}

const Messages = ({ messages }: Pick<Received, 'messages'>) =>
  messages.map((message) => <Message key={message.handle} message={message} />);

/** What was given first; the message back has a page of its own, so that neither hides the other. */
function Running({ received, dossier }: { readonly received: Received; readonly dossier: Dossier }) {
  const { t } = useTranslation();
  const words = useWords();
  const { row, letter, messages } = received;
  const [tab, setTab] = useState<string | null>('record');
  return (
    <Tabs value={tab} onChange={setTab} keepMounted>
      <Tabs.List aria-label={t('dossier.parts')}>
        <Tabs.Tab value="record">{t('received.record')}</Tabs.Tab>
        <Tabs.Tab value="report">{t('report.title')}</Tabs.Tab>
      </Tabs.List>
      <Tabs.Panel value="record">
        <div className="kk-stack" style={{ paddingTop: 16 }}>
          <LetterCard letter={letter} />
          <Strip
            tone="plain"
            title={t('received.only')}
            body={t('received.onlyBody', { practice: row.other, date: words.dayOf(row.until) })}
          />
        </div>
        <Record dossier={dossier} outside />
      </Tabs.Panel>
      <Tabs.Panel value="report">
        <div className="kk-two-wide" style={{ paddingTop: 16 }}>
          <ReportForm received={received} />
          <div className="kk-stack">
            <Messages messages={messages} />
          </div>
        </div>
      </Tabs.Panel>
    </Tabs>
  );
}

/** After a no the letter here is an old one: the page asks what stands now, and the list drops the row. */
export function useRefused(id: FactId) {
  const queries = useQueryClient();
  return (error: unknown) => {
    if (!workplaceError.is(error, 'denied')) return;
    queries.setQueryData<{ rows: readonly ReferralRow[] }>(
      ['referrals'],
      (old) => old && { ...old, rows: old.rows.filter((row) => row.id !== id) },
    );
    void queries.resetQueries({ queryKey: ['received', id] });
  };
}

function Answer({ id, practice }: { readonly id: FactId; readonly practice: string }) {
  const { t } = useTranslation();
  const say = useSay();
  const put = useReceived(id);
  const refused = useRefused(id);
  const [declining, setDeclining] = useState(false);
  const [reason, setReason] = useState('');
  const accept = useAct(
    (to, _: undefined) => to.received!.accept(id),
    (next) => {
      say(t('received.accepted'));
      put(next);
    },
  );
  const decline = useAct(
    (to, text: string) => to.received!.decline(id, text),
    (next) => {
      setDeclining(false);
      say(t('received.declined', { practice }));
      put(next);
    },
  );
  return (
    <section className="kk-card kk-stack" aria-labelledby="answer">
      <h2 id="answer" style={{ margin: 0 }}>
        {t('received.answer')}
      </h2>
      <p className="kk-dim">{t('received.answerBody')}</p>
      <Fault error={accept.error} />
      <div className="kk-buttons">
        <Button loading={accept.isPending} onClick={() => accept.mutate(undefined, { onError: refused })}>
          {t('received.accept')}
        </Button>
        <Button variant="default" onClick={() => setDeclining(true)}>
          {t('received.decline')}
        </Button>
      </div>
      <Dialog opened={declining} close={() => setDeclining(false)} title={t('received.declineTitle')}>
        <div className="kk-stack">
          <Textarea
            label={t('received.reason')}
            data-autofocus
            autosize
            minRows={2}
            maxLength={2000}
            value={reason}
            onChange={(event) => setReason(event.target.value)}
          />
          <p className="kk-dim">{t('received.declineBody', { practice })}</p>
          <Fault error={decline.error} />
          <div className="kk-buttons">
            <Button
              loading={decline.isPending}
              disabled={reason.trim() === ''}
              onClick={() => decline.mutate(reason.trim(), { onError: refused })}
            >
              {t('received.declineYes')}
            </Button>
            <Button variant="default" onClick={() => setDeclining(false)}>
              {t('common.cancel')}
            </Button>
          </div>
        </div>
      </Dialog>
    </section>
  );
}
