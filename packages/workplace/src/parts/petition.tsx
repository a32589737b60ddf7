/** What is asked and answered, at the practice and at a partner: the page, its two lists, the day it is due and the form. */

import type { LocalDate } from '@ketenkluis/base';
import { Button, Radio, Textarea } from '@mantine/core';
import { type ComponentProps, type ReactNode, useState } from 'react';
import { WORK } from '../i18n/petitions.ts';
import type { Answered as AnswerOf, Text } from '../model.ts';
import { AdminNav } from './admin-nav.tsx';
import { Dialog } from './dialog.tsx';
import { Main } from './main.tsx';
import { Heading, Tag } from './page.tsx';
import { Asked } from './states.tsx';
import { Fault } from './sure.tsx';
import { useWords } from './words.ts';

interface PageProps<T> {
  readonly title: Text;
  readonly lead: Text;
  readonly loading: Text;
  readonly query: ComponentProps<typeof Asked<T>>['query'];
  readonly children: (found: T) => ReactNode;
}

export function PetitionsPage<T>({ title, lead, loading, query, children }: PageProps<T>) {
  const words = useWords();
  return (
    <Main>
      <div className="kk-page">
        <AdminNav />
        <div className="kk-head">
          <Heading name={words.text(title)}>{words.text(title)}</Heading>
          <p className="kk-lead">{words.text(lead)}</p>
        </div>
        <Asked query={query} loading={words.text(loading)} heading={words.text(title)}>
          {children}
        </Asked>
      </div>
    </Main>
  );
}

interface ShelvesProps<T> {
  readonly all: readonly T[];
  readonly waits: (one: T) => boolean;
  readonly children: (one: T) => ReactNode;
}

/** What waits first, then what was answered; an empty list is not shown. */
export function Shelves<T>({ all, waits, children }: ShelvesProps<T>) {
  const words = useWords();
  const shelf = (id: string, title: Text, some: readonly T[]) =>
    some.length === 0 ? null : (
      <section className="kk-card" aria-labelledby={id}>
        <h2 id={id}>
          {words.text(title)} ({some.length})
        </h2>
        <ul className="kk-list">{some.map(children)}</ul>
      </section>
    );
  return (
    <>
      {shelf('waiting', WORK.waiting, all.filter(waits))}
      {shelf(
        'answered',
        WORK.answered,
        all.filter((one) => !waits(one)),
      )}
    </>
  );
}

interface DueProps {
  readonly due: LocalDate;
  readonly late: boolean;
  /** Nobody answers about themselves. */
  readonly me: boolean;
  /** Said to them. */
  readonly mine?: Text;
  readonly of: string;
  readonly reply: () => void;
  readonly children?: ReactNode;
}

export function Due({ due, late, me, mine = WORK.own, of, reply, children }: DueProps) {
  const words = useWords();
  return (
    <div className="kk-buttons" style={{ alignItems: 'center' }}>
      <span>
        {words.text(WORK.due)} <strong>{words.day(due)}</strong>{' '}
        {late ? <Tag tone="bad">{words.text(WORK.late)}</Tag> : null}
      </span>
      {me ? (
        <span className="kk-dim">{words.text(mine)}</span>
      ) : (
        <>
          <Button size="xs" aria-label={`${words.text(WORK.reply)}: ${of}`} onClick={reply}>
            {words.text(WORK.reply)}
          </Button>
          {children}
        </>
      )}
    </div>
  );
}

interface AnsweredProps {
  readonly answer: AnswerOf | null;
  readonly verdict: (said: NonNullable<AnswerOf['words']>, by: string | null) => Text;
}

/** Where it does not open for this reader, that is said; what to do then its screen says. */
export function Answered({ answer, verdict }: AnsweredProps) {
  const words = useWords();
  if (answer === null) return null;
  if (answer.words === null) return answer.unreadable ? null : <p className="kk-dim">{words.text(WORK.notHere)}</p>;
  const { name, text } = answer.words;
  return (
    <p>
      <strong>{words.text(verdict(answer.words, answer.by))}</strong>
      {name === null ? '' : `: ${name}`}. {text} <span className="kk-dim kk-small">({words.moment(answer.at)})</span>
    </p>
  );
}

export interface Choice<T extends string> {
  readonly value: T;
  readonly label: string;
  readonly disabled?: boolean;
}

interface ChoicesProps<T extends string> {
  readonly label: string;
  readonly of: readonly Choice<T>[];
  readonly chosen: T | null;
  readonly choose: (value: T | null) => void;
}

export function Choices<T extends string>({ label, of, chosen, choose }: ChoicesProps<T>) {
  return (
    <Radio.Group
      label={label}
      value={chosen ?? ''}
      onChange={(value) => choose(of.find((one) => one.value === value)?.value ?? null)}
    >
      <div className="kk-stack">
        {of.map((one) => (
          <Radio key={one.value} value={one.value} label={one.label} disabled={one.disabled === true} />
        ))}
      </div>
    </Radio.Group>
  );
}

interface FormProps {
  readonly title: Text;
  /** What was typed stays when it is closed. */
  readonly opened: boolean;
  readonly close: () => void;
  readonly why: Text;
  readonly last?: Text;
  readonly send: Text;
  /** All else that is needed was chosen. */
  readonly ready: boolean;
  readonly sending: boolean;
  readonly error: unknown;
  readonly onSend: (text: string) => void;
  readonly children: ReactNode;
}

/** Choices, and why in words: without both nothing is sent. */
export function DecideForm({
  title,
  opened,
  close,
  why,
  last,
  send,
  ready,
  sending,
  error,
  onSend,
  children,
}: FormProps) {
  const words = useWords();
  const [text, setText] = useState('');
  return (
    <Dialog opened={opened} close={close} title={words.text(title)}>
      <form
        className="kk-stack"
        onSubmit={(event) => {
          event.preventDefault();
          if (ready) onSend(text);
        }}
      >
        {children}
        <Textarea
          label={words.text(why)}
          autosize
          minRows={3}
          maxLength={4000}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
        />
        {last === undefined ? null : <p className="kk-dim kk-small">{words.text(last)}</p>}
        <Fault error={error} />
        <div className="kk-buttons">
          <Button type="submit" loading={sending} disabled={!ready || text.trim() === ''}>
            {words.text(send)}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
