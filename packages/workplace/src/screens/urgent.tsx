/** Substitutes from an approved pool, and emergencies that somebody must look back on. */

import { addDays, type FactId, type Instant, instant, localDate } from '@ketenkluis/base';
import { Button, NativeSelect, Textarea, TextInput } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { endOfDay } from '../lib/format.ts';
import type { PoolPlace, Pools, Review } from '../model.ts';
import { AdminNav } from '../parts/admin-nav.tsx';
import { Dialog } from '../parts/dialog.tsx';
import { Main } from '../parts/main.tsx';
import { Heading, Tag } from '../parts/page.tsx';
import { useSay } from '../parts/say.ts';
import { Asked } from '../parts/states.tsx';
import { Fault, Sure } from '../parts/sure.tsx';
import { useWords } from '../parts/words.ts';
import { useAct, useAsk, useToday } from '../parts/world.tsx';
import './care.css';

export function UrgentScreen() {
  const { t } = useTranslation();
  const pools = useAsk(['pools'], (world) => world.urgent!.pools());
  const reviews = useAsk(['reviews'], (world) => world.urgent!.reviews());
  return (
    <Main>
      <div className="kk-page">
        <AdminNav />
        <div className="kk-head">
          <Heading name={t('urgent.title')}>{t('urgent.title')}</Heading>
        </div>
        <section className="kk-card" aria-labelledby="reviews">
          <h2 id="reviews">{t('urgent.reviews')}</h2>
          <Asked query={reviews} loading={t('urgent.reviewsLoading')}>
            {(found) => <Reviews reviews={found} again={() => void reviews.refetch()} />}
          </Asked>
        </section>
        <section className="kk-card" aria-labelledby="pools">
          <Asked query={pools} loading={t('urgent.loading')}>
            {(found) => <Places pools={found} again={() => void pools.refetch()} />}
          </Asked>
        </section>
      </div>
    </Main>
  );
}

function Reviews({ reviews, again }: { readonly reviews: readonly Review[]; readonly again: () => void }) {
  const { t } = useTranslation();
  if (reviews.length === 0) return <p className="kk-dim">{t('urgent.noReviews')}</p>;
  return (
    <ul className="kk-list">
      {reviews.map((one) => (
        <One key={one.id} review={one} again={again} />
      ))}
    </ul>
  );
}

function One({ review, again }: { readonly review: Review; readonly again: () => void }) {
  const { t } = useTranslation();
  const words = useWords();
  const say = useSay();
  const queries = useQueryClient();
  const [opened, setOpened] = useState(false);
  const [text, setText] = useState('');
  const close = useAct(
    (to, said: string) => to.urgent!.closeReview(review.id, said),
    () => {
      setOpened(false);
      say(t('urgent.reviewed'));
      void queries.invalidateQueries({ queryKey: ['reviews-open'] });
      again();
    },
  );
  const patient = review.patient ?? t('urgent.unnamed');
  return (
    <li className="kk-stack">
      <div className="kk-row-end">
        <strong>{t('urgent.opened', { who: review.who, patient })}</strong>
        <span className="kk-dim kk-small kk-num">{words.moment(review.at)}</span>
      </div>
      <p className="kk-note">{review.reason === null ? t('urgent.noReason') : `“${review.reason}”`}</p>
      <div className="kk-buttons">
        <Button size="xs" aria-label={`${t('urgent.review')}: ${patient}`} onClick={() => setOpened(true)}>
          {t('urgent.review')}
        </Button>
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
            if (text.trim() !== '') close.mutate(text.trim());
          }}
        >
          <p>{t('urgent.reviewBody', { who: review.who, patient })}</p>
          <Textarea
            label={t('urgent.reviewWords')}
            data-autofocus
            autosize
            minRows={3}
            maxLength={2000}
            value={text}
            onChange={(event) => setText(event.target.value)}
          />
          <Fault error={close.error} />
          <div className="kk-buttons">
            <Button type="submit" loading={close.isPending} disabled={text.trim() === ''}>
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

