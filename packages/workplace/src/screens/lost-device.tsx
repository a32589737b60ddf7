/** For an owner: what a colleague gets in with, and the end of what is lost. Names of devices are the colleague's own. */

import type { PersonId } from '@ketenkluis/base';
import { Button } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ColleagueUnlocker } from '../model.ts';
import { Key as KeyIcon, Lock } from '../parts/icons.tsx';
import { useSay } from '../parts/say.ts';
import { Asked, Strip, useErrorText } from '../parts/states.tsx';
import { useWords } from '../parts/words.ts';
import { useAct, useAsk } from '../parts/world.tsx';

export function LostDevice({ person }: { readonly person: PersonId }) {
  const { t } = useTranslation();
  const found = useAsk(['unlockers', person], (world) => world.colleagueUnlockers(person));
  return (
    <div style={{ display: 'grid', gap: 14 }}>
      <p className="kk-dim">{t('team.lostBody')}</p>
      <Asked query={found} loading={t('team.lostLoading')}>
        {(list) => <Ways list={list} person={person} again={() => void found.refetch()} />}
      </Asked>
    </div>
  );
}

interface WaysProps {
  readonly list: readonly ColleagueUnlocker[];
  readonly person: PersonId;
  readonly again: () => void;
}

function Ways({ list, person, again }: WaysProps) {
  const { t } = useTranslation();
  const words = useWords();
  const say = useSay();
  const errorText = useErrorText();
  const [sure, setSure] = useState<string | null>(null);
  const end = useAct(
    async (world, id: string) => {
      await world.endColleagueUnlocker(person, id);
      return id;
    },
    (ended) => {
      say(t('team.lostDone'));
      // Another may have been asked for meanwhile.
      setSure((asked) => (asked === ended ? null : asked));
      again();
    },
  );
  if (list.length === 0) return <p role="status">{t('team.lostNone')}</p>;
  const after = list.length === 1 ? t('team.lostOne') : list.length === 2 ? t('team.lostTwo') : '';
  return (
    <>
      {end.error ? (
        <div role="alert">
          <Strip tone="bad" title={errorText(end.error)} />
        </div>
      ) : null}
      <ul className="kk-list">
        {list.map((one) => (
          <li key={one.id} style={{ display: 'grid', gap: 10 }}>
            <div style={{ display: 'flex', alignItems: 'center', gap: 12, flexWrap: 'wrap' }}>
              {one.kind === 'passkey' ? <KeyIcon /> : <Lock />}
              <span style={{ display: 'grid' }}>
                <span>{t(`settings.${one.kind}`)}</span>
                <span className="kk-dim kk-small">{words.wayIn(one)}</span>
              </span>
              <Button
                variant="default"
                size="xs"
                style={{ marginLeft: 'auto' }}
                aria-label={`${t('team.lostEnd')}: ${t(`settings.${one.kind}`)}, ${words.wayIn(one)}`}
                aria-expanded={sure === one.id}
                onClick={() => setSure(sure === one.id ? null : one.id)}
              >
                {t('team.lostEnd')}
              </Button>
            </div>
            {sure === one.id ? (
              <div style={{ display: 'grid', gap: 10 }}>
                <p>
                  {t('team.lostSure')} {after}
                </p>
                <div className="kk-buttons">
                  <Button loading={end.isPending} onClick={() => end.mutate(one.id)}>
                    {t('team.lostYes')}
                  </Button>
                  <Button variant="default" onClick={() => setSure(null)}>
                    {t('common.cancel')}
                  </Button>
                </div>
              </div>
            ) : null}
          </li>
        ))}
      </ul>
    </>
  );
}
