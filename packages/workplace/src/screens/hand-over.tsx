/** Hands the patient who is there to a substitute who is called in. */

import type { PersonId } from '@ketenkluis/base';
import { Button, Textarea } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Dossier, PoolPlace } from '../model.ts';
import { Dialog } from '../parts/dialog.tsx';
import { useSay } from '../parts/say.ts';
import { Asked, Empty } from '../parts/states.tsx';
import { Fault } from '../parts/sure.tsx';
import { useWords } from '../parts/words.ts';
import { useAct, useAsk } from '../parts/world.tsx';
import './care.css';

export function HandOver({ dossier }: { readonly dossier: Dossier }) {
  const { t } = useTranslation();
  const [opened, setOpened] = useState(false);
  return (
    <>
      <Button variant="default" onClick={() => setOpened(true)}>
        {t('handed.open')}
      </Button>
      <Dialog opened={opened} close={() => setOpened(false)} title={t('handed.openTitle', { name: dossier.name })}>
        <Choosing dossier={dossier} close={() => setOpened(false)} />
      </Dialog>
    </>
  );
}

interface ChoosingProps {
  readonly dossier: Dossier;
  readonly close: () => void;
}

function Choosing({ dossier, close }: ChoosingProps) {
  const { t } = useTranslation();
  const query = useAsk(['places'], (world) => world.urgent!.places());
  return (
    <Asked query={query} loading={t('urgent.loading')}>
      {(found) => {
        const here = found.filter(({ called }) => called !== null);
        return here.length === 0 ? (
          <Empty title={t('handed.nobody')}>
            <Link to="/waarneming">{t('handed.toCall')}</Link>
          </Empty>
        ) : (
          <Form dossier={dossier} places={here} close={close} />
        );
      }}
    </Asked>
  );
}

function Form({ dossier, places, close }: ChoosingProps & { readonly places: readonly PoolPlace[] }) {
  const { t } = useTranslation();
  const say = useSay();
  const words = useWords();
  const [to, setTo] = useState<PersonId | null>(places.length === 1 ? places[0]!.person : null);
  const [reason, setReason] = useState('');
  const hand = useAct(
    (world, person: PersonId) => world.urgent!.handOver(dossier.dossier, person, reason.trim()),
    () => {
      say(t('handed.done'));
      close();
    },
  );
  return (
    <form
      className="kk-stack"
      onSubmit={(event) => {
        event.preventDefault();
        if (to !== null) hand.mutate(to);
      }}
    >
      <fieldset className="kk-fieldset">
        <legend>{t('handed.whom')}</legend>
        <div className="kk-choices">
          {places.map((place) => (
            <label key={place.person} className="kk-choice">
              <input
                type="radio"
                name="to"
                data-autofocus={place === places[0] || undefined}
                checked={to === place.person}
                onChange={() => setTo(place.person)}
              />
              <span>
                <strong>{place.name}</strong>
                {place.called === null ? null : (
                  <span className="kk-small">{t('urgent.untilDay', { date: words.moment(place.called.until) })}</span>
                )}
              </span>
            </label>
          ))}
        </div>
      </fieldset>
      <Textarea
        label={t('handed.reason')}
        autosize
        minRows={1}
        maxLength={500}
        value={reason}
        onChange={(event) => setReason(event.target.value)}
      />
      <p className="kk-dim">{t('handed.body')}</p>
      <Fault error={hand.error} />
      <div className="kk-buttons">
        <Button type="submit" loading={hand.isPending} disabled={to === null}>
          {t('handed.yes')}
        </Button>
        <Button variant="default" onClick={close}>
          {t('common.cancel')}
        </Button>
      </div>
    </form>
  );
}
