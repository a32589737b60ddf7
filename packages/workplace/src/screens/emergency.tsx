/** Break-glass: loud before it opens, and it opens the summary only. */

import type { DossierId } from '@ketenkluis/base';
import { Button, Textarea } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Dossier } from '../model.ts';
import { Dialog } from '../parts/dialog.tsx';
import { Fault } from '../parts/sure.tsx';
import { useAct } from '../parts/world.tsx';
import './care.css';

const ENOUGH = 10;

export function EmergencyDoor({ dossier }: { readonly dossier: DossierId }) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const [opened, setOpened] = useState(false);
  const [reason, setReason] = useState('');
  const act = useAct(
    (to, why: string) => to.urgent!.emergency(dossier, why),
    (summary) => {
      setOpened(false);
      queries.setQueryData<Dossier>(['dossier', dossier], summary);
    },
  );
  return (
    <>
      <Button color="red.9" onClick={() => setOpened(true)}>
        {t('emergency.open')}
      </Button>
      <Dialog opened={opened} close={() => setOpened(false)} title={t('emergency.title')}>
        <form
          className="kk-stack"
          style={{ textAlign: 'left' }}
          onSubmit={(event) => {
            event.preventDefault();
            if (reason.trim().length >= ENOUGH) act.mutate(reason.trim());
          }}
        >
          <div className="kk-loud">
            <strong>{t('emergency.loud')}</strong>
            <ul>
              <li>{t('emergency.told')}</li>
              <li>{t('emergency.reviewed')}</li>
              <li>{t('emergency.only')}</li>
            </ul>
          </div>
          <Textarea
            label={t('emergency.reason')}
            description={t('emergency.reasonHint')}
            data-autofocus
            required
            autosize
            minRows={3}
            maxLength={1000}
            value={reason}
            onChange={(event) => setReason(event.target.value)}
          />
          <Fault error={act.error} />
          <div className="kk-buttons">
            <Button type="submit" color="red.9" loading={act.isPending} disabled={reason.trim().length < ENOUGH}>
              {t('emergency.yes')}
            </Button>
            <Button variant="default" onClick={() => setOpened(false)}>
              {t('common.cancel')}
            </Button>
          </div>
        </form>
      </Dialog>
    </>
  );
}
