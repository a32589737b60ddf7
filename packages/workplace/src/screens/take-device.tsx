/** `#/apparaat/<link>`: the link's keys go into this browser's key store, the link leaves the address bar, the passphrase opens. */

import { Button } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useNavigate, useParams } from '@tanstack/react-router';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { DoorDevice } from '../model.ts';
import { ahead } from '../parts/ahead.ts';
import { DoorFrame } from '../parts/door-frame.tsx';
import { Loading } from '../parts/states.tsx';
import { Unlock } from '../parts/unlock.tsx';
import { useWorld } from '../parts/world.tsx';

export function TakeDeviceScreen() {
  const { t } = useTranslation();
  const world = useWorld();
  const navigate = useNavigate();
  const queries = useQueryClient();
  const { _splat: link } = useParams({ from: '/apparaat/$' });
  const [device, setDevice] = useState<DoorDevice | 'bad' | null>(null);
  const taken = useRef(false);

  useEffect(() => {
    if (link === undefined || link === '') {
      // A reload after the link was used: its key is in the store already, and the door knows it.
      if (!taken.current) setDevice('bad');
      return;
    }
    taken.current = true;
    void navigate({ to: '/apparaat/$', params: { _splat: '' }, replace: true });
    void (async () => {
      try {
        await world.leave();
        setDevice(await world.takeDevice(link));
      } catch {
        setDevice('bad');
      }
    })();
  }, [link, world, navigate]);

  useEffect(() => {
    ahead.work();
  }, []);

  const work = async () => {
    queries.clear();
    await navigate({ to: '/', replace: true });
  };
  if (device === 'bad') {
    return (
      <DoorFrame title={t('take.title')}>
        <div>
          <p>{t('take.bad')}</p>
          <p className="kk-dim">{t('take.badBody')}</p>
        </div>
        <Button variant="default" onClick={() => void work()}>
          {t('door.title')}
        </Button>
      </DoorFrame>
    );
  }
  return (
    <DoorFrame title={t('take.title')} lead={t('take.lead')}>
      {device === null ? (
        <Loading label={t('state.loading')} rows={2} />
      ) : (
        <Unlock
          passphraseOnly
          door={{ devices: [device], passkeys: false, shared: false }}
          label={t('door.open')}
          open={async (key) => {
            await world.signIn(key);
            await work();
          }}
        />
      )}
    </DoorFrame>
  );
}
