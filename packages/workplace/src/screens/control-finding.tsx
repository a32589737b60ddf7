/** One finding: why it stands out, its looks, what was asked and answered, and the decision. */

import { Button, NativeSelect, Textarea } from '@mantine/core';
import { Link, useParams } from '@tanstack/react-router';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type FindingSeen, FOLLOW_UPS, type FollowUp, VERDICTS, type Verdict } from '../model.ts';
import { AdminNav } from '../parts/admin-nav.tsx';
import { Main } from '../parts/main.tsx';
import { Heading } from '../parts/page.tsx';
import { useSay } from '../parts/say.ts';
import { Empty, Strip, Trouble } from '../parts/states.tsx';
import { Fault } from '../parts/sure.tsx';
import { useWords } from '../parts/words.ts';
import { useAct, useWorld } from '../parts/world.tsx';
import { Reading, useAgain, useControl } from './control.tsx';
import { Stage, useTitle } from './control-findings.tsx';
import { Looks, Steps } from './control-parts.tsx';
import './care.css';
import './control.css';

export function ControlFindingScreen() {
  const { t } = useTranslation();
  const { finding: id } = useParams({ strict: false });
  const { query, progress } = useControl();
  const found = query.data?.findings.find((one) => one.id === id);
  return (
    <Main>
      <div className="kk-page">
        <AdminNav />
        <p>
          <Link to="/controle">{t('control.back')}</Link>
        </p>
        {query.error ? (
          <Trouble error={query.error} retry={() => void query.refetch()} />
        ) : query.data === undefined ? (
          <Reading progress={progress} />
        ) : found === undefined ? (
          <>
            <Heading name={t('control.title')}>{t('control.title')}</Heading>
            <Empty title={t('control.gone')} body={t('control.goneBody')} />
          </>
        ) : (
          <One finding={found} />
        )}
      </div>
    </Main>
  );
}

function One({ finding }: { readonly finding: FindingSeen }) {
  const { t } = useTranslation();
  const words = useWords();
  const title = useTitle();
  const { stage, steps, looks, mayJudge } = finding;
  return (
    <>
      <div className="kk-head">
        <Heading name={t('control.title')}>{title(finding)}</Heading>
        <Stage finding={finding} />
      </div>
      {stage === 'blocked' ? <Strip tone="bad" title={t('control.blocked')} /> : null}
      {stage === 'broken' ? <Strip tone="bad" title={t('control.brokenBody')} /> : null}
      <div className="kk-two-wide">
        <div className="kk-stack">
          <section className="kk-card kk-stack" aria-labelledby="why">
            <h2 id="why">{t('control.why')}</h2>
            <ul className="kk-plainlist">
              {finding.why.map((one) => (
                <li key={one.nl}>{words.text(one)}</li>
              ))}
            </ul>
            <p className="kk-dim kk-small">{t('control.points', { count: finding.points })}</p>
          </section>
          <section className="kk-card kk-stack" aria-labelledby="looks">
            <h2 id="looks">{t('control.looks')}</h2>
            <Looks looks={looks} />
          </section>
        </div>
        <div className="kk-stack">
          <section className="kk-card kk-stack" aria-labelledby="steps">
            <h2 id="steps">{t('control.steps')}</h2>
            <Steps steps={steps} />
          </section>
          {stage === 'broken' ? null : !mayJudge ? (
            <p className="kk-dim">{t('control.mayNot')}</p>
          ) : stage === 'decided' ? (
            <Reopen finding={finding} />
          ) : (
            <>
              <Ask finding={finding} />
              <Decide finding={finding} />
            </>
          )}
        </div>
      </div>
    </>
  );
}

interface FormProps {
  readonly id: string;
  readonly title: string;
  readonly label: string;
  readonly hint: string;
  readonly send: string;
  readonly ready?: boolean;
  readonly act: { readonly isPending: boolean; readonly error: unknown; mutate(text: string): void };
  readonly children?: ReactNode;
}
function Form({ id, title, label, hint, send, ready = true, act, children }: FormProps) {
  const [text, setText] = useState('');
  return (
    <section className="kk-card kk-stack" aria-labelledby={id}>
      <h2 id={id}>{title}</h2>
      <form
        className="kk-stack"
        onSubmit={(event) => {
          event.preventDefault();
          if (ready && text.trim() !== '') act.mutate(text.trim());
        }}
      >
        {children}
        <Textarea
          label={label}
          description={hint}
          autosize
          minRows={3}
          maxLength={4000}
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
        <Fault error={act.error} />
        <div className="kk-buttons">
          <Button type="submit" loading={act.isPending} disabled={!ready || text.trim() === ''}>
            {send}
          </Button>
        </div>
      </form>
    </section>
  );
}

