/** A question to whoever is here about looks of their own, and their answer. */

import { Button, Textarea } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { QuestionSeen } from '../model.ts';
import { useSay } from '../parts/say.ts';
import { Trouble } from '../parts/states.tsx';
import { Fault } from '../parts/sure.tsx';
import { useAct, useAsk } from '../parts/world.tsx';
import { useAgain } from './control.tsx';
import { Looks, Steps } from './control-parts.tsx';

export function Questions() {
  const { t } = useTranslation();
  const query = useAsk(['control-questions'], (world) => world.control!.questions());
  if (query.error) return <Trouble error={query.error} retry={() => void query.refetch()} />;
  if (query.data === undefined) {
    return (
      <p role="status" className="kk-dim">
        {t('control.questionsLoading')} …
      </p>
    );
  }
  if (query.data.length === 0) {
    return (
      <p role="status" className="kk-dim">
        {t('control.noQuestions')}
      </p>
    );
  }
  return query.data.map((one) => <Question key={one.id} question={one} />);
}

function Question({ question }: { readonly question: QuestionSeen }) {
  const { t } = useTranslation();
  const say = useSay();
  const again = useAgain();
  const [text, setText] = useState('');
  const send = useAct(
    (to, said: string) => to.control!.answer(question.id, said),
    () => {
      setText('');
      say(t('control.answerSent'));
      again();
    },
  );
  return (
    <section className="kk-card kk-stack" aria-labelledby={`question-${question.id}`}>
      <h2 id={`question-${question.id}`}>{t('control.askedTitle')}</h2>
      <p>{t('control.asked', { by: question.by })}</p>
      <p className="kk-dim kk-small">{t('control.askedWhy')}</p>
      <Looks looks={question.looks} />
      <Steps steps={question.steps} />
      {question.waiting ? (
        <form
          className="kk-stack"
          onSubmit={(event) => {
            event.preventDefault();
            if (text.trim() !== '') send.mutate(text.trim());
          }}
        >
          <Textarea
            label={t('control.answer')}
            description={t('control.answerHint')}
            autosize
            minRows={3}
            maxLength={4000}
            value={text}
            onChange={(event) => setText(event.target.value)}
          />
          <Fault error={send.error} />
          <div className="kk-buttons">
            <Button type="submit" loading={send.isPending} disabled={text.trim() === ''}>
              {t('control.sendAnswer')}
            </Button>
          </div>
        </form>
      ) : (
        <p role="status">{t('control.answered')}</p>
      )}
    </section>
  );
}
