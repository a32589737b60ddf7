/** Substitutes: approved beforehand by owners, called in by one colleague, for a time that ends by itself. */

import { type FactId, type Instant, instant, localDate } from '@ketenkluis/base';
import { Button, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { endOfDay } from '../lib/format.ts';
import type { PoolPlace } from '../model.ts';
import { Dialog } from '../parts/dialog.tsx';
import { Tag } from '../parts/page.tsx';
import { useSay } from '../parts/say.ts';
import { Fault } from '../parts/sure.tsx';
import { useWords } from '../parts/words.ts';
import { useAct, useToday } from '../parts/world.tsx';
import { PoolChanges } from './pool-changes.tsx';

export function Places({ places, again }: { readonly places: readonly PoolPlace[]; readonly again: () => void }) {
  const { t } = useTranslation();
  const say = useSay();
  const [calling, setCalling] = useState<PoolPlace | null>(null);
  const endCall = useAct(
    (to, fact: FactId) => to.urgent!.endCall(fact),
    () => {
      say(t('urgent.stopped'));
      again();
    },
  );
  return (
    <>
      <h2 id="pools">{t('urgent.pool')}</h2>
      <p className="kk-dim">{t('urgent.poolBody')}</p>
      <Fault error={endCall.error} />
      {places.length === 0 ? (
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
              {places.map((place) => (
                <Line
                  key={place.pool}
                  place={place}
                  call={() => setCalling(place)}
                  stop={(fact) => endCall.mutate(fact)}
                  stopping={endCall.isPending}
                  again={again}
                />
              ))}
            </tbody>
          </table>
        </div>
      )}
      <Dialog opened={calling !== null} close={() => setCalling(null)} title={t('urgent.callTitle')}>
        {calling === null ? null : <Call place={calling} close={() => setCalling(null)} again={again} />}
      </Dialog>
    </>
  );
}

interface LineProps {
  readonly place: PoolPlace;
  readonly call: () => void;
  readonly stop: (fact: FactId) => void;
  readonly stopping: boolean;
  readonly again: () => void;
}

function Line({ place, call, stop, stopping, again }: LineProps) {
  const { t } = useTranslation();
  const words = useWords();
  const { called, name } = place;
  return (
    <tr>
      <th scope="row" className="kk-nowrap">
        {name}
      </th>
      <td>{place.teamName}</td>
      <td className="kk-num kk-nowrap">{t('urgent.untilDay', { date: words.dayOf(place.until) })}</td>
      <td>
        {called === null ? (
          <span className="kk-dim">{t('urgent.free')}</span>
        ) : (
          <>
            <Tag tone="good">{t('urgent.active')}</Tag>{' '}
            <span className="kk-small">{t('urgent.untilDay', { date: words.moment(called.until) })}</span>
          </>
        )}
      </td>
      <td>
        <div className="kk-buttons" style={{ gap: 6 }}>
          {!place.mayCall ? (
            <span className="kk-dim">{t('urgent.notYou')}</span>
          ) : called === null ? (
            <Button size="xs" aria-label={t('urgent.callOf', { name })} onClick={call}>
              {t('urgent.call')}
            </Button>
          ) : (
            <Button
              variant="default"
              size="xs"
              loading={stopping}
              aria-label={t('urgent.stopOf', { name })}
              onClick={() => stop(called.fact)}
            >
              {t('urgent.stop')}
            </Button>
          )}
          {place.mayChange ? <PoolChanges place={place} again={again} /> : null}
        </div>
      </td>
    </tr>
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
