/** What practices and their patients ask of an organisation that they refer to (docs/spec/petition.md, docs/spec/destruction.md). */

import { Button, Radio, Textarea } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { POSED, verdictOf, WORK } from '../i18n/petitions.ts';
import type { PetitionVerdict, PosedRequest, PosedRequests } from '../model.ts';
import { AdminNav } from '../parts/admin-nav.tsx';
import { Dialog } from '../parts/dialog.tsx';
import { Main } from '../parts/main.tsx';
import { Heading, Tag } from '../parts/page.tsx';
import { useSay } from '../parts/say.ts';
import { Asked, Empty, Strip } from '../parts/states.tsx';
import { Fault } from '../parts/sure.tsx';
import { useWords } from '../parts/words.ts';
import { useAct, useAsk } from '../parts/world.tsx';
import './care.css';

export function PosedScreen() {
  const words = useWords();
  const query = useAsk(['posed'], (world) => world.petitions!.posed());
  const title = words.text(POSED.title);
  return (
    <Main>
      <div className="kk-page">
        <AdminNav />
        <div className="kk-head">
          <Heading name={title}>{title}</Heading>
          <p className="kk-lead">{words.text(POSED.lead)}</p>
        </div>
        <Asked query={query} loading={words.text(POSED.loading)} heading={title}>
          {(found) => <List found={found} />}
        </Asked>
      </div>
    </Main>
  );
}

function List({ found: { requests, away } }: { readonly found: PosedRequests }) {
  const words = useWords();
  const part = (id: string, title: string, all: readonly PosedRequest[]) =>
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
  const waiting = requests.filter(({ answer }) => answer === null);
  const answered = requests.filter(({ answer }) => answer !== null);
  return (
    <>
      {away.length === 0 ? null : (
        <Strip
          name="posed-away"
          tone="warn"
          title={`${words.text(POSED.away)} ${away.join(', ')}`}
          body={words.text(POSED.awayBody)}
        />
      )}
      {requests.length === 0 && away.length === 0 ? (
        <Empty title={words.text(POSED.none)} body={words.text(POSED.noneBody)} />
      ) : null}
      {part('waiting', words.text(WORK.waiting), waiting)}
      {part('answered', words.text(WORK.answered), answered)}
    </>
  );
}

function One({ one }: { readonly one: PosedRequest }) {
  const words = useWords();
  const [opened, setOpened] = useState(false);
  const { whom, kept, answer, due, late, text } = one;
  const isName = one.about === 'name';
  const what = words.text(isName ? POSED.name : POSED.erase);
  return (
    <li className="kk-stack" data-late={late}>
      <div className="kk-row-end">
        <strong>
          {one.practice}: {what}
        </strong>
        <span className="kk-dim kk-small kk-num">{words.moment(one.at)}</span>
      </div>
      <p>{words.text(isName ? POSED.nameBody : POSED.eraseBody)}</p>
      {text ? <p className="kk-note">“{text}”</p> : null}
      {whom === null ? null : (
        <p>
          {words.text(WORK.whom)}: {whom.name ?? words.text(WORK.unnamed)}
        </p>
      )}
      {kept === null ? null : (
        <p>
          {words.text(POSED.kept)}:{' '}
          {kept.copies === 0
            ? words.text(POSED.keptNone)
            : `${kept.copies} ${words.text(POSED.keptOne)}, ${kept.patient ?? words.text(POSED.unknown)}`}
        </p>
      )}
      {answer === null ? (
        <div className="kk-buttons" style={{ alignItems: 'center' }}>
          <span>
            {words.text(WORK.due)} <strong>{words.day(due)}</strong>{' '}
            {late ? <Tag tone="bad">{words.text(WORK.late)}</Tag> : null}
          </span>
          {whom?.me ? (
            <span className="kk-dim">{words.text(WORK.own)}</span>
          ) : (
            <Button
              size="xs"
              aria-label={`${words.text(WORK.reply)}: ${one.practice}, ${what}`}
              onClick={() => setOpened(true)}
            >
              {words.text(WORK.reply)}
            </Button>
          )}
        </div>
      ) : null}
      {answer?.words ? (
        <p>
          <strong>
            {isName
              ? words.text(verdictOf('name', answer.words.verdict, words.text(POSED.we)))
              : words.text(answer.words.verdict === 'done' ? POSED.destroyed : POSED.mayNot)}
          </strong>
          {answer.words.name === null ? '' : `: ${answer.words.name}`}. {answer.words.text}{' '}
          <span className="kk-dim kk-small">({words.moment(answer.at)})</span>
        </p>
      ) : null}
      {opened ? <Answer one={one} close={() => setOpened(false)} /> : null}
    </li>
  );
}

interface AnswerProps {
  readonly one: PosedRequest;
  readonly close: () => void;
}

function Answer({ one, close }: AnswerProps) {
  const words = useWords();
  const say = useSay();
  const queries = useQueryClient();
  const [verdict, setVerdict] = useState<PetitionVerdict | null>(null);
  const [text, setText] = useState('');
  const isName = one.about === 'name';
  const send = useAct(
    (world, said: { readonly verdict: PetitionVerdict; readonly text: string }) =>
      world.petitions!.answerPosed(one.id, said),
    () => {
      close();
      say(words.text(POSED.sent));
      void queries.invalidateQueries({ queryKey: ['posed'] });
    },
  );
  // What is kept here goes with the word that it is gone.
  const held = !isName && one.kept !== null && one.kept.copies > 0 && !one.kept.mayRemove;
  const choices: readonly (readonly [PetitionVerdict, string, boolean])[] = isName
    ? [
        ['given', words.text(WORK.give), one.whom?.name === null],
        ['refused', words.text(WORK.refuse), false],
      ]
    : [
        ['done', words.text(POSED.destroyed), held],
        ['refused', words.text(POSED.mayNot), false],
      ];
  return (
    <Dialog opened close={close} title={words.text(WORK.reply)}>
      <form
        className="kk-stack"
        onSubmit={(event) => {
          event.preventDefault();
          if (verdict !== null) send.mutate({ verdict, text });
        }}
      >
        <p>{words.text(isName ? WORK.weigh : POSED.destroyedBody)}</p>
        <Radio.Group
          label={words.text(WORK.decide)}
          value={verdict ?? ''}
          onChange={(value) => setVerdict(choices.find(([one]) => one === value)?.[0] ?? null)}
        >
          <div className="kk-stack">
            {choices.map(([value, label, disabled]) => (
              <Radio key={value} value={value} label={label} disabled={disabled} />
            ))}
          </div>
        </Radio.Group>
        {held ? <p className="kk-dim">{words.text(POSED.notOwner)}</p> : null}
        <Textarea
          label={words.text(isName ? WORK.why : POSED.why)}
          autosize
          minRows={3}
          maxLength={4000}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
        />
        <p className="kk-dim kk-small">{words.text(WORK.final)}</p>
        <Fault error={send.error} />
        <div className="kk-buttons">
          <Button type="submit" loading={send.isPending} disabled={verdict === null || text.trim() === ''}>
            {words.text(WORK.send)}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
