/** "Mijn dossier": what somebody reads of themselves, and who looked. Phone first: one column, large type, few words. */

import { TextInput } from '@mantine/core';
import { useState } from 'react';
import { OWN } from '../i18n/own.ts';
import type { OwnLook, OwnRecord, OwnView, Text } from '../model.ts';
import { useFew } from '../parts/few.tsx';
import { Main } from '../parts/main.tsx';
import { Heading, Tag } from '../parts/page.tsx';
import { Asked, Strip } from '../parts/states.tsx';
import { useWords } from '../parts/words.ts';
import { useAsk } from '../parts/world.tsx';
import { Openers, Said, Shut } from './own-access.tsx';
import { Alerts, AskName, Copies, Requests, useMine, Where } from './own-asks.tsx';
import { Changes } from './own-changes.tsx';
import './own.css';

export function OwnScreen() {
  const words = useWords();
  const query = useAsk(['own'], (world) => world.own!.open());
  const title = words.text(OWN.title);
  return (
    <Main>
      <div className="kk-own-page">
        <Asked query={query} loading={words.text(OWN.loading)} heading={title}>
          {(view) => <Whole view={view} />}
        </Asked>
      </div>
    </Main>
  );
}

function Whole({ view }: { readonly view: OwnView }) {
  const words = useWords();
  return (
    <div className="kk-own">
      <Heading name={words.text(OWN.title)}>{words.text(OWN.title)}</Heading>
      <p>{words.text(view.as === 'patient' ? OWN.lead : OWN.leadFor)}</p>
      {view.record === null ? (
        <Strip name="ended" tone="plain" title={words.text(OWN.ended)} body={words.text(OWN.endedBody)} />
      ) : (
        <Record record={view.record} />
      )}
      {view.access === null ? null : (
        <>
          <Openers access={view.access} />
          <Said access={view.access} />
          <Shut access={view.access} />
          <Changes access={view.access} />
        </>
      )}
      <Looks view={view} />
      <Requests />
      <Alerts />
      <Copies view={view} />
      <Where place={view.place} />
    </div>
  );
}

function Record({ record }: { readonly record: OwnRecord }) {
  const words = useWords();
  const list = (title: Text, all: OwnRecord['problems'], before: Text | null = null) => (
    <>
      <h3>{words.text(title)}</h3>
      {all.length === 0 ? (
        <p className="kk-dim">{words.text(OWN.none)}</p>
      ) : (
        <ul>
          {all.map(({ name, more }) => (
            <li key={`${name.nl} ${more?.nl}`}>
              {words.text(name)}
              {more === null ? '' : ` (${before === null ? '' : `${words.text(before)} `}${words.text(more)})`}
            </li>
          ))}
        </ul>
      )}
    </>
  );
  return (
    <section className="kk-card" aria-labelledby="own-record">
      <h2 id="own-record">{words.text(OWN.record)}</h2>
      <p className="kk-dim">
        {record.name === null ? '' : `${record.name}. `}
        {words.text(OWN.asOf)} {words.day(record.asOf)}
      </p>
      {list(OWN.problems, record.problems, OWN.since)}
      {list(OWN.medication, record.medication)}
      {list(OWN.allergies, record.allergies)}
      <h3>{words.text(OWN.measurements)}</h3>
      {record.measurements.length === 0 ? <p className="kk-dim">{words.text(OWN.none)}</p> : null}
      <ul>
        {record.measurements.map(({ name, value, more, date }) => (
          <li key={name.nl}>
            {words.text(name)}:{' '}
            <strong>
              {words.text(value)}
              {more === null ? '' : ` ${words.text(more)}`}
            </strong>{' '}
            <span className="kk-dim">({words.day(date)})</span>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Looks({ view }: { readonly view: OwnView }) {
  const words = useWords();
  const { data: mine } = useMine();
  const [from, setFrom] = useState('');
  const [until, setUntil] = useState('');
  const inside = ({ day }: OwnLook) => (from === '' || day >= from) && (until === '' || day <= until);
  const shown = view.looks[words.language].filter(inside);
  const { shown: few, more } = useFew(shown, 50);
  return (
    <section className="kk-card" aria-labelledby="own-looks">
      <h2 id="own-looks">{words.text(OWN.who)}</h2>
      {view.proved ? (
        <Strip name="proved" tone="good" title={words.text(OWN.proved)} />
      ) : (
        <div role="alert">
          <Strip name="unproved" tone="bad" title={words.text(OWN.unproved)} body={words.text(OWN.unprovedBody)} />
        </div>
      )}
      <p>{words.text(OWN.whoLead)}</p>
      <div className="kk-own-period">
        <TextInput
          type="date"
          label={words.text(OWN.from)}
          value={from}
          onChange={(event) => setFrom(event.currentTarget.value)}
        />
        <TextInput
          type="date"
          label={words.text(OWN.until)}
          value={until}
          onChange={(event) => setUntil(event.currentTarget.value)}
        />
      </div>
      <div aria-live="polite">
        {shown.length === 0 ? (
          <p>{words.text(OWN.noLooks)}</p>
        ) : (
          <ul className="kk-own-looks">
            {few.map((look) => (
              <li key={`${look.day} ${look.until} ${look.sentence}`}>
                <span className="kk-dim">
                  {words.day(look.day)}
                  {look.count > 1 ? ` · ${look.count} ${words.text(OWN.times)}` : ''}
                </span>
                <div>
                  {look.sentence} {look.emergency ? <Tag tone="bad">{words.text(OWN.emergency)}</Tag> : null}
                  {look.refused ? <Tag tone="warn">{words.text(OWN.refused)}</Tag> : null}
                </div>
                <AskName look={look} mine={mine} />
              </li>
            ))}
          </ul>
        )}
        {more}
      </div>
    </section>
  );
}
