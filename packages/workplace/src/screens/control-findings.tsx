/** The findings of a review: new ones that stand out by the same things together, and a few at a time. */

import { Button, Textarea } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { FindingSeen } from '../model.ts';
import { useFew } from '../parts/few.tsx';
import { Tag } from '../parts/page.tsx';
import { useSay } from '../parts/say.ts';
import { Fault } from '../parts/sure.tsx';
import { useWords } from '../parts/words.ts';
import { useAct } from '../parts/world.tsx';
import { useAgain } from './control.tsx';

/** From so many alike on they stand together. */
const TOGETHER = 4;
const PIECE = 25;

const TONE: Readonly<Record<FindingSeen['stage'], string>> = {
  ...{ open: 'warn', asked: 'plain', answered: 'warn', decided: 'good', blocked: 'bad', broken: 'bad' },
};

export function useTitle(): (finding: FindingSeen) => string {
  const { t } = useTranslation();
  return ({ who, patients }) => {
    const [first, ...more] = patients;
    const about =
      first === undefined
        ? t('control.nobody')
        : more.length === 0
          ? first
          : t('control.patients', { first, count: more.length });
    return t('control.finding', { who: who.map(({ name }) => name).join(', '), patients: about });
  };
}

export function Stage({ finding }: { readonly finding: FindingSeen }) {
  const { t } = useTranslation();
  return <Tag tone={TONE[finding.stage]}>{t(`control.stage.${finding.stage}`)}</Tag>;
}

function Row({ finding }: { readonly finding: FindingSeen }) {
  const { t } = useTranslation();
  const words = useWords();
  const title = useTitle();
  return (
    <li className="kk-control-row">
      <span className="kk-control-points kk-num" title={t('control.points', { count: finding.points })}>
        {finding.points}
      </span>
      <div>
        <div className="kk-row-end">
          <Link to="/controle/$finding" params={{ finding: finding.id }} className="kk-row-link">
            {title(finding)}
          </Link>
          <Stage finding={finding} />
        </div>
        <p className="kk-dim kk-small">
          {words.moment(finding.from)} · {finding.why.map((one) => words.text(one)).join(' ')}
        </p>
      </div>
    </li>
  );
}

/** One finding, or many that are alike, in the order in which they came. */
export function alike(findings: readonly FindingSeen[]): readonly (readonly FindingSeen[])[] {
  const key = (one: FindingSeen) => (one.stage === 'open' && one.mayJudge ? one.alike : null);
  const known = Map.groupBy(findings, key);
  const groups: (readonly FindingSeen[])[] = [];
  const done = new Set<string>();
  for (const one of findings) {
    const name = key(one);
    const all = name === null ? [] : (known.get(name) ?? []);
    if (name === null || all.length < TOGETHER) groups.push([one]);
    else if (!done.has(name)) {
      done.add(name);
      groups.push(all);
    }
  }
  return groups;
}

export function Findings({ findings }: { readonly findings: readonly FindingSeen[] }) {
  const { shown, more } = useFew(alike(findings), PIECE);
  return (
    <>
      <ul className="kk-list">
        {shown.map((all) =>
          all.length === 1 ? <Row key={all[0]!.id} finding={all[0]!} /> : <Group key={all[0]!.id} all={all} />,
        )}
      </ul>
      {more}
    </>
  );
}

interface GroupProps {
  readonly all: readonly FindingSeen[];
}

function Group({ all }: GroupProps) {
  const { t } = useTranslation();
  const words = useWords();
  const [open, setOpen] = useState(false);
  const [first] = all;
  const names = [...new Set(all.flatMap(({ who }) => who.map(({ name }) => name)))];
  return (
    <li className="kk-control-row">
      <span className="kk-control-points kk-num" title={t('control.points', { count: first!.points })}>
        {first!.points}
      </span>
      <div className="kk-stack">
        <div className="kk-row-end">
          <strong>{t('control.alike', { count: all.length })}</strong>
          <Stage finding={first!} />
        </div>
        <p className="kk-dim kk-small">
          {first!.why.map((one) => words.text(one)).join(' ')} ·{' '}
          {names.length > 3 ? t('control.alikePeople', { count: names.length }) : names.join(', ')}
        </p>
        <div className="kk-buttons">
          <Button variant="default" size="xs" aria-expanded={open} onClick={() => setOpen(!open)}>
            {t(open ? 'control.alikeHide' : 'control.alikeShow')}
          </Button>
        </div>
        {open ? <Members all={all} /> : null}
      </div>
    </li>
  );
}

/** Nobody decides about what they did not have on the screen. */
function Members({ all }: GroupProps) {
  const { t } = useTranslation();
  const { shown, more } = useFew(all, PIECE);
  const [explain, setExplain] = useState(false);
  return (
    <>
      <ul className="kk-list">
        {shown.map((one) => (
          <Row key={one.id} finding={one} />
        ))}
      </ul>
      {more}
      <div className="kk-buttons">
        <Button variant="default" size="xs" aria-expanded={explain} onClick={() => setExplain(!explain)}>
          {t('control.alikeExplain', { count: shown.length })}
        </Button>
      </div>
      {explain ? <Explain all={shown} /> : null}
    </>
  );
}

/** One reason for all that are ticked off together; each gets a line of its own. */
function Explain({ all }: GroupProps) {
  const { t } = useTranslation();
  const say = useSay();
  const again = useAgain();
  const [text, setText] = useState('');
  const act = useAct(
    (to, ground: string) =>
      to.control!.justify(
        all.map(({ id }) => id),
        ground,
      ),
    () => {
      say(t('control.alikeDone', { count: all.length }));
      again();
    },
  );
  return (
    <form
      className="kk-stack"
      onSubmit={(event) => {
        event.preventDefault();
        if (text.trim() !== '') act.mutate(text.trim());
      }}
    >
      <Textarea
        label={t('control.ground')}
        description={t('control.alikeHint', { count: all.length })}
        autosize
        minRows={2}
        maxLength={4000}
        value={text}
        onChange={(event) => setText(event.target.value)}
      />
      <Fault error={act.error} />
      <div className="kk-buttons">
        <Button type="submit" loading={act.isPending} disabled={text.trim() === ''}>
          {t('control.alikeSend', { count: all.length })}
        </Button>
      </div>
    </form>
  );
}
