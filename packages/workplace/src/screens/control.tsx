/** "Controle": questions to whoever is here, and for who reviews the log where it stands today. */

import { Progress as Bar, Button } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ControlSeen, FindingSeen, Progress } from '../model.ts';
import { AdminNav } from '../parts/admin-nav.tsx';
import { Main } from '../parts/main.tsx';
import { Heading } from '../parts/page.tsx';
import { useSay } from '../parts/say.ts';
import { Empty, Strip, Trouble } from '../parts/states.tsx';
import { Fault } from '../parts/sure.tsx';
import { useWords } from '../parts/words.ts';
import { useAct, useAsk } from '../parts/world.tsx';
import { Findings } from './control-findings.tsx';
import { Looks, Missing, Plan, Weeks } from './control-parts.tsx';
import { PolicyCard } from './control-policy.tsx';
import { Questions } from './control-questions.tsx';
import { RightsCard } from './control-rights.tsx';
import './care.css';
import './control.css';

export const CONTROL = ['control'] as const;

export function useControl() {
  const [progress, setProgress] = useState<Progress | null>(null);
  const query = useAsk(CONTROL, (world) => world.control!.status(setProgress), { keep: true });
  return { query, progress };
}

/** What was said is in the log; everything is read on from there. */
export function useAgain(): () => void {
  const queries = useQueryClient();
  return () => {
    for (const key of ['control', 'control-questions', 'control-rights'])
      void queries.invalidateQueries({ queryKey: [key] });
  };
}

export function ControlScreen() {
  const { t } = useTranslation();
  const { query, progress } = useControl();
  return (
    <Main>
      <div className="kk-page">
        <AdminNav />
        <div className="kk-head">
          <Heading name={t('control.title')}>{t('control.title')}</Heading>
        </div>
        <Questions />
        {query.error ? (
          <Trouble error={query.error} retry={() => void query.refetch()} />
        ) : query.data === undefined ? (
          <Reading progress={progress} />
        ) : (
          <Standing seen={query.data} busy={query.isFetching} />
        )}
      </div>
    </Main>
  );
}

export function Reading({ progress }: { readonly progress: Progress | null }) {
  const { t } = useTranslation();
  const share = progress === null || progress.total === 0 ? 0 : (100 * progress.done) / progress.total;
  return (
    <section className="kk-card kk-stack" role="status" data-state="loading" aria-busy="true">
      <p>{t('control.loading')} …</p>
      <Bar value={share} aria-label={t('control.loading')} />
      <p className="kk-dim kk-small kk-num">
        {progress === null ? t('control.firstTime') : t('control.progress', { ...progress })}
      </p>
    </section>
  );
}

const OPEN: ReadonlySet<FindingSeen['stage']> = new Set(['open', 'asked', 'answered', 'blocked', 'broken']);

interface StandingProps {
  readonly seen: ControlSeen;
  /** It is being read again. */
  readonly busy: boolean;
}

function Standing({ seen, busy }: StandingProps) {
  const { t } = useTranslation();
  const { findings, policy } = seen;
  return (
    <>
      <Today seen={seen} busy={busy} />
      <section className="kk-card kk-stack" aria-labelledby="findings">
        <h2 id="findings">{t('control.findings')}</h2>
        {findings.length === 0 ? (
          <Empty title={t('control.none')} body={t('control.noneBody')} />
        ) : (
          <Findings findings={findings} />
        )}
      </section>
      <div className="kk-two-wide">
        <section className="kk-card kk-stack" aria-labelledby="weeks">
          <h2 id="weeks">{t('control.weeks')}</h2>
          <Weeks weeks={seen.weeks} />
        </section>
        {policy === null ? null : (
          <section className="kk-card kk-stack" aria-labelledby="plan">
            <h2 id="plan">{t('control.plan')}</h2>
            <Plan plan={seen.plan} />
          </section>
        )}
      </div>
      <Sample seen={seen} />
      <PolicyCard seen={seen} />
      <RightsCard />
      {seen.missing.length === 0 ? null : (
        <section className="kk-card kk-stack" aria-labelledby="missing">
          <h2 id="missing">{t('control.missing')}</h2>
          <Missing missing={seen.missing} />
        </section>
      )}
    </>
  );
}

