/** What practices and their patients ask of an organisation that they refer to (docs/spec/petition.md, docs/spec/destruction.md). */

import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { POSED, verdictOf, WORK } from '../i18n/petitions.ts';
import type { PetitionVerdict, PosedRequest, PosedRequests } from '../model.ts';
import { Answered, type Choice, Choices, DecideForm, Due, PetitionsPage, Shelves } from '../parts/petition.tsx';
import { useSay } from '../parts/say.ts';
import { Empty, Strip } from '../parts/states.tsx';
import { useWords } from '../parts/words.ts';
import { useAct, useAsk } from '../parts/world.tsx';
import './care.css';

export function PosedScreen() {
  const query = useAsk(['posed'], (world) => world.petitions!.posed());
  return (
    <PetitionsPage title={POSED.title} lead={POSED.lead} loading={POSED.loading} query={query}>
      {(found) => <List found={found} />}
    </PetitionsPage>
  );
}

function List({ found: { requests, away } }: { readonly found: PosedRequests }) {
  const words = useWords();
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
      <Shelves all={requests} waits={({ answer }) => answer === null}>
        {(one) => <One key={one.id} one={one} />}
      </Shelves>
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
        <Due
          due={due}
          late={late}
          me={whom?.me === true}
          mine={whom?.alone ? POSED.ownAlone : WORK.own}
          of={`${one.practice}, ${what}`}
          reply={() => setOpened(true)}
        />
      ) : null}
      <Answered
        answer={answer}
        verdict={({ verdict }) => {
          if (isName) return verdictOf('name', verdict, words.text(POSED.we));
          return verdict === 'done' ? POSED.destroyed : POSED.mayNot;
        }}
      />
      <Answer one={one} opened={opened} close={() => setOpened(false)} />
    </li>
  );
}

interface AnswerProps {
  readonly one: PosedRequest;
  readonly opened: boolean;
  readonly close: () => void;
}

function Answer({ one, opened, close }: AnswerProps) {
  const words = useWords();
  const say = useSay();
  const queries = useQueryClient();
  const [verdict, setVerdict] = useState<PetitionVerdict | null>(null);
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
  const choices: readonly Choice<PetitionVerdict>[] = isName
    ? [
        { value: 'given', label: words.text(WORK.give), disabled: one.whom?.name === null },
        { value: 'refused', label: words.text(WORK.refuse) },
      ]
    : [
        { value: 'done', label: words.text(POSED.destroyed), disabled: held },
        { value: 'refused', label: words.text(POSED.mayNot) },
      ];
  return (
    <DecideForm
      title={WORK.reply}
      opened={opened}
      close={close}
      why={isName ? WORK.why : POSED.why}
      last={WORK.final}
      send={WORK.send}
      ready={verdict !== null}
      sending={send.isPending}
      error={send.error}
      onSend={(text) => verdict !== null && send.mutate({ verdict, text })}
    >
      <p>{words.text(isName ? WORK.weigh : POSED.destroyedBody)}</p>
      <Choices label={words.text(WORK.decide)} of={choices} chosen={verdict} choose={setVerdict} />
      {held ? <p className="kk-dim">{words.text(POSED.notOwner)}</p> : null}
    </DecideForm>
  );
}
