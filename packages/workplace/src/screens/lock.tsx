/** Covers everything; the screen behind it is gone, not hidden. One gesture brings the person back to the same place. */

import { Button } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { LockReason, Me } from '../model.ts';
import { DoorFrame } from '../parts/door-frame.tsx';
import { Asked } from '../parts/states.tsx';
import { Unlock } from '../parts/unlock.tsx';
import { useAsk, useWorld } from '../parts/world.tsx';

export function LockScreen({ me, why }: { readonly me: Me; readonly why: LockReason }) {
  const { t } = useTranslation();
  const world = useWorld();
  const door = useAsk(['door'], (to) => to.door());
  const waiting = useAsk(['drafts'], (to) => to.drafts()).data ?? 0;
  return (
    <DoorFrame title={t('lock.title')} lead={t(`lock.${why}`)}>
      <Asked query={door} loading={t('state.loading')}>
        {(known) => (
          <>
            <Unlock door={known} label={t('lock.back', { name: me.name })} open={(key) => world.unlock(key)} />
            <div className="kk-foot">
              <p className="kk-dim kk-small">{t('lock.backHint')}</p>
              {waiting > 0 ? <p className="kk-small">{t('leave.drafts', { count: waiting })}</p> : null}
              <Button variant="default" fullWidth onClick={() => void world.leave()}>
                {t('lock.other')}
              </Button>
            </div>
          </>
        )}
      </Asked>
    </DoorFrame>
  );
}
