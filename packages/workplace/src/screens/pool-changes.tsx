/** For owners: somebody may be called in for longer, or no more. */

import { addDays, type Instant } from '@ketenkluis/base';
import { Button, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { endOfDay } from '../lib/format.ts';
import type { PoolPlace } from '../model.ts';
import { Dialog } from '../parts/dialog.tsx';
import { useSay } from '../parts/say.ts';
import { Fault, Sure } from '../parts/sure.tsx';
import { useWords } from '../parts/words.ts';
import { useAct, useToday } from '../parts/world.tsx';

/** An approval should not live longer than it is needed: a year at most. */
const LONGEST = 365;

interface Props {
  readonly place: PoolPlace;
  readonly again: () => void;
}

export function PoolChanges({ place, again }: Props) {
  const { t } = useTranslation();
  const say = useSay();
  const [which, setWhich] = useState<'longer' | 'end' | null>(null);
  const { name, teamName } = place;
  const close = () => setWhich(null);
  const end = useAct(
    (to, one: PoolPlace) => to.urgent!.endPlace(one),
    (done) => {
      say(t(done === 'ended' ? 'pool.ended' : 'pool.endedWaits', { name }));
      close();
      again();
    },
  );
  return (
    <>
      <Button variant="default" size="xs" aria-label={t('pool.longerOf', { name })} onClick={() => setWhich('longer')}>
        {t('pool.longer')}
      </Button>
      <Button variant="default" size="xs" aria-label={t('pool.endOf', { name })} onClick={() => setWhich('end')}>
        {t('pool.end')}
      </Button>
      <Dialog opened={which === 'longer'} close={close} title={t('pool.longerTitle', { name })}>
        {which === 'longer' ? <Longer place={place} again={again} close={close} /> : null}
      </Dialog>
      <Sure
        opened={which === 'end'}
        close={close}
        title={t('pool.endTitle', { name })}
        yes={t('pool.endYes')}
        act={{ isPending: end.isPending, error: end.error, mutate: () => end.mutate(place) }}
      >
        <p>{t('pool.endBody', { name, team: teamName })}</p>
        <p>{t('pool.endSeen')}</p>
      </Sure>
    </>
  );
}

function Longer({ place, again, close }: Props & { readonly close: () => void }) {
  const { t } = useTranslation();
  const words = useWords();
  const say = useSay();
  const today = useToday();
  const last = addDays(today, LONGEST);
  const [day, setDay] = useState('');
  const fits = day >= today && day <= last && endOfDay(day) > place.until;
  const extend = useAct(
    (to, until: Instant) => to.urgent!.extend(place, until),
    () => {
      say(t('pool.proposed'));
      close();
      again();
    },
  );
  return (
    <form
      className="kk-stack"
      onSubmit={(event) => {
        event.preventDefault();
        if (fits) extend.mutate(endOfDay(day));
      }}
    >
      <p>{t('pool.longerBody', { name: place.name, date: words.dayOf(place.until) })}</p>
      <TextInput
        label={t('urgent.until')}
        type="date"
        data-autofocus
        min={today}
        max={last}
        value={day}
        error={fits || day === '' ? undefined : t('pool.badDay')}
        onChange={(event) => setDay(event.target.value)}
      />
      <Fault error={extend.error} />
      <div className="kk-buttons">
        <Button type="submit" loading={extend.isPending} disabled={!fits}>
          {t('pool.longerYes')}
        </Button>
        <Button variant="default" onClick={close}>
          {t('common.cancel')}
        </Button>
      </div>
    </form>
  );
}
