/** The door: passkey first; else the passphrase of somebody whose device key is in this browser. */

import { Anchor, Checkbox } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import type { Door } from '../model.ts';
import { ahead } from '../parts/ahead.ts';
import { DoorFrame } from '../parts/door-frame.tsx';
import { LanguageSwitch } from '../parts/language.tsx';
import { Asked } from '../parts/states.tsx';
import { Unlock } from '../parts/unlock.tsx';
import { useAct, useAsk, useWorld } from '../parts/world.tsx';

export function SignIn() {
  const { t } = useTranslation();
  const door = useAsk(['door'], (world) => world.door());
  useEffect(() => {
    ahead.work();
  }, []);
  return (
    <DoorFrame title={t('door.title')} lead={t('door.lead')}>
      <Asked query={door} loading={t('state.loading')}>
        {(known) => <Ways door={known} />}
      </Asked>
    </DoorFrame>
  );
}

function Ways({ door }: { readonly door: Door }) {
  const { t } = useTranslation();
  const world = useWorld();
  const queries = useQueryClient();
  const again = () => queries.invalidateQueries({ queryKey: ['door'] });
  const share = useAct((to, shared: boolean) => to.setShared(shared), again);
  const only = door.devices.length === 1 ? door.devices[0] : undefined;
  return (
    <>
      {door.devices.length === 0 && !door.passkeys ? (
        <div>
          <p>{t('door.nothing')}</p>
          <p className="kk-dim">{t('door.nothingBody')}</p>
        </div>
      ) : null}
      <Unlock door={door} label={t('door.passkey')} open={(key) => world.signIn(key)} />
      <div className="kk-foot">
        <Checkbox
          checked={door.shared}
          onChange={(event) => share.mutate(event.target.checked)}
          label={t('door.shared')}
          description={t('door.sharedHint')}
        />
        <div style={{ display: 'flex', justifyContent: 'space-between', alignItems: 'center' }}>
          <LanguageSwitch />
          {only ? (
            <Anchor
              component="button"
              type="button"
              size="sm"
              title={t('door.forgetBody')}
              onClick={() => void world.forgetDevice(only.device).then(again)}
            >
              {t('door.forget')}
            </Anchor>
          ) : null}
        </div>
      </div>
    </>
  );
}
