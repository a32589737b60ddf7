/** A new passphrase, typed twice. Long and not foreseeable: rules of composition make people write it down. */

import { passphraseFault } from '@ketenkluis/client';
import { Button, PasswordInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';

export function PassphraseForm({
  save,
  busy,
  names = [],
}: {
  readonly save: (passphrase: string) => void;
  readonly busy: boolean;
  /** Of the person and the practice, where they are known: no part of a good passphrase. */
  readonly names?: readonly string[];
}) {
  const { t } = useTranslation();
  const [first, setFirst] = useState('');
  const [second, setSecond] = useState('');
  const [tried, setTried] = useState(false);
  const fault = passphraseFault(first, names);
  const differ = first !== second;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (fault !== null || differ) return;
    save(first);
    setFirst('');
    setSecond('');
    setTried(false);
  };
  return (
    <form onSubmit={submit} style={{ display: 'grid', gap: 12 }}>
      <PasswordInput
        label={t('invitation.passphrase')}
        description={t('invitation.passphraseHint')}
        autoComplete="new-password"
        value={first}
        onChange={(event) => setFirst(event.target.value)}
        error={tried && fault !== null ? t(`invitation.passphraseFault.${fault}`) : undefined}
        visibilityToggleButtonProps={{ 'aria-label': t('common.show') }}
      />
      <PasswordInput
        label={t('invitation.passphraseAgain')}
        autoComplete="new-password"
        value={second}
        onChange={(event) => setSecond(event.target.value)}
        error={tried && fault === null && differ ? t('invitation.passphraseDiffer') : undefined}
        visibilityToggleButtonProps={{ 'aria-label': t('common.show') }}
      />
      <Button type="submit" variant="default" loading={busy}>
        {t('invitation.passphraseSave')}
      </Button>
    </form>
  );
}
