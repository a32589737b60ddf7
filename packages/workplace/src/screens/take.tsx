/** Taking along who looked: on paper or as a file. The line in the log comes first; without it there is no paper and no file. */

import type { DossierId } from '@ketenkluis/base';
import { Button } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import '../i18n/late.ts';
import { printDeclared } from '../lib/print.ts';
import { TAKE_KINDS, type TakeKind } from '../model.ts';
import { useSay } from '../parts/say.ts';
import { Strip, useErrorText } from '../parts/states.tsx';
import { useWorld } from '../parts/world.tsx';
import './take.css';

export function Take({ dossier }: { readonly dossier: DossierId }) {
  const { t } = useTranslation('take');
  const world = useWorld();
  const say = useSay();
  const errorText = useErrorText();
  const file = useMutation({
    mutationFn: (kind: TakeKind) => world.take!.file(dossier, kind),
    onSuccess: ({ name, type, text }) => {
      const url = URL.createObjectURL(new Blob([text], { type }));
      const link = document.createElement('a');
      link.href = url;
      link.download = name;
      link.click();
      URL.revokeObjectURL(url);
      say(t('done', { name }));
    },
  });
  const print = useMutation({ mutationFn: () => printDeclared(() => world.take!.declarePrint(dossier)) });
  if (world.take === null) return null;
  const error = file.error ?? print.error;
  const busy = file.isPending || print.isPending;
  return (
    <>
      <div className="kk-take">
        <p className="kk-dim kk-small">{t('lead')}</p>
        <Button size="xs" variant="default" disabled={busy} loading={print.isPending} onClick={() => print.mutate()}>
          {t('print')}
        </Button>
        {TAKE_KINDS.map((kind) => (
          <Button
            key={kind}
            size="xs"
            variant="default"
            disabled={busy}
            loading={file.isPending && file.variables === kind}
            onClick={() => file.mutate(kind)}
          >
            {t(`kind.${kind}`)}
          </Button>
        ))}
      </div>
      {error === null ? null : (
        <div role="alert" className="kk-screen-only">
          <Strip name="not-taken" tone="bad" title={t('failed')} body={errorText(error)} />
        </div>
      )}
    </>
  );
}
