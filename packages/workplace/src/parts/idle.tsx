/**
 * Locks after silence (R24). One minute before it says so, and one key keeps the screen open (WCAG 2.2.1).
 * The vault keeps its own clock; whichever is first, locks.
 */

import { MINUTE, SECOND } from '@ketenkluis/base';
import { Button } from '@mantine/core';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Dialog } from './dialog.tsx';
import { useWorld } from './world.tsx';

export const IDLE = 15 * MINUTE;
const WARN_BEFORE = MINUTE;
const SIGNS = ['pointerdown', 'keydown', 'wheel', 'touchstart'] as const;

export function IdleGuard({ idle = IDLE }: { readonly idle?: number }) {
  const world = useWorld();
  const { t } = useTranslation();
  const [warning, setWarning] = useState(false);
  const last = useRef(world.now());

  useEffect(() => {
    const sign = () => {
      const now = world.now();
      if (now - last.current > 5 * SECOND) world.active();
      last.current = now;
    };
    for (const name of SIGNS) window.addEventListener(name, sign, { passive: true, capture: true });
    const warnBefore = Math.min(WARN_BEFORE, idle / 3);
    const watch = () => {
      const silent = world.now() - last.current;
      if (silent >= idle) world.lock('idle');
      else setWarning(silent >= idle - warnBefore);
    };
    const timer = setInterval(watch, Math.min(5 * SECOND, idle / 5));
    // A sleeping laptop stops timers; look at the clock as soon as it is awake.
    document.addEventListener('visibilitychange', watch);
    return () => {
      clearInterval(timer);
      document.removeEventListener('visibilitychange', watch);
      for (const name of SIGNS) window.removeEventListener(name, sign, { capture: true });
    };
  }, [world, idle]);

  return (
    <Dialog opened={warning} close={() => setWarning(false)} title={t('lock.soon')}>
      <Button fullWidth data-autofocus onClick={() => setWarning(false)}>
        {t('lock.stay')}
      </Button>
    </Dialog>
  );
}
