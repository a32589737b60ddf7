/** What patients ask of the practice: each with the day on which it is due, and the answer (docs/spec/petition.md). */

import { Button, TextInput } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { ABOUT, verdictOf, WORK } from '../i18n/petitions.ts';
import type { PatientRequest, PatientRequests, PetitionVerdict } from '../model.ts';
import { Answered, type Choice, Choices, DecideForm, Due, PetitionsPage, Shelves } from '../parts/petition.tsx';
import { useSay } from '../parts/say.ts';
import { Empty, Strip } from '../parts/states.tsx';
import { useWords } from '../parts/words.ts';
import { useAct, useAsk, useSession } from '../parts/world.tsx';
import { Lengthen } from './petition-longer.tsx';
import { PosedScreen } from './posed.tsx';
import './care.css';

export function PetitionsScreen() {
  const session = useSession();
  return session.stage === 'open' && session.me.partner ? <PosedScreen /> : <OwnRequests />;
}

function OwnRequests() {
  const query = useAsk(['petitions'], (world) => world.petitions!.list());
  return (
    <PetitionsPage title={WORK.title} lead={WORK.lead} loading={WORK.loading} query={query}>
      {(found) => <List found={found} />}
    </PetitionsPage>
  );
}

function List({ found: { requests, broken } }: { readonly found: PatientRequests }) {
  const words = useWords();
  return (
    <>
      {broken.length === 0 ? null : (
        <div role="alert">
          <Strip name="broken" tone="bad" title={`${words.text(WORK.broken)}: ${broken.join(', ')}`} />
        </div>
      )}
      {requests.length === 0 ? <Empty title={words.text(WORK.none)} body={words.text(WORK.noneBody)} /> : null}
      <Shelves all={requests} waits={({ waiting }) => waiting !== null}>
        {(one) => <One key={one.id} one={one} />}
      </Shelves>
    </>
  );
}

function One({ one }: { readonly one: PatientRequest }) {
  const words = useWords();
  const [opened, setOpened] = useState<'reply' | 'longer' | null>(null);
  const { waiting, answer, whom, longer } = one;
  const named = whom?.name ?? words.text(WORK.unnamed);
  const what = `${one.patient}, ${words.text(ABOUT[one.about])}`;
  const close = () => setOpened(null);
  return (
    <li className="kk-stack" data-late={waiting?.late === true}>
      <div className="kk-row-end">
        <strong>
          {one.patient}: {words.text(ABOUT[one.about])}
        </strong>
        <span className="kk-dim kk-small kk-num">{words.moment(one.at)}</span>
      </div>
      {one.text ? <p className="kk-note">“{one.text}”</p> : null}
      {whom === null ? null : (
        <p>
          {words.text(WORK.whom)}: {whom.partner === null ? named : `${words.text(WORK.somebody)} ${whom.partner}`} (
          {words.text(WORK.line)} {whom.line})
        </p>
      )}
      {whom?.partner && waiting !== null && answer === null ? (
        <p className="kk-dim">{words.text(whom.alone ? WORK.partnerAlone : WORK.partnerAsked)}</p>
      ) : null}
      {one.unread > 0 ? <p className="kk-dim">{words.text(WORK.before)}</p> : null}
      {answer?.unreadable ? (
        <Strip name="unread" tone="warn" title={words.text(WORK.unread)} body={words.text(unreadNext(one))} />
      ) : null}
      {longer === null ? null : (
        <p>
          {words.text(WORK.longer)} ({words.moment(longer.at)}): {longer.reason?.text}
        </p>
      )}
      {waiting === null || (answer?.unreadable && !one.mayUnread) ? null : (
        <Due {...waiting} me={whom?.me === true} of={what} reply={() => setOpened('reply')}>
          {one.mayExtend ? (
            <Button
              size="xs"
              variant="default"
              aria-label={`${words.text(WORK.extend)}: ${what}`}
              onClick={() => setOpened('longer')}
            >
              {words.text(WORK.extend)}
            </Button>
          ) : null}
        </Due>
      )}
      <Answered answer={answer} verdict={({ verdict }, by) => verdictOf(one.about, verdict, by)} />
      <Answer one={one} opened={opened === 'reply'} close={close} />
      <Lengthen one={one} opened={opened === 'longer'} close={close} />
    </li>
  );
}

const unreadNext = ({ answer, mayUnread }: PatientRequest) =>
  mayUnread ? (answer?.by == null ? WORK.unreadOwn : WORK.unreadPartner) : WORK.unreadCall;

interface AnswerProps {
  readonly one: PatientRequest;
  readonly opened: boolean;
  readonly close: () => void;
}

function Answer({ one, opened, close }: AnswerProps) {
  const words = useWords();
  const say = useSay();
  const queries = useQueryClient();
  const [verdict, setVerdict] = useState<PetitionVerdict | null>(null);
  const [name, setName] = useState('');
  const isName = one.whom !== null;
  // Who works elsewhere nobody here can look up.
  const typed = isName && one.whom?.partner !== null;
  const unnamed = typed && verdict === 'given' && name.trim() === '';
  const send = useAct(
    (world, said: { readonly verdict: PetitionVerdict; readonly text: string; readonly name?: string }) =>
      world.petitions!.answer(one.id, said),
    () => {
      close();
      say(words.text(WORK.sent));
      void queries.invalidateQueries({ queryKey: ['petitions'] });
      void queries.invalidateQueries({ queryKey: ['petitions-waiting'] });
    },
  );
  const choices: readonly Choice<PetitionVerdict>[] = isName
    ? [
        { value: 'given', label: words.text(WORK.give), disabled: one.whom?.name === null && !typed },
        { value: 'refused', label: words.text(WORK.refuse) },
      ]
    : [
        { value: 'done', label: words.text(WORK.done) },
        { value: 'refused', label: words.text(WORK.refused) },
      ];
  return (
    <DecideForm
      title={WORK.reply}
      opened={opened}
      close={close}
      why={WORK.why}
      last={WORK.final}
      send={WORK.send}
      ready={verdict !== null && !unnamed}
      sending={send.isPending}
      error={send.error}
      onSend={(text) => verdict !== null && send.mutate({ verdict, text, ...(typed ? { name } : {}) })}
    >
      {isName ? <p>{words.text(WORK.weigh)}</p> : null}
      <Choices label={words.text(WORK.decide)} of={choices} chosen={verdict} choose={setVerdict} />
      {verdict === 'refused' ? <p className="kk-dim kk-small">{words.text(WORK.further)}</p> : null}
      {typed && verdict === 'given' ? (
        <TextInput
          label={words.text(WORK.partnerName)}
          maxLength={200}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
      ) : null}
    </DecideForm>
  );
}
