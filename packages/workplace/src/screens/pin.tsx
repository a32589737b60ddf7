/** At the desk: the patient signs on, on their own telephone or on this screen, for who takes them in and for the second person. */

import { Button, Radio, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useEffect, useState } from 'react';
import { LEVELS, named, PIN, PIN_TROUBLES, SIGN_ON } from '../i18n/sign-on.ts';
import type { PinDone, PinOf, PinStart, PinWith } from '../model.ts';
import { Loading, Strip } from '../parts/states.tsx';
import { Fault } from '../parts/sure.tsx';
import { useWords } from '../parts/words.ts';
import { useAsk, useWorld } from '../parts/world.tsx';
import './care.css';

type With = Exclude<PinWith, 'away' | 'shut' | null>;

/** What the practice asks patients to sign on with: asked once per visit of a screen. */
export const usePinWith = () => useAsk(['pin-with'], async (world) => (await world.pins?.with()) ?? null);

/** `ready`: with what was pinned, or with null where they get in without. */
export function PinNewcomer(of: {
  readonly of: PinOf;
  readonly ready: (pin: { readonly id: string | null } | null) => void;
}) {
  const words = useWords();
  const found = usePinWith();
  const [use, setUse] = useState<'with' | 'without'>('with');
  const { ready } = of;
  const known = found.data;
  const free = known === 'away' || (typeof known === 'object' && known !== null && !known.always);
  const decided = found.error !== null || known === null || (free && use === 'without');
  useEffect(() => {
    ready(decided && found.error === null ? { id: null } : null);
  }, [decided, found.error, ready]);
  if (found.error) return <Fault error={found.error} />;
  if (known === undefined) return <Loading label={words.text(SIGN_ON.asking)} rows={1} />;
  if (known === null) return null;
  if (known === 'away' || known === 'shut') {
    return (
      <>
        <Strip
          tone="warn"
          title={words.text(PIN.away)}
          body={words.text(known === 'away' ? PIN.awayBody : PIN.shutBody)}
        />
        <div className="kk-buttons">
          <Button variant="default" onClick={() => void found.refetch()}>
            {words.text(SIGN_ON.again)}
          </Button>
          {known === 'away' ? (
            <Button variant="default" aria-pressed={use === 'without'} onClick={() => setUse('without')}>
              {words.text(PIN.without)}
            </Button>
          ) : null}
        </div>
      </>
    );
  }
  return (
    <section className="kk-stack" aria-labelledby="pin">
      <h3 id="pin">{words.text(named(PIN.title, known.name))}</h3>
      <p>{words.text(named(PIN.lead, known.name))}</p>
      {known.always ? (
        <p className="kk-dim">{words.text(PIN.always)}</p>
      ) : (
        <Radio.Group
          label={words.text(named(PIN.use, known.name))}
          value={use}
          onChange={(next) => setUse(next === 'without' ? 'without' : 'with')}
        >
          <div className="kk-stack">
            <Radio value="with" label={words.text(named(PIN.with, known.name))} />
            <Radio value="without" label={words.text(PIN.without)} />
          </div>
        </Radio.Group>
      )}
      {free && use === 'without' ? (
        <p className="kk-dim">{words.text(named(PIN.withoutBody, known.name))}</p>
      ) : (
        <PinSteps of={of.of} known={known} done={(id) => ready({ id })} />
      )}
      <p className="kk-dim kk-small">{words.text(named(PIN.other, known.name))}</p>
    </section>
  );
}

/** The second person: the patient signs on once more, and is compared with the proposal. */
export function PinAgain(of: { readonly proposal: string; readonly again: boolean; readonly changed: () => void }) {
  const words = useWords();
  const found = usePinWith();
  const known = found.data;
  if (of.again) return <Strip tone="good" title={words.text(PIN.same)} body={words.text(PIN.sameBody)} />;
  if (found.error) return <Fault error={found.error} />;
  if (known === undefined) return <Loading label={words.text(SIGN_ON.asking)} rows={1} />;
  if (known === null || typeof known === 'string') {
    return (
      <Strip
        tone="warn"
        title={words.text(PIN.away)}
        end={
          <Button variant="default" size="compact-sm" onClick={() => void found.refetch()}>
            {words.text(SIGN_ON.again)}
          </Button>
        }
      />
    );
  }
  return (
    <div className="kk-stack">
      <p>{words.text(named(PIN.secondLead, known.name))}</p>
      <PinSteps of={{ proposal: of.proposal }} known={known} done={of.changed} />
    </div>
  );
}

/** No owner asked for one: whoever signs sees that too. */
export function NoPin() {
  const words = useWords();
  return <p className="kk-dim">{words.text(PIN.secondPlain)}</p>;
}

