/** The two ways in, used by sign-in, the lock screen and a device taken into use. */

import { Button, NativeSelect, PasswordInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Door, Key } from '../model.ts';
import { Key as KeyIcon } from './icons.tsx';
import { Strip, useErrorText } from './states.tsx';

interface Props {
  readonly door: Door;
  readonly open: (key: Key) => Promise<void>;
  /** The words on the passkey button. */
  readonly label: string;
  readonly passphraseOnly?: boolean;
}

export function Unlock({ door, open, label, passphraseOnly = false }: Props) {
  const { t } = useTranslation();
  const errorText = useErrorText();
  const [device, setDevice] = useState(door.devices[0]?.device);
  const [passphrase, setPassphrase] = useState('');
  const [busy, setBusy] = useState<Key['by'] | null>(null);
  const [error, setError] = useState<unknown>(null);

  const attempt = async (key: Key) => {
    setBusy(key.by);
    setError(null);
    try {
      await open(key);
    } catch (cause) {
      setError(cause);
      setBusy(null);
    }
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (device === undefined || passphrase === '') return;
    void attempt({ by: 'passphrase', device, passphrase });
    setPassphrase('');
  };
  const chosen = door.devices.find((one) => one.device === device);
  const byPassphrase = device !== undefined && (!door.shared || passphraseOnly);

  return (
    <>
      {error === null ? null : (
        <div role="alert">
          <Strip tone="bad" title={errorText(error)} />
        </div>
      )}
      {passphraseOnly ? null : door.passkeys ? (
        <>
          <Button
            size="lg"
            fullWidth
            leftSection={<KeyIcon />}
            loading={busy === 'passkey'}
            disabled={busy !== null}
            data-autofocus
            onClick={() => void attempt({ by: 'passkey' })}
          >
            {label}
          </Button>
          <p className="kk-under">{t('door.passkeyHint')}</p>
        </>
      ) : byPassphrase ? (
        <p className="kk-dim">{t('door.noPasskeys')}</p>
      ) : null}
      {byPassphrase ? (
        <>
          {passphraseOnly ? null : <div className="kk-or">{t('door.or')}</div>}
          <form onSubmit={submit}>
            {door.devices.length > 1 ? (
              <NativeSelect
                label={t('door.device')}
                value={device}
                onChange={(event) => setDevice(door.devices.find((one) => one.device === event.target.value)?.device)}
                data={door.devices.map((one) => ({
                  value: one.device,
                  label: one.label ?? t('door.deviceNew', { id: one.device.slice(4, 9) }),
                }))}
              />
            ) : null}
            <PasswordInput
              label={
                chosen?.label && door.devices.length === 1
                  ? t('door.passphraseWith', { label: chosen.label })
                  : t('door.passphrase')
              }
              autoComplete="current-password"
              value={passphrase}
              onChange={(event) => setPassphrase(event.target.value)}
              visibilityToggleButtonProps={{ 'aria-label': t('common.show') }}
              autoFocus={passphraseOnly}
            />
            <Button
              type="submit"
              variant={passphraseOnly ? 'filled' : 'default'}
              size={passphraseOnly ? 'md' : 'sm'}
              fullWidth
              loading={busy === 'passphrase'}
              disabled={busy !== null || passphrase === ''}
            >
              {t('door.open')}
            </Button>
          </form>
        </>
      ) : null}
    </>
  );
}
