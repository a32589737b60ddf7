/** A new passphrase, typed twice. Long enough is the only rule: composition rules make people write it down. */

import { Button, PasswordInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { longEnough } from '../lib/passphrase.ts';

export function PassphraseForm({
  save,
  busy,
}: {
  readonly save: (passphrase: string) => void;
  readonly busy: boolean;
}) {
  const { t } = useTranslation();
  const [first, setFirst] = useState('');
  const [second, setSecond] = useState('');
  const [tried, setTried] = useState(false);
  const short = !longEnough(first);
  const differ = first !== second;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (short || differ) return;
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
        error={tried && short ? t('invitation.passphraseShort') : undefined}
        visibilityToggleButtonProps={{ 'aria-label': t('common.show') }}
      />
      <PasswordInput
        label={t('invitation.passphraseAgain')}
        autoComplete="new-password"
        value={second}
        onChange={(event) => setSecond(event.target.value)}
        error={tried && !short && differ ? t('invitation.passphraseDiffer') : undefined}
        visibilityToggleButtonProps={{ 'aria-label': t('common.show') }}
      />
      <Button type="submit" variant="default" loading={busy}>
        {t('invitation.passphraseSave')}
      </Button>
    </form>
  );
}