function PinSteps({
  of,
  known,
  done,
}: {
  readonly of: PinOf;
  readonly known: With;
  readonly done: (id: string) => void;
}) {
  const words = useWords();
  const world = useWorld();
  const [start, setStart] = useState<PinStart | null>(null);
  const [result, setResult] = useState<PinDone | null>(null);
  const pins = world.pins!;
  const came = (id: string) => (found: PinDone) => {
    setResult(found);
    if (found.done && found.same) done(id);
    // Over at the desk: what comes next begins anew.
    if (!found.done && !found.again) setStart(null);
  };
  const begin = useMutation({
    mutationFn: async (where: 'phone' | 'here') => {
      if (start !== null) await pins.drop(start.id);
      return await pins.begin(of, where);
    },
    onSuccess: (begun) => {
      setStart(begun);
      setResult(null);
    },
  });
  const back = useMutation({ mutationFn: (id: string) => pins.back(id), onSuccess: (found, id) => came(id)(found) });
  useEffect(() => {
    const id = start?.id;
    return () => void (id === undefined ? undefined : pins.drop(id).catch(() => undefined));
    // What was pinned is taken by its id before this goes.
  }, [start?.id, pins]);
  if (result?.done) {
    return result.same ? (
      <div role="status">
        <Strip
          name="pinned"
          tone="good"
          title={words.text(named(PIN.done, known.name))}
          body={`${words.text(SIGN_ON.level)} ${words.text(LEVELS[result.level])}`}
        />
      </div>
    ) : (
      <div role="alert">
        <Strip name="differs" tone="bad" title={words.text(PIN.differs)} body={words.text(PIN.differsBody)} />
      </div>
    );
  }
  return (
    <>
      {result === null ? null : (
        <div role="alert" data-pin-trouble={result.trouble}>
          <Strip tone="warn" title={words.text(PIN_TROUBLES[result.trouble])} />
        </div>
      )}
      <Fault error={begin.error ?? back.error} />
      {start?.link ? <OnPhone start={{ id: start.id, link: start.link }} came={came(start.id)} /> : null}
      {start?.way ? (
        <div className="kk-stack">
          <p>{words.text(PIN.hereBody)}</p>
          <div className="kk-buttons">
            <Button
              component="a"
              href={start.way.href}
              target="_blank"
              rel="noopener noreferrer"
              loading={back.isPending}
              onClick={() => (back.isPending ? undefined : back.mutate(start.id))}
            >
              {words.text(named(SIGN_ON.go, known.name))}
            </Button>
            <span className="kk-dim kk-small">
              {words.text(SIGN_ON.goTo)} {start.way.host}
            </span>
          </div>
        </div>
      ) : null}
      <div className="kk-buttons">
        {known.phone ? (
          <Button
            variant={start === null ? 'filled' : 'default'}
            loading={begin.isPending && begin.variables === 'phone'}
            onClick={() => begin.mutate('phone')}
          >
            {words.text(start?.link ? SIGN_ON.anew : PIN.phone)}
          </Button>
        ) : null}
        <Button
          variant={start === null && !known.phone ? 'filled' : 'default'}
          loading={begin.isPending && begin.variables === 'here'}
          onClick={() => begin.mutate('here')}
        >
          {words.text(start?.way ? SIGN_ON.anew : PIN.here)}
        </Button>
      </div>
    </>
  );
}

interface OnPhoneProps {
  readonly start: { readonly id: string; readonly link: string };
  readonly came: (found: PinDone) => void;
}

function OnPhone({ start, came }: OnPhoneProps) {
  const words = useWords();
  const world = useWorld();
  const [number, setNumber] = useState('');
  const check = useMutation({
    mutationFn: () => world.pins!.number(start.id, number),
    onSuccess: (found) => {
      setNumber('');
      came(found);
    },
  });
  const ready = number.replace(/\D/g, '').length === 6;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (ready) check.mutate();
  };
  return (
    <form className="kk-stack" onSubmit={submit}>
      <p>{words.text(PIN.linkBody)}</p>
      <div>
        <span className="kk-dim kk-small">{words.text(PIN.link)}</span>
        <output
          className="kk-mono"
          style={{ display: 'block', overflowWrap: 'anywhere', fontSize: '1.125rem' }}
          data-pin-link
        >
          {start.link.replace(/^https:\/\//, '')}
        </output>
      </div>
      <div className="kk-buttons">
        <Button variant="default" size="compact-sm" onClick={() => void navigator.clipboard.writeText(start.link)}>
          {words.text(PIN.copy)}
        </Button>
      </div>
      <TextInput
        label={words.text(PIN.number)}
        description={words.text(PIN.numberHint)}
        inputMode="numeric"
        autoComplete="off"
        maxLength={9}
        maw={280}
        value={number}
        onChange={(event) => setNumber(event.currentTarget.value)}
      />
      <Fault error={check.error} />
      <div className="kk-buttons">
        <Button type="submit" disabled={!ready} loading={check.isPending}>
          {words.text(PIN.check)}
        </Button>
      </div>
    </form>
  );
}
