/** Emergency looks that wait until the patient was told and somebody else said whether they were in order. */

import type { DossierId } from '@ketenkluis/base';
import { Button, Textarea } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Finding, Review } from '../model.ts';
import { Dialog } from '../parts/dialog.tsx';
import { useSay } from '../parts/say.ts';
import { Fault } from '../parts/sure.tsx';
import { useWords } from '../parts/words.ts';
import { useAct } from '../parts/world.tsx';
import { ToldLine } from './told.tsx';

interface ReviewsProps {
  readonly reviews: readonly Review[];
  readonly again: () => void;
  /** For who reads the log of any dossier. */
  readonly toLog?: (dossier: DossierId) => void;
}

export function Reviews({ reviews, again, toLog }: ReviewsProps) {
  const { t } = useTranslation();
  if (reviews.length === 0) return <p className="kk-dim">{t('urgent.noReviews')}</p>;
  return (
    <ul className="kk-list">
      {reviews.map((one) => (
        <One key={one.id} review={one} again={again} {...(toLog === undefined ? {} : { toLog })} />
      ))}
    </ul>
  );
}

type OneProps = Omit<ReviewsProps, 'reviews'> & { readonly review: Review };

function One({ review, again, toLog }: OneProps) {
  const { t } = useTranslation();
  const { t: o } = useTranslation('oversight');
  const words = useWords();
  const say = useSay();
  const queries = useQueryClient();
  const [opened, setOpened] = useState(false);
  const [text, setText] = useState('');
  const [finding, setFinding] = useState<Finding | null>(null);
  const close = useAct(
    (to, { found, said }: { readonly found: Finding; readonly said: string }) =>
      to.urgent!.closeReview(review.id, found, said),
    () => {
      setOpened(false);
      say(t('urgent.reviewed'));
      void queries.invalidateQueries({ queryKey: ['reviews-open'] });
      again();
    },
  );
  const patient = review.patient ?? (toLog === undefined ? t('urgent.unnamed') : review.dossier);
  return (
    <li className="kk-stack">
      <div className="kk-row-end">
        <strong>{t('urgent.opened', { who: review.who, patient })}</strong>
        <span className="kk-dim kk-small kk-num">{words.moment(review.at)}</span>
      </div>
      <p className="kk-note">{review.reason === null ? t('urgent.noReason') : `“${review.reason}”`}</p>
      <ToldLine review={review} patient={patient} />
      <div className="kk-buttons" style={{ alignItems: 'center' }}>
        {review.mine ? (
          <span className="kk-dim">{t('urgent.notOwn')}</span>
        ) : review.told === null ? (
          <span className="kk-dim">{t('told.first')}</span>
        ) : (
          <Button size="xs" aria-label={`${t('urgent.review')}: ${patient}`} onClick={() => setOpened(true)}>
            {t('urgent.review')}
          </Button>
        )}
        {toLog === undefined ? null : (
          <Button
            size="xs"
            variant="default"
            aria-label={o('officer.toLogOf', { number: review.dossier })}
            onClick={() => toLog(review.dossier)}
          >
            {o('officer.toLog')}
          </Button>
        )}
        {review.patient === null ? null : (
          <Link to="/dossier/$dossier" params={{ dossier: review.dossier }} className="kk-small">
            {t('referrals.toDossier')}
          </Link>
        )}
      </div>
      <Dialog opened={opened} close={() => setOpened(false)} title={t('urgent.reviewTitle')}>
        <form
          className="kk-stack"
          onSubmit={(event) => {
            event.preventDefault();
            if (finding !== null && text.trim() !== '') close.mutate({ found: finding, said: text.trim() });
          }}
        >
          <p>{t('urgent.reviewBody', { who: review.who, patient })}</p>
          <fieldset className="kk-fieldset">
            <legend>{t('urgent.finding')}</legend>
            <div className="kk-choices">
              {(['in-order', 'not-in-order'] as const).map((one) => (
                <label key={one} className="kk-choice">
                  <input type="radio" name="finding" checked={finding === one} onChange={() => setFinding(one)} />
                  <strong>{t(`urgent.findings.${one}`)}</strong>
                </label>
              ))}
            </div>
          </fieldset>
          <Textarea
            label={t('urgent.reviewWords')}
            autosize
            minRows={3}
            maxLength={2000}
            value={text}
            onChange={(event) => setText(event.target.value)}
          />
          <Fault error={close.error} />
          <div className="kk-buttons">
            <Button type="submit" loading={close.isPending} disabled={finding === null || text.trim() === ''}>
              {t('urgent.reviewYes')}
            </Button>
            <Button variant="default" onClick={() => setOpened(false)}>
              {t('common.cancel')}
            </Button>
          </div>
        </form>
      </Dialog>
    </li>
  );
}