/** Where it stands, in one sentence; and the one thing to do. */
function Today({ seen, busy }: StandingProps) {
  const { t } = useTranslation();
  const words = useWords();
  const say = useSay();
  const again = useAgain();
  const done = useAct(
    (to, _: undefined) => to.control!.done('review'),
    () => {
      say(t('control.recorded'));
      again();
    },
  );
  const open = seen.findings.filter(({ stage }) => OPEN.has(stage)).length;
  const late = seen.plan.filter((one) => one.done === null && one.late > 0).length;
  const sentence = [
    seen.reviewedTo === null ? t('control.neverDone') : t('control.allDone', { date: words.moment(seen.reviewedTo) }),
    seen.unreviewed > 0 ? t('control.toDo', { count: seen.unreviewed }) : t('control.nothingNew'),
    ...(open > 0 ? [t('control.findingsOpen', { count: open })] : []),
    ...(seen.policy === null ? [] : [late > 0 ? t('control.arrears', { count: late }) : t('control.inTime')]),
    ...(seen.emergencies > 0 ? [t('control.emergencies', { count: seen.emergencies })] : []),
  ].join(' ');
  const counts = { looks: seen.looks, explained: seen.explained, unexplained: seen.unexplained };
  return (
    <section className="kk-card kk-stack" aria-label={t('control.title')}>
      {seen.faults > 0 ? (
        <Strip tone="bad" title={t('control.faults')} body={t('control.faultsBody', { count: seen.faults })} />
      ) : null}
      {seen.policy === null ? (
        <Strip tone="warn" title={t('control.noPolicy')} body={t('control.noPolicyBody')} />
      ) : null}
      <p className="kk-control-today" data-tone={late > 0 || open > 0 ? 'warn' : 'good'}>
        {sentence}
      </p>
      <p className="kk-dim kk-small">{t('control.numbers', { ...counts, findings: seen.findings.length })}</p>
      {seen.isOfficer ? (
        <div className="kk-buttons" style={{ alignItems: 'center' }}>
          <Button loading={done.isPending} disabled={seen.unreviewed === 0} onClick={() => done.mutate(undefined)}>
            {t('control.record')}
          </Button>
          <span className="kk-dim kk-small">{t('control.recordHint')}</span>
        </div>
      ) : seen.policy === null ? null : (
        <p className="kk-dim kk-small">
          {t('control.notOfficer', { names: seen.policy.officers.map(({ name }) => name).join(', ') })}
        </p>
      )}
      <Fault error={done.error} />
      <div className="kk-buttons">
        <Button variant="default" size="xs" loading={busy} onClick={again}>
          {t('control.refresh')}
        </Button>
      </div>
    </section>
  );
}

/** Looks that nothing explains: a human reads some of them each time. */
function Sample({ seen }: { readonly seen: ControlSeen }) {
  const { t } = useTranslation();
  const say = useSay();
  const again = useAgain();
  const done = useAct(
    (to, check: 'sample' | 'emergency') => to.control!.done(check),
    () => {
      say(t('control.recorded'));
      again();
    },
  );
  if (!seen.isOfficer) return null;
  return (
    <section className="kk-card kk-stack" aria-labelledby="sample">
      <h2 id="sample">{t('control.sample')}</h2>
      <p className="kk-dim">{seen.sample.length === 0 ? t('control.sampleNone') : t('control.sampleBody')}</p>
      <Looks looks={seen.sample} />
      <Fault error={done.error} />
      <div className="kk-buttons" style={{ alignItems: 'center' }}>
        <Button variant="default" loading={done.isPending} onClick={() => done.mutate('sample')}>
          {t('control.sampleDone')}
        </Button>
        <Button
          variant="default"
          loading={done.isPending}
          disabled={seen.emergencies > 0}
          onClick={() => done.mutate('emergency')}
        >
          {t('control.emergencyDone')}
        </Button>
        {seen.emergencies > 0 ? <Link to="/waarneming">{t('control.emergencyFirst')}</Link> : null}
      </div>
    </section>
  );
}
