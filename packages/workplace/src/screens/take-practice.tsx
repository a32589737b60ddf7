/** `#/praktijk/<link>`: this browser learns which practice it serves, so that a phone or security key can open it. */

import { Button } from '@mantine/core';
import { useNavigate, useParams } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { DoorFrame } from '../parts/door-frame.tsx';
import { Loading } from '../parts/states.tsx';
import { useWorld } from '../parts/world.tsx';

export function TakePracticeScreen() {
  const { t } = useTranslation();
  const world = useWorld();
  const navigate = useNavigate();
  const { _splat: link } = useParams({ from: '/praktijk/$' });
  const [taken, setTaken] = useState<'yes' | 'bad' | null>(null);
  useEffect(() => {
    void (async () => {
      try {
        await world.takePractice(link ?? '');
        setTaken('yes');
      } catch {
        setTaken('bad');
      }
    })();
  }, [link, world]);
  const door = () => void navigate({ to: '/', replace: true });
  return (
    <DoorFrame title={t('practice.title')} {...(taken === 'yes' ? { lead: t('practice.lead') } : {})}>
      {taken === null ? <Loading label={t('state.loading')} rows={2} /> : null}
      {taken === 'bad' ? (
        <div>
          <p>{t('practice.bad')}</p>
          <p className="kk-dim">{t('practice.badBody')}</p>
        </div>
      ) : null}
      {taken === null ? null : <Button onClick={door}>{t('practice.go')}</Button>}
    </DoorFrame>
  );
}
