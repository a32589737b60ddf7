/** One colleague: teams, what each sees by role, ways in, places as a substitute. And leaving, with what cannot be undone. */

import type { PersonId } from '@ketenkluis/base';
import { isId } from '@ketenkluis/base';
import { Button } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ColleagueAccess, Progress, Removal } from '../model.ts';
import { AdminNav } from '../parts/admin-nav.tsx';
import { Left } from '../parts/icons.tsx';
import { Main } from '../parts/main.tsx';
import { Heading, Tag } from '../parts/page.tsx';
import { FollowedRemoval, RemovalSteps } from '../parts/removal.tsx';
import { Asked, Strip } from '../parts/states.tsx';
import { Sure } from '../parts/sure.tsx';
import { useWords } from '../parts/words.ts';
import { useAct, useAsk, useWorld } from '../parts/world.tsx';
import './care.css';

export function ColleagueScreen() {
  const { t } = useTranslation();
  const { person } = useParams({ from: '/team/$person' });
  const id = isId('person', person) ? person : null;
  return (
    <Main>
      <div className="kk-page">
        <AdminNav />
        <div className="kk-dos-line">
          <Link to="/team" className="kk-dos-back">
            <Left size={16} /> {t('nav.team')}
          </Link>
        </div>
        {id === null ? null : <Opened key={id} person={id} />}
      </div>
    </Main>
  );
}

function Opened({ person }: { readonly person: PersonId }) {
  const { t } = useTranslation();
  const query = useAsk(['colleague', person], (world) => world.access!.colleague(person));
  return (
    <Asked query={query} loading={t('colleague.loading')} heading={t('colleague.title')}>
      {(found) => <Whole colleague={found} />}
    </Asked>
  );
}

function Whole({ colleague }: { readonly colleague: ColleagueAccess }) {
  const { t } = useTranslation();
  const words = useWords();
  const world = useWorld();
  return (
    <>
      <div className="kk-head">
        <Heading name={t('colleague.title')}>{colleague.name}</Heading>
        <span className="kk-lead">{words.text(colleague.role)}</span>
        {colleague.me ? <Tag>{t('team.you')}</Tag> : null}
      </div>
      <section className="kk-card" aria-labelledby="sees">
        <h2 id="sees">{t('colleague.sees')}</h2>
        {colleague.teams.length === 0 ? <p className="kk-dim">{t('colleague.noTeams')}</p> : null}
        <div className="kk-scroll">
          <table className="kk-table">
            <thead>
              <tr>
                <th scope="col">{t('colleague.team')}</th>
                <th scope="col">{t('access.what')}</th>
                <th scope="col">{t('colleague.since')}</th>
                <th scope="col">{t('access.until')}</th>
              </tr>
            </thead>
            <tbody>
              {colleague.teams.map((team) => (
                <tr key={team.team}>
                  <th scope="row">
                    <strong>{team.name}</strong>
                    {team.role === null ? null : <div className="kk-dim kk-small">{words.text(team.role)}</div>}
                  </th>
                  <td>
                    <span className="kk-tags">
                      {team.parts.map((part) => (
                        <Tag key={part.nl}>{words.text(part)}</Tag>
                      ))}
                    </span>
                  </td>
                  <td className="kk-num kk-nowrap">{words.dayOf(team.since)}</td>
                  <td className="kk-num">{team.until === null ? t('colleague.noEnd') : words.dayOf(team.until)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
        <p className="kk-dim kk-small">{t('colleague.note')}</p>
      </section>
      <section className="kk-card" aria-labelledby="rest">
        <h2 id="rest">{t('colleague.rest')}</h2>
        <dl className="kk-terms" style={{ margin: 0 }}>
          <dt>{t('colleague.unlockers')}</dt>
          <dd>{colleague.unlockers === null ? t('colleague.ownerSees') : colleague.unlockers}</dd>
          <dt>{t('colleague.places')}</dt>
          <dd>
            {colleague.places.length === 0
              ? t('colleague.noPlaces')
              : colleague.places.map((place) => (
                  <div key={`${place.name} ${place.until}`}>
                    {t('colleague.place', { team: place.name, date: words.dayOf(place.until) })}
                    {place.called === null ? '' : `; ${t('colleague.called', { date: words.moment(place.called) })}`}
                  </div>
                ))}
          </dd>
        </dl>
      </section>
      {colleague.mayEnd && world.access?.endMembership ? <Leave colleague={colleague} /> : null}
    </>
  );
}

function Leave({ colleague }: { readonly colleague: ColleagueAccess }) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const world = useWorld();
  const [asked, setAsked] = useState(false);
  const [progress, setProgress] = useState<Progress | null>(null);
  const [removal, setRemoval] = useState<Removal | null>(null);
  const { name } = colleague;
  const end = useAct(
    (to, _: undefined) => {
      setAsked(false);
      setProgress({ done: 0, total: 0 });
      return to.access!.endMembership!(colleague.person, setProgress);
    },
    (done) => {
      setProgress(null);
      setRemoval(done);
      for (const key of ['people', 'access']) void queries.invalidateQueries({ queryKey: [key], refetchType: 'none' });
    },
  );
  const shown = removal ?? (progress === null ? null : { refused: world.now(), rewrapped: progress, fresh: null });
  return (
    <section className="kk-card kk-stack" aria-labelledby="leaving">
      <h2 id="leaving" style={{ margin: 0 }}>
        {t('colleague.leaving')}
      </h2>
      {end.error ? (
        <div role="alert">
          <Strip tone="bad" title={t('colleague.failed')} body={t('colleague.failedBody')} />
        </div>
      ) : null}
      {shown === null ? (
        <>
          <p>{t('colleague.leavingBody', { name })}</p>
          <div>
            <Button variant="default" onClick={() => setAsked(true)}>
              {t('colleague.leave', { name })}
            </Button>
          </div>
        </>
      ) : (
        <div role="status">
          {removal?.refused == null || removal.waits || !world.access?.fresh ? (
            <RemovalSteps removal={shown} />
          ) : (
            <FollowedRemoval
              removal={removal}
              name={colleague.person}
              ask={(to) => to.access!.fresh!(removal.refused!)}
            />
          )}
        </div>
      )}
      <Sure
        opened={asked}
        close={() => setAsked(false)}
        title={t('colleague.sure', { name })}
        yes={t('colleague.yes')}
        act={{ isPending: end.isPending, error: null, mutate: () => end.mutate(undefined) }}
      >
        <dl className="kk-terms" style={{ margin: 0 }}>
          <dt>{t('colleague.now')}</dt>
          <dd>{t('colleague.nowBody', { name })}</dd>
          <dt>{t('colleague.next')}</dt>
          <dd>{t('colleague.nextBody')}</dd>
          <dt>{t('colleague.never')}</dt>
          <dd>{t('colleague.neverBody', { name })}</dd>
        </dl>
      </Sure>
    </section>
  );
}
