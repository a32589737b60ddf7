/** The patient hears of an emergency look: how and when, or why not. It is asked until somebody says so. */

import { type LocalDate, localDate } from '@ketenkluis/base';
import { Button, Textarea, TextInput } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Review, Told } from '../model.ts';
import { Dialog } from '../parts/dialog.tsx';
import { Tag } from '../parts/page.tsx';
import { useSay } from '../parts/say.ts';
import { Fault } from '../parts/sure.tsx';
import { useWords } from '../parts/words.ts';
import { useAct, useToday } from '../parts/world.tsx';

interface Props {
  readonly review: Review;
  readonly patient: string;
}

export function ToldLine({ review, patient }: Props) {
  const { t } = useTranslation();
  const words = useWords();
  const [opened, setOpened] = useState(false);
  const { told } = review;
  return (
    <div className="kk-buttons" style={{ alignItems: 'center' }}>
      {told === null ? (
        <>
          <Tag tone="warn">{t('told.open')}</Tag>
          <Button size="xs" aria-label={t('told.doOf', { patient })} onClick={() => setOpened(true)}>
            {t('told.do')}
          </Button>
          <Link
            to="/waarneming/$review/brief"
            params={{ review: review.id }}
            className="kk-small"
            aria-label={t('told.letterOf', { patient })}
          >
            {t('told.letter')}
          </Link>
        </>
      ) : (
        <>
          <span>
            {told.how === 'not' ? t('told.said.not') : t(`told.said.${told.how}`, { date: words.day(told.on) })}{' '}
            <span className="kk-dim">{t('told.by', { who: told.who })}</span>
          </span>
          <Button
            size="xs"
            variant="default"
            aria-label={t('told.againOf', { patient })}
            onClick={() => setOpened(true)}
          >
            {t('told.again')}
          </Button>
        </>
      )}
      <Dialog opened={opened} close={() => setOpened(false)} title={t('told.title')}>
        {opened ? <Tell review={review} patient={patient} close={() => setOpened(false)} /> : null}
      </Dialog>
    </div>
  );
}

const HOW = ['letter', 'phone', 'in-person', 'not'] as const;
/** Characters of a ground that says something. */
const SAYS_SOMETHING = 10;

interface TellProps extends Props {
  readonly close: () => void;
  readonly done?: () => void;
  readonly first?: Told['how'];
}

export function Tell({ review, patient, close, done, first }: TellProps) {
  const { t } = useTranslation();
  const say = useSay();
  const queries = useQueryClient();
  const today = useToday();
  const [how, setHow] = useState<Told['how'] | null>(first ?? null);
  const [on, setOn] = useState<string>(today);
  const [text, setText] = useState('');
  const earliest = localDate(review.at);
  const not = how === 'not';
  const fits = on >= earliest && on <= today;
  const ready = how !== null && (not ? text.trim().length >= SAYS_SOMETHING : fits);
  const tell = useAct(
    (to, told: Told) => to.urgent!.tell(review.id, told, text.trim()),
    () => {
      say(t('told.done'));
      for (const key of ['reviews', 'reviews-open']) void queries.invalidateQueries({ queryKey: [key] });
      close();
      done?.();
    },
  );
  return (
    <form
      className="kk-stack"
      onSubmit={(event) => {
        event.preventDefault();
        if (how !== null && ready) tell.mutate(how === 'not' ? { how } : { how, on: on as LocalDate });
      }}
    >
      <p className="kk-dim">{t('told.body')}</p>
      <fieldset className="kk-fieldset">
        <legend>{t('told.legend', { patient })}</legend>
        <div className="kk-choices">
          {HOW.filter((one) => one !== 'not' || !review.mine).map((one) => (
            <label key={one} className="kk-choice">
              <input type="radio" name="how" checked={how === one} onChange={() => setHow(one)} />
              <strong>{t(`told.how.${one}`)}</strong>
            </label>
          ))}
        </div>
      </fieldset>
      {not ? null : (
        <TextInput
          label={t('told.on')}
          type="date"
          min={earliest}
          max={today}
          value={on}
          error={fits ? undefined : t('told.badDay')}
          onChange={(event) => setOn(event.target.value)}
        />
      )}
      <Textarea
        label={t(not ? 'told.why' : 'told.remark')}
        description={not ? t('told.whyHint') : undefined}
        autosize
        minRows={2}
        maxLength={2000}
        value={text}
        onChange={(event) => setText(event.target.value)}
      />
      <Fault error={tell.error} />
      <div className="kk-buttons">
        <Button type="submit" loading={tell.isPending} disabled={!ready}>
          {t('told.yes')}
        </Button>
        <Button variant="default" onClick={close}>
          {t('common.cancel')}
        </Button>
      </div>
    </form>
  );
}
