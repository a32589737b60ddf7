/** `#/uitnodiging/<link>`: first passkey, second unlocker, and the short code that the inviter compares. */

import { Button, Checkbox, Loader } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useParams } from '@tanstack/react-router';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Joining } from '../model.ts';
import { DoorFrame } from '../parts/door-frame.tsx';
import { Check } from '../parts/icons.tsx';
import { PassphraseForm } from '../parts/keys-form.tsx';
import { Loading, Strip, useErrorText } from '../parts/states.tsx';
import { useWords } from '../parts/words.ts';
import { useWorld } from '../parts/world.tsx';

type Step = 'passkey' | 'second' | 'code';
const STEPS = ['passkey', 'second', 'code'] as const;
const POLL = 3000;

export function InvitationScreen() {
  const { t } = useTranslation();
  const world = useWorld();
  const navigate = useNavigate();
  const { _splat: link } = useParams({ from: '/uitnodiging/$' });
  const [joining, setJoining] = useState<Joining | 'ended' | null>(null);
  const taken = useRef(false);

  useEffect(() => {
    if (link === undefined || link === '') {
      // A reload: the link was taken out of the address before and is gone.
      if (!taken.current) setJoining('ended');
      return;
    }
    taken.current = true;
    void navigate({ to: '/uitnodiging/$', params: { _splat: '' }, replace: true });
    world.joining(link).then(
      (found) => setJoining(found.state === 'open' ? found : 'ended'),
      () => setJoining('ended'),
    );
  }, [link, world, navigate]);

  if (joining === null) {
    return (
      <DoorFrame title={t('invitation.title')}>
        <Loading label={t('invitation.loading')} rows={3} />
      </DoorFrame>
    );
  }
  if (joining === 'ended') {
    return (
      <DoorFrame title={t('invitation.title')}>
        <div>
          <p>{t('invitation.ended')}</p>
          <p className="kk-dim">{t('invitation.endedBody')}</p>
        </div>
      </DoorFrame>
    );
  }
  return <Steps joining={joining} />;
}

function Steps({ joining }: { readonly joining: Joining }) {
  const { t } = useTranslation();
  const words = useWords();
  const errorText = useErrorText();
  const world = useWorld();
  const [step, setStep] = useState<Step>('passkey');
  const [shared, setShared] = useState(false);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const [code, setCode] = useState('');

  const run = async (act: () => Promise<void>) => {
    setBusy(true);
    setError(null);
    try {
      await act();
    } catch (cause) {
      setError(cause);
    }
    setBusy(false);
  };
  const first = (where: 'here' | 'phone') =>
    run(async () => {
      await world.setShared(shared);
      await joining.addPasskey(where);
      setStep('second');
    });
  const second = (add: () => Promise<void>) =>
    run(async () => {
      await add();
      setCode(await joining.finish());
      setStep('code');
    });
  const place = STEPS.indexOf(step);

  return (
    <DoorFrame title={t('invitation.title')} lead={t('invitation.lead')} wide>
      <ol className="kk-steps">
        {STEPS.map((one, index) => (
          <li
            key={one}
            aria-current={one === step ? 'step' : undefined}
            data-state={index < place ? 'done' : undefined}
          >
            {t(`invitation.step${(index + 1) as 1 | 2 | 3}`)}
          </li>
        ))}
      </ol>
      {error === null ? null : (
        <div role="alert">
          <Strip tone="bad" title={errorText(error)} />
        </div>
      )}
      {step === 'passkey' ? (
        <section style={{ display: 'grid', gap: 14 }}>
          <div>
            <h2>{t('invitation.passkeyTitle')}</h2>
            <p className="kk-dim">{t('invitation.passkeyBody')}</p>
          </div>
          <Checkbox
            checked={shared}
            onChange={(event) => setShared(event.target.checked)}
            label={t('door.shared')}
            description={t('door.sharedHint')}
          />
          <div className="kk-buttons">
            {shared ? null : (
              <Button size="md" loading={busy} onClick={() => void first('here')}>
                {t('invitation.here')}
              </Button>
            )}
            <Button
              size="md"
              variant={shared ? 'filled' : 'default'}
              loading={busy}
              onClick={() => void first('phone')}
            >
              {t('invitation.phone')}
            </Button>
          </div>
          <p className="kk-dim kk-small">{t('invitation.until', { date: words.moment(joining.until) })}</p>
        </section>
      ) : null}
      {step === 'second' ? (
        <section style={{ display: 'grid', gap: 14 }}>
          <div>
            <h2>{t('invitation.secondTitle')}</h2>
            <p className="kk-dim">{t('invitation.secondBody')}</p>
          </div>
          {shared ? (
            <>
              <p className="kk-dim">{t('invitation.sharedNo')}</p>
              <Button size="md" loading={busy} onClick={() => void second(async () => undefined)}>
                {t('common.continue')}
              </Button>
            </>
          ) : (
            <PassphraseForm busy={busy} save={(passphrase) => void second(() => joining.addPassphrase(passphrase))} />
          )}
        </section>
      ) : null}
      {step === 'code' ? <Code code={code} joining={joining} /> : null}
    </DoorFrame>
  );
}

function Code({ code, joining }: { readonly code: string; readonly joining: Joining }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const confirmed = useQuery({
    queryKey: ['joining'],
    queryFn: () => joining.confirmed(),
    refetchInterval: (query) => (query.state.data ? false : POLL),
  });
  return (
    <section style={{ display: 'grid', gap: 14 }}>
      <div>
        <h2>{confirmed.data ? t('invitation.ready') : t('invitation.codeTitle')}</h2>
        <p className="kk-dim">{confirmed.data ? t('invitation.readyBody') : t('invitation.codeBody')}</p>
      </div>
      <output className="kk-code">{code}</output>
      <div role="status" style={{ display: 'flex', gap: 10, alignItems: 'center' }}>
        {confirmed.data ? (
          <>
            <Check /> {t('invitation.ready')}
          </>
        ) : (
          <>
            <Loader size="xs" /> {t('invitation.wait')}
          </>
        )}
      </div>
      {confirmed.data ? (
        <Button size="md" onClick={() => void navigate({ to: '/', replace: true })}>
          {t('invitation.signIn')}
        </Button>
      ) : null}
    </section>
  );
}
