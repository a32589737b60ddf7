/** Where a provider sends people back to: it tells the tab in which they began, and keeps nothing. */

import { MantineProvider } from '@mantine/core';
import { useEffect, useState } from 'react';
import { sayBack } from '../adapter/other-tab.ts';
import { RETURNED } from '../i18n/sign-on.ts';
import { DoorFrame } from '../parts/door-frame.tsx';
import { useWords } from '../parts/words.ts';
import { theme } from '../theme.ts';

export function Returned({ address }: { readonly address: string }) {
  return (
    <MantineProvider theme={theme} defaultColorScheme="auto">
      <Page address={address} />
    </MantineProvider>
  );
}

function Page({ address }: { readonly address: string }) {
  const words = useWords();
  const [state, setState] = useState<'said' | 'taken' | 'nothing'>('said');
  useEffect(() => {
    if (!sayBack(address, () => setState('taken'))) setState('nothing');
  }, [address]);
  const title = state === 'taken' ? RETURNED.taken : state === 'nothing' ? RETURNED.nothing : RETURNED.title;
  return (
    <DoorFrame title={words.text(title)}>
      <div role="status" style={{ display: 'grid', gap: 10 }} data-returned={state}>
        {state === 'taken' ? <p>{words.text(RETURNED.takenBody)}</p> : null}
        {state === 'said' ? (
          <>
            <p>{words.text(RETURNED.body)}</p>
            <p className="kk-dim">
              {words.text(RETURNED.gone)} <a href="/">{words.text(RETURNED.start)}</a>
            </p>
          </>
        ) : null}
        {state === 'nothing' ? (
          <>
            <p>{words.text(RETURNED.nothingBody)}</p>
            <a href="/">{words.text(RETURNED.start)}</a>
          </>
        ) : null}
      </div>
    </DoorFrame>
  );
}
