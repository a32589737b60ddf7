/** Own unlockers, language, colours. */

import { Button, type MantineColorScheme, Modal, SegmentedControl, useMantineColorScheme } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Unlocker } from '../model.ts';
import { Key, Lock } from '../parts/icons.tsx';
import { PassphraseForm } from '../parts/keys-form.tsx';
import { LanguageSwitch } from '../parts/language.tsx';
import { Heading } from '../parts/page.tsx';
import { Main } from '../parts/shell.tsx';
import { Asked, Strip, useErrorText } from '../parts/states.tsx';
import { useAct, useAsk } from '../parts/world.tsx';

export function SettingsScreen() {
  const { t } = useTranslation();
  const unlockers = useAsk(['unlockers'], async (world) => ({
    list: await world.unlockers(),
    shared: (await world.door()).shared,
  }));
  return (
    <Main>
      <div className="kk-page" style={{ maxWidth: 760 }}>
        <Heading name={t('settings.title')}>{t('settings.title')}</Heading>
        <Asked query={unlockers} loading={t('settings.loading')}>
          {(found) => <Unlockers list={found.list} shared={found.shared} again={() => void unlockers.refetch()} />}
        </Asked>
        <Display />
      </div>
    </Main>
  );
}

/** Two must always stay: the last but one cannot be removed. */
const KEEP = 2;

interface UnlockersProps {
  readonly list: readonly Unlocker[];
  readonly shared: boolean;
  readonly again: () => void;
}

function Unlockers({ list, shared, again }: UnlockersProps) {
  const { t } = useTranslation();
  const errorText = useErrorText();
  const [typing, setTyping] = useState(false);
  const said = (word: 'settings.added' | 'settings.removed') => () => {
    setTyping(false);
    notifications.show({ message: t(word) });
    again();
  };
  const passkey = useAct((to, where: 'here' | 'phone') => to.addPasskey(where), said('settings.added'));
  const passphrase = useAct((to, text: string) => to.addPassphrase(text), said('settings.added'));
  const remove = useAct((to, id: string) => to.removeUnlocker(id), said('settings.removed'));
  const error = passkey.error ?? passphrase.error ?? remove.error;
  return (
    <section className="kk-card" aria-labelledby="unlockers">
      <h2 id="unlockers">{t('settings.unlockers')}</h2>
      <p className="kk-dim" style={{ marginBottom: 12 }}>
        {t('settings.unlockersBody')}
      </p>
      {error ? (
        <div role="alert" style={{ marginBottom: 12 }}>
          <Strip tone="bad" title={errorText(error)} />
        </div>
      ) : null}
      <ul className="kk-list">
        {list.map((one) => (
          <li key={one.id} style={{ display: 'flex', alignItems: 'center', gap: 12 }}>
            {one.kind === 'passkey' ? <Key /> : <Lock />}
            <span>
              {t(`settings.${one.kind}`)}{' '}
              <span className="kk-dim">{t(one.here ? 'settings.here' : 'settings.elsewhere')}</span>
            </span>
            <span style={{ marginLeft: 'auto' }}>
              <Button
                variant="default"
                size="xs"
                disabled={list.length <= KEEP}
                aria-describedby={list.length <= KEEP ? 'two' : undefined}
                aria-label={`${t('common.remove')}: ${t(`settings.${one.kind}`)}`}
                onClick={() => remove.mutate(one.id)}
              >
                {t('common.remove')}
              </Button>
            </span>
          </li>
        ))}
      </ul>
      {list.length <= KEEP ? (
        <p id="two" className="kk-dim kk-small" style={{ marginTop: 8 }}>
          {t('settings.two')}
        </p>
      ) : null}
      <div className="kk-buttons" style={{ marginTop: 14 }}>
        {shared ? null : (
          <Button loading={passkey.isPending} onClick={() => passkey.mutate('here')}>
            {t('settings.addPasskey')}
          </Button>
        )}
        <Button variant="default" loading={passkey.isPending} onClick={() => passkey.mutate('phone')}>
          {t('settings.addPhone')}
        </Button>
        {shared ? null : (
          <Button variant="default" onClick={() => setTyping(true)}>
            {t('settings.addPassphrase')}
          </Button>
        )}
      </div>
      <Modal
        opened={typing}
        onClose={() => setTyping(false)}
        title={t('settings.addPassphrase')}
        centered
        closeButtonProps={{ 'aria-label': t('common.close') }}
      >
        <PassphraseForm busy={passphrase.isPending} save={(text) => passphrase.mutate(text)} />
      </Modal>
    </section>
  );
}

function Display() {
  const { t } = useTranslation();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  return (
    <section className="kk-card" aria-labelledby="display" style={{ display: 'grid', gap: 14 }}>
      <h2 id="display" style={{ margin: 0 }}>
        {t('settings.display')}
      </h2>
      <div style={{ display: 'grid', gridTemplateColumns: '120px 1fr', gap: 12, alignItems: 'center' }}>
        <span>{t('settings.language')}</span>
        <div>
          <LanguageSwitch />
        </div>
        <span>{t('settings.theme')}</span>
        <div>
          <SegmentedControl
            size="xs"
            aria-label={t('settings.theme')}
            value={colorScheme}
            onChange={(next) => setColorScheme(next as MantineColorScheme)}
            data={[
              { value: 'light', label: t('settings.light') },
              { value: 'dark', label: t('settings.dark') },
              { value: 'auto', label: t('settings.auto') },
            ]}
          />
        </div>
      </div>
    </section>
  );
}
