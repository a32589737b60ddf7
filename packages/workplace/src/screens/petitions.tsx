/** What patients ask of the practice: each with the day on which it is due, and the answer (docs/spec/petition.md). */

import { Button, Radio, Textarea, TextInput } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { ABOUT, verdictOf, WORK } from '../i18n/petitions.ts';
import type { PatientRequest, PatientRequests, PetitionVerdict } from '../model.ts';
import { AdminNav } from '../parts/admin-nav.tsx';
import { Dialog } from '../parts/dialog.tsx';
import { Main } from '../parts/main.tsx';
import { Heading, Tag } from '../parts/page.tsx';
import { useSay } from '../parts/say.ts';
import { Asked, Empty, Strip } from '../parts/states.tsx';
import { Fault } from '../parts/sure.tsx';
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
  const words = useWords();
  const query = useAsk(['petitions'], (world) => world.petitions!.list());
  const title = words.text(WORK.title);
  return (
    <Main>
      <div className="kk-page">
        <AdminNav />
        <div className="kk-head">
          <Heading name={title}>{title}</Heading>
          <p className="kk-lead">{words.text(WORK.lead)}</p>
        </div>
        <Asked query={query} loading={words.text(WORK.loading)} heading={title}>
          {(found) => <List found={found} />}
        </Asked>
      </div>
    </Main>
  );
}

function List({ found: { requests, broken } }: { readonly found: PatientRequests }) {
  const words = useWords();
  const waiting = requests.filter((one) => one.waiting !== null);
  const answered = requests.filter((one) => one.waiting === null);
  const part = (id: string, title: string, all: readonly PatientRequest[]) =>
    all.length === 0 ? null : (
      <section className="kk-card" aria-labelledby={id}>
        <h2 id={id}>
          {title} ({all.length})
        </h2>
        <ul className="kk-list">
          {all.map((one) => (
            <One key={one.id} one={one} />
          ))}
        </ul>
      </section>
    );
  return (
    <>
      {broken.length === 0 ? null : (
        <div role="alert">
          <Strip name="broken" tone="bad" title={`${words.text(WORK.broken)}: ${broken.join(', ')}`} />
        </div>
      )}
      {requests.length === 0 ? <Empty title={words.text(WORK.none)} body={words.text(WORK.noneBody)} /> : null}
      {part('waiting', words.text(WORK.waiting), waiting)}
      {part('answered', words.text(WORK.answered), answered)}
    </>
  );
}

function One({ one }: { readonly one: PatientRequest }) {
  const words = useWords();
  const [opened, setOpened] = useState(false);
  const [lengthening, setLengthening] = useState(false);
  const { waiting, answer, whom, longer } = one;
  const named = whom?.name ?? words.text(WORK.unnamed);
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
      {whom?.partner && waiting !== null ? <p className="kk-dim">{words.text(WORK.partnerAsked)}</p> : null}
      {longer === null ? null : (
        <p>
          {words.text(WORK.longer)} ({words.moment(longer.at)}): {longer.reason?.text}
        </p>
      )}
      {waiting === null ? null : (
        <div className="kk-buttons" style={{ alignItems: 'center' }}>
          <span>
            {words.text(WORK.due)} <strong>{words.day(waiting.due)}</strong>{' '}
            {waiting.late ? <Tag tone="bad">{words.text(WORK.late)}</Tag> : null}
          </span>
          {whom?.me ? (
            <span className="kk-dim">{words.text(WORK.own)}</span>
          ) : (
            <Button
              size="xs"
              aria-label={`${words.text(WORK.reply)}: ${one.patient}, ${words.text(ABOUT[one.about])}`}
              onClick={() => setOpened(true)}
            >
              {words.text(WORK.reply)}
            </Button>
          )}
          {one.mayExtend && !whom?.me ? (
            <Button
              size="xs"
              variant="default"
              aria-label={`${words.text(WORK.extend)}: ${one.patient}, ${words.text(ABOUT[one.about])}`}
              onClick={() => setLengthening(true)}
            >
              {words.text(WORK.extend)}
            </Button>
          ) : null}
        </div>
      )}
      {answer?.words ? (
        <p>
          <strong>{words.text(verdictOf(one.about, answer.words.verdict, answer.by))}</strong>
          {answer.words.name === null ? '' : `: ${answer.words.name}`}. {answer.words.text}{' '}
          <span className="kk-dim kk-small">({words.moment(answer.at)})</span>
        </p>
      ) : null}
      <Answer one={one} opened={opened} close={() => setOpened(false)} />
      {lengthening ? <Lengthen one={one} close={() => setLengthening(false)} /> : null}
    </li>
  );
}

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
  const [text, setText] = useState('');
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
  const choices: readonly (readonly [PetitionVerdict, string])[] = isName
    ? [
        ['given', words.text(WORK.give)],
        ['refused', words.text(WORK.refuse)],
      ]
    : [
        ['done', words.text(WORK.done)],
        ['refused', words.text(WORK.refused)],
      ];
  return (
    <Dialog opened={opened} close={close} title={words.text(WORK.reply)}>
      <form
        className="kk-stack"
        onSubmit={(event) => {
          event.preventDefault();
          if (verdict !== null) send.mutate({ verdict, text, ...(typed ? { name } : {}) });
        }}
      >
        {isName ? <p>{words.text(WORK.weigh)}</p> : null}
        <Radio.Group
          label={words.text(WORK.decide)}
          value={verdict ?? ''}
          onChange={(value) => setVerdict(choices.find(([one]) => one === value)?.[0] ?? null)}
        >
          <div className="kk-stack">
            {choices.map(([value, label]) => (
              <Radio
                key={value}
                value={value}
                label={label}
                disabled={value === 'given' && one.whom?.name === null && !typed}
              />
            ))}
          </div>
        </Radio.Group>
        {typed && verdict === 'given' ? (
          <TextInput
            label={words.text(WORK.partnerName)}
            maxLength={200}
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
          />
        ) : null}
        <Textarea
          label={words.text(WORK.why)}
          autosize
          minRows={3}
          maxLength={4000}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
        />
        <p className="kk-dim kk-small">{words.text(WORK.final)}</p>
        <Fault error={send.error} />
        <div className="kk-buttons">
          <Button type="submit" loading={send.isPending} disabled={verdict === null || text.trim() === '' || unnamed}>
            {words.text(WORK.send)}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
