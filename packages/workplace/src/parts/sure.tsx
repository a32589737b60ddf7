/** Asks once more before something that cannot be undone, and says what follows. */

import { Button } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Dialog } from './dialog.tsx';
import { Strip, useErrorText } from './states.tsx';

interface Props {
  readonly opened: boolean;
  readonly close: () => void;
  readonly title: string;
  readonly yes: string;
  readonly act: { readonly isPending: boolean; readonly error: unknown; mutate(): void };
  readonly ready?: boolean;
  readonly children: ReactNode;
}

export function Sure({ opened, close, title, yes, act, ready = true, children }: Props) {
  const { t } = useTranslation();
  return (
    <Dialog opened={opened} close={close} title={title}>
      <div className="kk-stack">
        {children}
        <Fault error={act.error} />
        <div className="kk-buttons">
          <Button color="red.9" loading={act.isPending} disabled={!ready} onClick={() => act.mutate()}>
            {yes}
          </Button>
          <Button variant="default" data-autofocus onClick={close}>
            {t('common.cancel')}
          </Button>
        </div>
      </div>
    </Dialog>
  );
}

/** What went wrong with the last action, said aloud. */
export function Fault({ error }: { readonly error: unknown }) {
  const errorText = useErrorText();
  return error ? (
    <div role="alert">
      <Strip tone="bad" title={errorText(error)} />
    </div>
  ) : null;
}
