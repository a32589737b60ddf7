/** Somebody is asked to sign on outside: which ways there are, the way there, and what came of it. The place where they were waits. */

import { Button } from '@mantine/core';
import { useEffect, useRef } from 'react';
import { LEVELS, named, SIGN_ON, TROUBLES } from '../i18n/sign-on.ts';
import type { SignOn, SignOnWay } from '../model.ts';
import { DoorFrame } from '../parts/door-frame.tsx';
import { LanguageSwitch } from '../parts/language.tsx';
import { Loading, Strip } from '../parts/states.tsx';
import { useWords } from '../parts/words.ts';
import { useWorld } from '../parts/world.tsx';

export function SignOnScreen({ now }: { readonly now: SignOn }) {
  const words = useWords();
  const { signOn } = useWorld();
  const { stage, level, citizen, trouble, ways, way } = now;
  const who = citizen ? 'citizen' : 'staff';
  const told = useRef<HTMLDivElement>(null);
  // What went wrong is read first, also by who hears the page.
  useEffect(() => {
    if (trouble !== null && stage !== 'asking') told.current?.focus();
  }, [trouble, stage]);
  return (
    <DoorFrame title={words.text(SIGN_ON.title)} lead={words.text(SIGN_ON[who])}>
      <div style={{ display: 'grid', gap: 14 }} data-sign-on={stage}>
        {trouble === null || stage === 'asking' ? null : (
          <div role="alert" tabIndex={-1} ref={told} data-trouble={trouble}>
            <Strip
              tone={trouble === 'cancelled' || trouble === 'expired' ? 'warn' : 'bad'}
              title={words.text(TROUBLES[trouble].title)}
              body={words.text(TROUBLES[trouble][who])}
            />
          </div>
        )}
        {stage === 'asking' ? <Loading label={words.text(SIGN_ON.asking)} rows={2} /> : null}
        {stage === 'checking' ? <Loading label={words.text(SIGN_ON.checking)} rows={2} /> : null}
        {stage === 'choose' ? (
          <>
            {level === null ? null : (
              <p>
                {words.text(SIGN_ON.level)} <strong>{words.text(LEVELS[level])}</strong>
              </p>
            )}
            {ways.map((one) => (
              <Way key={one.means} way={one} />
            ))}
            <p className="kk-dim kk-small">{words.text(SIGN_ON.goHint)}</p>
          </>
        ) : null}
        {stage === 'waiting' && way !== null ? (
          <div role="status">
            <h2>{words.text(SIGN_ON.waiting)}</h2>
            <p className="kk-dim">{words.text(named(SIGN_ON.waitingBody, way.name))}</p>
          </div>
        ) : null}
        {stage === 'waiting' || stage === 'stopped' ? (
          <Button
            variant={stage === 'stopped' ? 'filled' : 'default'}
            size={stage === 'stopped' ? 'md' : 'sm'}
            fullWidth
            onClick={() => signOn.again()}
          >
            {words.text(stage === 'waiting' ? SIGN_ON.anew : trouble === 'away' ? SIGN_ON.again : SIGN_ON.back)}
          </Button>
        ) : null}
      </div>
      <div className="kk-foot">
        {ways.length === 0 && way === null ? null : <p className="kk-dim kk-small">{words.text(SIGN_ON.privacy)}</p>}
        <div
          style={{ display: 'flex', justifyContent: 'space-between', alignItems: 'center', gap: 12, flexWrap: 'wrap' }}
        >
          <LanguageSwitch />
          {stage === 'checking' || (stage === 'stopped' && trouble !== 'away') ? null : (
            <Button variant="subtle" size="compact-sm" onClick={() => signOn.stop()}>
              {words.text(SIGN_ON.stop)}
            </Button>
          )}
        </div>
      </div>
    </DoorFrame>
  );
}

function Way({ way }: { readonly way: SignOnWay }) {
  const words = useWords();
  const { signOn } = useWorld();
  return (
    <div style={{ display: 'grid', gap: 6 }}>
      <Button
        component="a"
        href={way.href}
        target="_blank"
        rel="noopener noreferrer"
        size="md"
        fullWidth
        h="auto"
        mih={48}
        styles={{ label: { whiteSpace: 'normal', padding: '6px 0' } }}
        aria-describedby={`to-${way.means}`}
        onClick={(event: { preventDefault(): void }) => {
          if (!signOn.go(way)) event.preventDefault();
        }}
      >
        {words.text(named(SIGN_ON.go, way.name))}
      </Button>
      <p className="kk-dim kk-small" style={{ overflowWrap: 'anywhere' }} id={`to-${way.means}`}>
        {words.text(SIGN_ON.goTo)} <strong>{way.host}</strong>
      </p>
    </div>
  );
}
