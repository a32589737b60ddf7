/** Own unlockers, language, colours. */

import { Button, type MantineColorScheme, SegmentedControl, TextInput, useMantineColorScheme } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Door, Key, Unlocker, Workplace } from '../model.ts';
import { Dialog } from '../parts/dialog.tsx';
import { Key as KeyIcon, Lock } from '../parts/icons.tsx';
import { PassphraseForm } from '../parts/keys-form.tsx';
import { LanguageSwitch } from '../parts/language.tsx';
import { Main } from '../parts/main.tsx';
import { Heading } from '../parts/page.tsx';
import { useSay } from '../parts/say.ts';
import { Asked } from '../parts/states.tsx';
import { Unlock } from '../parts/unlock.tsx';
import { useWords } from '../parts/words.ts';
import { useAsk, useWorld } from '../parts/world.tsx';

export function SettingsScreen() {
  const { t } = useTranslation();
  const unlockers = useAsk(['unlockers'], async (world) => ({
    list: await world.unlockers(),
    door: await world.door(),
    session: world.session.get(),
  }));
  return (
    <Main>
      <div className="kk-page" style={{ maxWidth: 760 }}>
        <Heading name={t('settings.title')}>{t('settings.title')}</Heading>
        <Asked query={unlockers} loading={t('settings.loading')}>
          {({ list, door, session }) => (
            <Unlockers
              list={list}
              door={door}
              names={session.stage === 'open' ? [session.me.name, session.me.practice] : []}
              again={() => void unlockers.refetch()}
            />
          )}
        </Asked>
        <OtherComputer />
        <Display />
      </div>
    </Main>
  );
}

/** Two must always stay: the last but one cannot be removed. */
const KEEP = 2;

interface UnlockersProps {
  readonly list: readonly Unlocker[];
  readonly door: Door;
  readonly names: readonly string[];
  readonly again: () => void;
}

type Wish =
  | { readonly do: 'passkey'; readonly where: 'here' | 'phone' }
  | { readonly do: 'passphrase'; readonly text: string }
  | { readonly do: 'end'; readonly id: string; readonly name: string };

const fulfil = (world: Workplace, wish: Wish, name: string, key: Key): Promise<void> => {
  if (wish.do === 'passkey') return world.addPasskey(wish.where, name, key);
  if (wish.do === 'passphrase') return world.addPassphrase(wish.text, name, key);
  return world.removeUnlocker(wish.id, key);
};

function Unlockers({ list, door, names, again }: UnlockersProps) {
  const { t } = useTranslation();
  const words = useWords();
  const say = useSay();
  const world = useWorld();
  const [typing, setTyping] = useState(false);
  const [wish, setWish] = useState<Wish | null>(null);
  const [name, setName] = useState('');
  const few = list.length <= KEEP;
  return (
    <section className="kk-card" aria-labelledby="unlockers">
      <h2 id="unlockers">{t('settings.unlockers')}</h2>
      <p className="kk-dim" style={{ marginBottom: 12 }}>
        {t('settings.unlockersBody')}
      </p>
      <ul className="kk-list">
        {list.map((one) => {
          const label = one.name ?? t(`settings.${one.kind}`);
          return (
            <li key={one.id} style={{ display: 'flex', alignItems: 'center', gap: 12, flexWrap: 'wrap' }}>
              {one.kind === 'passkey' ? <KeyIcon /> : <Lock />}
              <span style={{ display: 'grid' }}>
                <span>
                  {label} {one.here ? <span className="kk-dim">{t('settings.here')}</span> : null}
                </span>
                <span className="kk-dim kk-small">
                  {one.name === null ? '' : `${t(`settings.${one.kind}`)} · `}
                  {words.wayIn(one)}
                </span>
              </span>
              <span style={{ marginLeft: 'auto' }}>
                <Button
                  variant="default"
                  size="xs"
                  disabled={few}
                  aria-describedby={few ? 'two' : undefined}
                  aria-label={`${t('settings.end')}: ${label}`}
                  onClick={() => setWish({ do: 'end', id: one.id, name: label })}
                >
                  {t('settings.end')}
                </Button>
              </span>
            </li>
          );
        })}
      </ul>
      {few ? (
        <p id="two" className="kk-dim kk-small" style={{ marginTop: 8 }}>
          {t('settings.two')}
        </p>
      ) : null}
      <div className="kk-buttons" style={{ marginTop: 14 }}>
        {door.shared ? null : (
          <Button onClick={() => setWish({ do: 'passkey', where: 'here' })}>{t('settings.addPasskey')}</Button>
        )}
        <Button variant="default" onClick={() => setWish({ do: 'passkey', where: 'phone' })}>
          {t('settings.addPhone')}
        </Button>
        {door.shared ? null : (
          <Button variant="default" onClick={() => setTyping(true)}>
            {t('settings.addPassphrase')}
          </Button>
        )}
      </div>
      <Dialog opened={typing} close={() => setTyping(false)} title={t('settings.addPassphrase')}>
        <PassphraseForm
          busy={false}
          names={names}
          save={(text) => {
            setTyping(false);
            setWish({ do: 'passphrase', text });
          }}
        />
      </Dialog>
      <Dialog
        opened={wish !== null}
        close={() => setWish(null)}
        title={t(wish?.do === 'end' ? 'settings.endTitle' : 'settings.gesture')}
      >
        {wish === null ? null : (
          <div style={{ display: 'grid', gap: 16 }}>
            {wish.do === 'end' ? (
              <p>{t('settings.endBody', { name: wish.name })}</p>
            ) : (
              <>
                <TextInput
                  label={t('settings.name')}
                  description={t('settings.nameHint')}
                  maxLength={60}
                  autoComplete="off"
                  value={name}
                  onChange={(event) => setName(event.target.value)}
                />
                <p className="kk-dim">{t('settings.gestureBody')}</p>
              </>
            )}
            <Unlock
              door={door}
              label={t(wish.do === 'end' ? 'settings.end' : 'settings.gestureDo')}
              open={async (key) => {
                await fulfil(world, wish, name, key);
                setWish(null);
                setName('');
                say(t(wish.do === 'end' ? 'settings.removed' : 'settings.added'));
                again();
              }}
            />
          </div>
        )}
      </Dialog>
    </section>
  );
}

function OtherComputer() {
  const { t } = useTranslation();
  const link = useAsk(['practice-link'], (world) => world.practiceLink());
  return (
    <section className="kk-card" aria-labelledby="other-computer" style={{ display: 'grid', gap: 14 }}>
      <h2 id="other-computer" style={{ margin: 0 }}>
        {t('settings.practice')}
      </h2>
      <p className="kk-dim">{t('settings.practiceBody')}</p>
      {link.data === undefined ? null : (
        <TextInput
          label={t('settings.practiceLink')}
          readOnly
          value={link.data}
          onFocus={(event) => event.target.select()}
        />
      )}
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
