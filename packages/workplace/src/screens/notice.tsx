/**
 * The letter to a patient whose emergency summary was opened. Made from what is on this screen and printed from it: nothing of it is
 * sent or kept, and its address names the look, not the patient.
 */

import { Button, Textarea, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { Link, useNavigate, useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { longDay, longMoment } from '../lib/format.ts';
import { printDeclared } from '../lib/print.ts';
import type { Review } from '../model.ts';
import { Dialog } from '../parts/dialog.tsx';
import { Main } from '../parts/main.tsx';
import { Heading } from '../parts/page.tsx';
import { Asked, Empty, Strip, useErrorText } from '../parts/states.tsx';
import { useWords } from '../parts/words.ts';
import { useAsk, useSession, useToday, useWorld } from '../parts/world.tsx';
import { Tell } from './told.tsx';
import './care.css';
import './notice.css';

export function NoticeScreen() {
  const { t } = useTranslation();
  const { review } = useParams({ from: '/waarneming/$review/brief' });
  const reviews = useAsk(['reviews'], (world) => world.urgent!.reviews());
  return (
    <Main>
      <div className="kk-page">
        <div className="kk-head kk-screen-only">
          <Heading name={t('notice.title')}>{t('notice.title')}</Heading>
          <p className="kk-lead">{t('notice.lead')}</p>
        </div>
        <Asked query={reviews} loading={t('notice.loading')}>
          {(found) => {
            const one = found.find(({ id }) => id === review);
            return one === undefined ? (
              <Empty title={t('notice.gone')} body={t('notice.goneBody')}>
                <Link to="/waarneming">{t('notice.back')}</Link>
              </Empty>
            ) : (
              <Notice review={one} />
            );
          }}
        </Asked>
      </div>
    </Main>
  );
}

type Tongue = 'nl' | 'en';

function Notice({ review }: { readonly review: Review }) {
  const { t } = useTranslation();
  const words = useWords();
  const navigate = useNavigate();
  const [name, setName] = useState(spoken(review.patient ?? ''));
  const [why, setWhy] = useState(review.reason ?? '');
  const [tongue, setTongue] = useState<Tongue>('nl');
  const [sent, setSent] = useState(false);
  const world = useWorld();
  const errorText = useErrorText();
  const print = useMutation({ mutationFn: () => printDeclared(() => world.take!.declarePrint(review.dossier)) });
  const ready = name.trim() !== '' && why.trim() !== '';
  return (
    <div className="kk-two-wide kk-notice">
      <Paper review={review} name={name.trim()} why={why.trim()} tongue={tongue} />
      <section className="kk-card kk-stack kk-screen-only" aria-labelledby="form">
        <h2 id="form">{t('notice.form')}</h2>
        <TextInput
          label={t('notice.name')}
          value={name}
          maxLength={200}
          autoComplete="off"
          onChange={(event) => setName(event.target.value)}
        />
        <Textarea
          label={t('notice.why')}
          description={t('notice.whyHint')}
          autosize
          minRows={3}
          maxLength={2000}
          value={why}
          onChange={(event) => setWhy(event.target.value)}
        />
        {/* Dutch is always here; English only where the screen speaks it. */}
        {words.language === 'nl' ? null : (
          <fieldset className="kk-fieldset">
            <legend>{t('notice.language')}</legend>
            <div className="kk-choices">
              {(['nl', 'en'] as const).map((one) => (
                <label key={one} className="kk-choice">
                  <input type="radio" name="tongue" checked={tongue === one} onChange={() => setTongue(one)} />
                  <strong>{t(one === 'nl' ? 'notice.dutch' : 'notice.english')}</strong>
                </label>
              ))}
            </div>
          </fieldset>
        )}
        <p className="kk-dim kk-small">{t('notice.stays')}</p>
        <div className="kk-buttons">
          <Button disabled={!ready} loading={print.isPending} onClick={() => print.mutate()}>
            {t('notice.print')}
          </Button>
          <Button variant="default" onClick={() => setSent(true)}>
            {t('told.do')}
          </Button>
        </div>
        {print.error === null ? null : (
          <div role="alert">
            <Strip name="not-printed" tone="bad" title={t('notice.notPrinted')} body={errorText(print.error)} />
          </div>
        )}
        <Link to="/waarneming" className="kk-small">
          {t('notice.back')}
        </Link>
      </section>
      <Dialog opened={sent} close={() => setSent(false)} title={t('told.title')}>
        {sent ? (
          <Tell
            review={review}
            patient={review.patient ?? t('urgent.unnamed')}
            first="letter"
            close={() => setSent(false)}
            done={() => void navigate({ to: '/waarneming' })}
          />
        ) : null}
      </Dialog>
    </div>
  );
}

interface PaperProps {
  readonly review: Review;
  readonly name: string;
  readonly why: string;
  readonly tongue: Tongue;
}

function Paper({ review, name, why, tongue }: PaperProps) {
  const { t, i18n } = useTranslation();
  const session = useSession();
  const today = useToday();
  const say = i18n.getFixedT(tongue);
  const date = longMoment(review.at, tongue);
  const me = session.stage === 'open' ? session.me : null;
  const role = review.role === null ? null : review.role[tongue];
  return (
    <article className="kk-card kk-paper" lang={tongue} aria-label={t('notice.paper')}>
      <p className="kk-paper-from">{me?.practice ?? ''}</p>
      <p>{name}</p>
      <p>{longDay(today, tongue)}</p>
      <h2>{say('letter.subject')}</h2>
      <p>{say('letter.dear', { name })}</p>
      <p>{role === null ? say('letter.whatNoRole', { date }) : say('letter.what', { date, role: inside(role) })}</p>
      <p>{say('letter.normal')}</p>
      <h3>{say('letter.partTitle')}</h3>
      <p>{say('letter.part')}</p>
      <h3>{say('letter.whyTitle')}</h3>
      <p className="kk-note">{why}</p>
      <h3>{say('letter.nextTitle')}</h3>
      <p>{say('letter.next')}</p>
      <p>{say('letter.questions')}</p>
      <p>{say('letter.greeting')}</p>
      <p>
        {me?.name ?? ''}
        <br />
        {me === null ? '' : me.role[tongue]}, {me?.practice ?? ''}
      </p>
    </article>
  );
}

/** A list says "Boer, Gerrit"; a letter says it as people do. */
const spoken = (name: string): string => {
  const [family = '', given, ...more] = name.split(', ');
  return given === undefined || more.length > 0 ? name : `${given} ${family}`;
};
/** In the middle of a sentence; abbreviations keep their capitals. */
const inside = (role: string): string =>
  /^\p{Lu}\p{Ll}/u.test(role) ? `${role[0]!.toLowerCase()}${role.slice(1)}` : role;