function useSaid(word: 'askDone' | 'decideDone' | 'reopenDone'): () => void {
  const { t } = useTranslation();
  const say = useSay();
  const again = useAgain();
  return () => {
    say(t(`control.${word}`));
    again();
  };
}

function Ask({ finding }: { readonly finding: FindingSeen }) {
  const { t } = useTranslation();
  const left = finding.who.filter(({ waiting }) => !waiting);
  const [whom, setWhom] = useState(left[0]?.person ?? null);
  const ask = useAct(
    (to, text: string) => to.control!.ask(finding.id, whom ?? left[0]!.person, text),
    useSaid('askDone'),
  );
  if (left.length === 0) return null;
  return (
    <Form
      id="ask"
      title={t('control.ask')}
      label={t('control.askText')}
      hint={t('control.askHint')}
      send={t('control.askSend')}
      act={ask}
    >
      {left.length === 1 ? (
        <p className="kk-dim">
          {t('control.askWhom')}: {left[0]!.name}
        </p>
      ) : (
        <NativeSelect
          label={t('control.askWhom')}
          value={whom ?? ''}
          onChange={(event) => setWhom(left.find(({ person }) => person === event.target.value)?.person ?? null)}
          data={left.map(({ person, name }) => ({ value: person, label: name }))}
        />
      )}
    </Form>
  );
}

function Decide({ finding }: { readonly finding: FindingSeen }) {
  const { t } = useTranslation();
  const words = useWords();
  const world = useWorld();
  const [verdict, setVerdict] = useState<Verdict | null>(null);
  const [followUp, setFollowUp] = useState<FollowUp>('none');
  const decide = useAct(
    (to, text: string) => to.control!.decide(finding.id, verdict!, verdict === 'unjustified' ? followUp : 'none', text),
    useSaid('decideDone'),
  );
  const { hearUntil } = finding;
  // A term begins with the question; before it there is no day to name.
  const asked =
    finding.who.some(({ waiting }) => waiting) && hearUntil !== null && hearUntil < world.now() + 40 * 86_400_000;
  return (
    <Form
      id="decide"
      title={t('control.decide')}
      label={t('control.ground')}
      hint={t('control.groundHint')}
      send={t('control.decideSend')}
      ready={verdict !== null}
      act={decide}
    >
      {hearUntil === null ? null : (
        <p className="kk-dim">
          {asked ? t('control.hearFirst', { date: words.dayOf(hearUntil) }) : t('control.hearFirstOpen')}
        </p>
      )}
      <fieldset className="kk-fieldset">
        <legend>{t('control.verdict')}</legend>
        <div className="kk-choices">
          {VERDICTS.map((one) => (
            <label key={one} className="kk-choice">
              <input
                type="radio"
                name="verdict"
                checked={verdict === one}
                disabled={one !== 'justified' && hearUntil !== null}
                onChange={() => setVerdict(one)}
              />
              <strong>{t(`control.verdicts.${one}`)}</strong>
            </label>
          ))}
        </div>
      </fieldset>
      {verdict === 'unjustified' ? (
        <NativeSelect
          label={t('control.followUp')}
          value={followUp}
          onChange={(event) => setFollowUp(FOLLOW_UPS.find((one) => one === event.target.value) ?? 'none')}
          data={FOLLOW_UPS.map((one) => ({ value: one, label: t(`control.followUps.${one}`) }))}
        />
      ) : null}
    </Form>
  );
}

function Reopen({ finding }: { readonly finding: FindingSeen }) {
  const { t } = useTranslation();
  const reopen = useAct((to, text: string) => to.control!.reopen(finding.id, text), useSaid('reopenDone'));
  if (finding.decided?.byMe === true) return <p className="kk-dim">{t('control.reopenHint')}</p>;
  return (
    <Form
      id="reopen"
      title={t('control.reopen')}
      label={t('control.ground')}
      hint={t('control.reopenHint')}
      send={t('control.reopen')}
      act={reopen}
    />
  );
}
