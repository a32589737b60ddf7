/** The privacy officer's own page: emergencies that wait for a review, and who looked at one dossier. It opens no dossier. */

import { type DossierId, isId, localDate } from '@ketenkluis/base';
import { Button, NativeSelect, TextInput } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Look, Looks } from '../model.ts';
import { Main } from '../parts/main.tsx';
import { Heading } from '../parts/page.tsx';
import { Asked, Empty } from '../parts/states.tsx';
import { useAsk, useWorld } from '../parts/world.tsx';
import { LookTable, Verdict } from './looks.tsx';
import { Reviews } from './reviews.tsx';
import { Take } from './take.tsx';
import './care.css';
import './oversight.css';

/** The number alone, or an address that ends in it. */
const numberIn = (typed: string): DossierId | null => {
  const found = typed.trim().split('/').at(-1) ?? '';
  return isId('dossier', found) ? found : null;
};

export function OversightScreen() {
  const { t } = useTranslation();
  const { t: o } = useTranslation('oversight');
  const world = useWorld();
  const reviews = useAsk(['reviews'], (world) => world.urgent!.reviews());
  const [typed, setTyped] = useState('');
  const [bad, setBad] = useState(false);
  const [asked, setAsked] = useState<DossierId | null>(null);
  const ask = (text: string) => {
    const number = numberIn(text);
    setTyped(number ?? text);
    setBad(number === null);
    setAsked(number);
  };
  return (
    <Main>
      <div className="kk-page">
        <div className="kk-head">
          <Heading name={o('officer.title')}>{o('officer.title')}</Heading>
          <p className="kk-lead">{o('officer.lead')}</p>
          <div className="kk-buttons kk-end">
            {world.control === null ? null : <Link to="/controle">{o('officer.toControl')}</Link>}
            {world.petitions === null ? null : <Link to="/verzoeken">{t('nav.petitions')}</Link>}
            {world.overviews === null ? null : <Link to="/wie-keek">{t('nav.seen')}</Link>}
          </div>
        </div>
        <section className="kk-card" aria-labelledby="reviews">
          <h2 id="reviews">{o('officer.reviews')}</h2>
          <Asked query={reviews} loading={t('urgent.reviewsLoading')}>
            {(found) => <Reviews reviews={found} again={() => void reviews.refetch()} toLog={ask} />}
          </Asked>
        </section>
        <section className="kk-card" aria-labelledby="who">
          <h2 id="who">{o('officer.ask')}</h2>
          <form
            className="kk-stack"
            onSubmit={(event) => {
              event.preventDefault();
              ask(typed);
            }}
          >
            <div className="kk-ask">
              <TextInput
                label={o('officer.number')}
                description={o('officer.numberHint')}
                autoComplete="off"
                spellCheck={false}
                maxLength={200}
                value={typed}
                error={bad ? o('officer.badNumber') : undefined}
                onChange={(event) => {
                  setTyped(event.target.value);
                  setBad(false);
                }}
              />
              <Button type="submit" disabled={typed.trim() === ''}>
                {o('officer.show')}
              </Button>
            </div>
            <p className="kk-dim kk-small">{o('officer.logged')}</p>
          </form>
        </section>
        {asked === null ? null : <Log key={asked} dossier={asked} />}
      </div>
    </Main>
  );
}

function Log({ dossier }: { readonly dossier: DossierId }) {
  const { t } = useTranslation();
  const { t: o } = useTranslation('oversight');
  const query = useAsk(['overseen', dossier], (world) => world.oversight!.looks(dossier));
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  return (
    <section className="kk-stack" aria-labelledby="log">
      <div className="kk-row-end">
        <h2 id="log" ref={heading} tabIndex={-1}>
          {o('officer.of', { number: dossier })}
        </h2>
        <Button size="xs" variant="default" onClick={() => void query.refetch()}>
          {o('officer.again')}
        </Button>
      </div>
      <Asked query={query} loading={o('officer.loading')}>
        {(looks) =>
          looks.lines.length === 0 ? (
            <>
              <Verdict looks={looks} />
              <Empty title={t('looks.none')} />
            </>
          ) : (
            <>
              <Take dossier={dossier} />
              <Filtered looks={looks} />
            </>
          )
        }
      </Asked>
    </section>
  );
}

/** All lines are here and proved; the filters only hide. */
function Filtered({ looks }: { readonly looks: Looks }) {
  const { t } = useTranslation();
  const { t: o } = useTranslation('oversight');
  const [from, setFrom] = useState('');
  const [until, setUntil] = useState('');
  const [who, setWho] = useState('');
  const nameOf = (look: Look) => look.who?.name ?? o('officer.unknown');
  const names = [...new Set(looks.lines.map(nameOf))].sort((a, b) => a.localeCompare(b, 'nl'));
  const lines = looks.lines.filter((look) => {
    const day = localDate(look.at);
    return (from === '' || day >= from) && (until === '' || day <= until) && (who === '' || nameOf(look) === who);
  });
  const clear = () => {
    setFrom('');
    setUntil('');
    setWho('');
  };
  return (
    <>
      <Verdict looks={looks} />
      <div className="kk-filters">
        <TextInput
          type="date"
          label={o('officer.from')}
          value={from}
          onChange={(event) => setFrom(event.target.value)}
        />
        <TextInput
          type="date"
          label={o('officer.until')}
          value={until}
          onChange={(event) => setUntil(event.target.value)}
        />
        <NativeSelect
          label={o('officer.who')}
          value={who}
          onChange={(event) => setWho(event.target.value)}
          data={[{ value: '', label: o('officer.everybody') }, ...names.map((name) => ({ value: name, label: name }))]}
        />
        <p className="kk-dim kk-small" role="status">
          {o('officer.shown', { shown: lines.length, all: looks.lines.length })}
        </p>
      </div>
      {lines.length === 0 ? (
        <Empty title={o('officer.nothing')} body={o('officer.nothingBody')}>
          <Button variant="default" onClick={clear}>
            {o('officer.clear')}
          </Button>
        </Empty>
      ) : (
        <LookTable looks={looks} lines={lines} wordsTitle={t('access.why')} words={(look) => <Said look={look} />} />
      )}
    </>
  );
}

function Said({ look }: { readonly look: Look }) {
  const { t: o } = useTranslation('oversight');
  const { said } = look;
  if (said === null) return null;
  return (
    <div className="kk-why">
      <span>{said.purpose}</span>
      {said.reason === null ? null : <span>{o('officer.reason', { reason: said.reason })}</span>}
      {said.search === null ? null : <span>{o('officer.search', { search: said.search })}</span>}
    </div>
  );
}
