/** A referral letter and the messages under it, the same on both sides. */

import { type ReactNode, useId } from 'react';
import { useTranslation } from 'react-i18next';
import type { Letter, ReferralMessage, ReferralState, Tone } from '../model.ts';
import { Tag } from './page.tsx';
import { useWords } from './words.ts';
import { useToday } from './world.tsx';

const TONES: Readonly<Record<ReferralState, Tone>> = {
  sent: 'plain',
  accepted: 'good',
  declined: 'bad',
  reported: 'warn',
  'taken-over': 'good',
  closed: 'plain',
  withdrawn: 'plain',
  overdue: 'plain',
};

export function StateTag({ state }: { readonly state: ReferralState }) {
  const { t } = useTranslation();
  return <Tag tone={TONES[state]}>{t(`referrals.state.${state}`)}</Tag>;
}

interface LetterProps {
  readonly letter: Letter;
  /** Under a heading of the same level. */
  readonly under?: boolean;
  readonly children?: ReactNode;
}

export function LetterCard({ letter, under = false, children }: LetterProps) {
  const heading = useId();
  const { t } = useTranslation();
  const words = useWords();
  const today = useToday();
  const { by } = letter;
  return (
    <section className="kk-card" {...(under ? {} : { 'aria-labelledby': heading })}>
      {under ? <h3 id={heading}>{t('referrals.letter')}</h3> : <h2 id={heading}>{t('referrals.letter')}</h2>}
      <p className="kk-note">{letter.question === '' ? t('referrals.noQuestion') : letter.question}</p>
      <dl className="kk-terms">
        <dt>{t('referrals.patient')}</dt>
        <dd>
          {letter.patient}
          {letter.birthDate === null
            ? ''
            : `, ${t('dossier.born', { date: words.shortDay(letter.birthDate) })}, ${t('common.years', { age: words.age(letter.birthDate, today) })}`}
          {letter.gender === null ? '' : `, ${t(`dossier.${letter.gender}`)}`}
        </dd>
        <dt>{t('referrals.by')}</dt>
        <dd>
          {by.name}, {words.lower(by.role)}, {by.practice}
        </dd>
        <dt>{t('referrals.activity')}</dt>
        <dd>
          {words.text(letter.activity)} ({words.text(letter.programme)})
        </dd>
        <dt>{t('referrals.sees')}</dt>
        <dd>{letter.parts.map((part) => words.text(part)).join(', ')}</dd>
        <dt>{t('referrals.until')}</dt>
        <dd>{words.dayOf(letter.until)}</dd>
      </dl>
      {children}
    </section>
  );
}

const LINES = ['s', 'o', 'e', 'p'] as const;

interface MessageProps {
  readonly message: ReferralMessage;
  /** Under a heading of the same level. */
  readonly under?: boolean;
  readonly children?: ReactNode;
}

export function Message({ message, under = false, children }: MessageProps) {
  const Kind = under ? 'h3' : 'h2';
  const { t } = useTranslation();
  const words = useWords();
  const { soep, values } = message;
  return (
    <article className="kk-card kk-stack" aria-label={t(`referrals.kind.${message.kind}`)}>
      <div className="kk-card-head" style={{ margin: 0 }}>
        <Kind className="message-kind">{t(`referrals.kind.${message.kind}`)}</Kind>
        <span className="kk-dim kk-small">
          {t('notes.by', { name: message.mine ? t('common.you') : message.by, date: words.moment(message.at) })}
        </span>
      </div>
      {message.text === '' ? null : <p className="kk-note">{message.text}</p>}
      {soep === null ? null : (
        <dl className="kk-terms kk-soep">
          {LINES.filter((line) => soep[line].trim() !== '').map((line) => (
            <div key={line}>
              <dt>
                <abbr title={t(`soep.${line}`)}>{line.toUpperCase()}</abbr>
              </dt>
              <dd className="kk-note">{soep[line]}</dd>
            </div>
          ))}
        </dl>
      )}
      {values.length === 0 ? null : (
        <div className="kk-scroll">
          <table className="kk-table">
            <thead>
              <tr>
                <th scope="col">{t('soep.what')}</th>
                <th scope="col" className="kk-right">
                  {t('dossier.value')}
                </th>
                <th scope="col">{t('dossier.unit')}</th>
                <th scope="col">{t('soep.nhg')}</th>
                <th scope="col">{t('dossier.date')}</th>
              </tr>
            </thead>
            <tbody>
              {values.map((value) => (
                <tr key={`${value.label.nl} ${value.date}`}>
                  <th scope="row">{words.text(value.label)}</th>
                  <td className="kk-num kk-right">{value.value}</td>
                  <td>{value.unit ?? ''}</td>
                  <td className="kk-num">{value.nhg ?? t('soep.noNhg')}</td>
                  <td className="kk-num kk-nowrap">{words.shortDay(value.date)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {message.last ? <p className="kk-dim kk-small">{t('referrals.last')}</p> : null}
      {children}
    </article>
  );
}