function Places({ pools, again }: { readonly pools: Pools; readonly again: () => void }) {
  const { t } = useTranslation();
  const words = useWords();
  const say = useSay();
  const [calling, setCalling] = useState<PoolPlace | null>(null);
  const [adding, setAdding] = useState(false);
  const [ending, setEnding] = useState<PoolPlace | null>(null);
  const endCall = useAct(
    (to, fact: FactId) => to.urgent!.endCall(fact),
    () => {
      say(t('urgent.stopped'));
      again();
    },
  );
  const endPool = useAct(
    (to, pool: FactId) => to.urgent!.endPool(pool),
    () => {
      setEnding(null);
      say(t('urgent.left'));
      again();
    },
  );
  return (
    <>
      <div className="kk-card-head">
        <h2 id="pools">{t('urgent.pool')}</h2>
        {pools.mayChange ? (
          <Button variant="default" onClick={() => setAdding(true)}>
            {t('urgent.add')}
          </Button>
        ) : null}
      </div>
      <p className="kk-dim">{t('urgent.poolBody')}</p>
      <Fault error={endCall.error} />
      {pools.places.length === 0 ? (
        <p role="status">{t('urgent.noPool')}</p>
      ) : (
        <div className="kk-scroll">
          <table className="kk-table">
            <thead>
              <tr>
                <th scope="col">{t('team.name')}</th>
                <th scope="col">{t('urgent.team')}</th>
                <th scope="col">{t('urgent.approved')}</th>
                <th scope="col">{t('urgent.now')}</th>
                <th scope="col">{t('urgent.do')}</th>
              </tr>
            </thead>
            <tbody>
              {pools.places.map((place) => (
                <tr key={place.pool}>
                  <th scope="row" className="kk-nowrap">
                    {place.name}
                  </th>
                  <td>{place.teamName}</td>
                  <td className="kk-num kk-nowrap">{t('urgent.untilDay', { date: words.dayOf(place.until) })}</td>
                  <td>
                    {place.called === null ? (
                      <span className="kk-dim">{t('urgent.free')}</span>
                    ) : (
                      <>
                        <Tag tone="good">{t('urgent.active')}</Tag>{' '}
                        <span className="kk-small">
                          {t('urgent.activeBody', { by: place.called.by, date: words.moment(place.called.until) })}
                        </span>
                      </>
                    )}
                  </td>
                  <td>
                    <span className="kk-buttons">
                      {place.called !== null ? (
                        <Button
                          variant="default"
                          size="xs"
                          loading={endCall.isPending}
                          aria-label={t('urgent.stopOf', { name: place.name })}
                          onClick={() => place.called && endCall.mutate(place.called.fact)}
                        >
                          {t('urgent.stop')}
                        </Button>
                      ) : place.mayCall ? (
                        <Button
                          size="xs"
                          aria-label={t('urgent.callOf', { name: place.name })}
                          onClick={() => setCalling(place)}
                        >
                          {t('urgent.call')}
                        </Button>
                      ) : null}
                      {pools.mayChange ? (
                        <Button
                          variant="default"
                          size="xs"
                          aria-label={t('urgent.leaveOf', { name: place.name })}
                          onClick={() => setEnding(place)}
                        >
                          {t('urgent.leave')}
                        </Button>
                      ) : null}
                    </span>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      <Dialog opened={calling !== null} close={() => setCalling(null)} title={t('urgent.callTitle')}>
        {calling === null ? null : <Call place={calling} close={() => setCalling(null)} again={again} />}
      </Dialog>
      <Dialog opened={adding} close={() => setAdding(false)} title={t('urgent.add')}>
        <AddPlace pools={pools} close={() => setAdding(false)} again={again} />
      </Dialog>
      <Sure
        opened={ending !== null}
        close={() => setEnding(null)}
        title={t('urgent.leaveSure', { name: ending?.name ?? '' })}
        yes={t('urgent.leaveYes')}
        act={{
          isPending: endPool.isPending,
          error: endPool.error,
          mutate: () => ending && endPool.mutate(ending.pool),
        }}
      >
        <p>{t('urgent.leaveBody')}</p>
      </Sure>
    </>
  );
}

interface CallProps {
  readonly place: PoolPlace;
  readonly close: () => void;
  readonly again: () => void;
}

function Call({ place, close, again }: CallProps) {
  const { t } = useTranslation();
  const say = useSay();
  const today = useToday();
  const [day, setDay] = useState<string>(today);
  const last = localDate(place.until);
  const fits = day >= today && day <= last;
  const until: Instant | null = fits ? instant(Math.min(endOfDay(day), place.until)) : null;
  const call = useAct(
    (to, moment: Instant) => to.urgent!.call(place.pool, moment),
    () => {
      say(t('urgent.called', { name: place.name }));
      again();
      close();
    },
  );
  return (
    <form
      className="kk-stack"
      onSubmit={(event) => {
        event.preventDefault();
        if (until !== null) call.mutate(until);
      }}
    >
      <p>{t('urgent.callBody', { name: place.name, team: place.teamName })}</p>
      <TextInput
        label={t('urgent.until')}
        type="date"
        data-autofocus
        min={today}
        max={last}
        value={day}
        error={fits ? undefined : t('urgent.badDay')}
        onChange={(event) => setDay(event.target.value)}
      />
      <Fault error={call.error} />
      <div className="kk-buttons">
        <Button type="submit" loading={call.isPending} disabled={until === null}>
          {t('urgent.callYes', { name: place.name })}
        </Button>
        <Button variant="default" onClick={close}>
          {t('common.cancel')}
        </Button>
      </div>
    </form>
  );
}

interface AddProps {
  readonly pools: Pools;
  readonly close: () => void;
  readonly again: () => void;
}

function AddPlace({ pools, close, again }: AddProps) {
  const { t } = useTranslation();
  const say = useSay();
  const today = useToday();
  const queries = useQueryClient();
  const [person, setPerson] = useState('');
  const [team, setTeam] = useState<string>(pools.teams[0]?.team ?? '');
  const [day, setDay] = useState<string>(addDays(today, 180));
  const chosen = pools.people.find((one) => one.person === person);
  const into = pools.teams.find((one) => one.team === team);
  const fits = day > today && day <= addDays(today, 366);
  const propose = useAct(
    (to, place: Parameters<NonNullable<typeof to.urgent>['propose']>[0]) => to.urgent!.propose(place),
    (done) => {
      say(t(done === 'admitted' ? 'urgent.added' : 'urgent.proposed'));
      void queries.invalidateQueries({ queryKey: ['people'] });
      again();
      close();
    },
  );
  return (
    <form
      className="kk-stack"
      onSubmit={(event) => {
        event.preventDefault();
        if (!chosen || !into || !fits) return;
        propose.mutate({ team: into.team, person: chosen.person, until: endOfDay(day) });
      }}
    >
      <p>{t('urgent.addBody')}</p>
      <NativeSelect
        label={t('urgent.who')}
        data-autofocus
        value={person}
        onChange={(event) => setPerson(event.target.value)}
        data={[
          { value: '', label: '' },
          ...pools.people.map((one) => ({ value: one.person as string, label: one.name })),
        ]}
      />
      <NativeSelect
        label={t('urgent.forTeam')}
        value={team}
        onChange={(event) => setTeam(event.target.value)}
        data={pools.teams.map((one) => ({ value: one.team as string, label: one.name }))}
      />
      <TextInput
        label={t('urgent.approvedUntil')}
        type="date"
        min={addDays(today, 1)}
        max={addDays(today, 366)}
        value={day}
        error={fits ? undefined : t('urgent.badDay')}
        onChange={(event) => setDay(event.target.value)}
      />
      <p className="kk-dim">{t('urgent.second')}</p>
      <Fault error={propose.error} />
      <div className="kk-buttons">
        <Button type="submit" loading={propose.isPending} disabled={!chosen || !into || !fits}>
          {t('urgent.addYes')}
        </Button>
        <Button variant="default" onClick={close}>
          {t('common.cancel')}
        </Button>
      </div>
    </form>
  );
}
