/** Looks, steps, plan and weeks as they stand on several screens of "Controle". */

import { useTranslation } from 'react-i18next';
import type { CheckSeen, ControlSeen, LookSeen, StepSeen, Text } from '../model.ts';
import { Tag } from '../parts/page.tsx';
import { useWords } from '../parts/words.ts';

type Shown = Omit<LookSeen, 'why'> & { readonly why?: readonly Text[] };
const FEW = 20;
const ACTIONS = ['open', 'list', 'search', 'print', 'export', 'copy', 'emergency'] as const;

export function Looks({ looks }: { readonly looks: readonly Shown[] }) {
  const { t } = useTranslation();
  const words = useWords();
  if (looks.length === 0) return null;
  return (
    <ul className="kk-control-looks">
      {looks.slice(0, FEW).map((one) => {
        const action = ACTIONS.find((known) => known === one.action) ?? 'open';
        const what = t(`control.action.${action}`);
        return (
          <li key={`${one.line} ${one.dossier}`}>
            <div className="kk-row-end">
              <strong>{t('control.look', { who: one.who, what, patient: one.patient ?? t('control.nobody') })}</strong>
              <span className="kk-dim kk-small kk-num">{words.moment(one.at)}</span>
            </div>
            {one.why === undefined ? null : (
              <span className="kk-dim kk-small">{one.why.map((text) => words.text(text)).join(' ')}</span>
            )}
          </li>
        );
      })}
      {looks.length > FEW ? <li className="kk-dim">{t('control.more', { count: looks.length - FEW })}</li> : null}
    </ul>
  );
}

export function Steps({ steps }: { readonly steps: readonly StepSeen[] }) {
  const { t } = useTranslation();
  const words = useWords();
  if (steps.length === 0) return <p className="kk-dim">{t('control.noSteps')}</p>;
  const said = (one: StepSeen): string => {
    const { by, whom, verdict } = one;
    if (one.kind === 'ask') return t('control.stepAsk', { by, whom });
    if (one.kind === 'answer') return t('control.stepAnswer', { by });
    if (one.kind === 'reopen') return t('control.stepReopen', { by });
    const judged = verdict === null ? '' : t(`control.verdicts.${verdict}`);
    return t('control.stepDecide', { by, verdict: judged });
  };
  return (
    <ol className="kk-control-steps">
      {steps.map((one, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: steps only ever grow
        <li key={i}>
          <div className="kk-row-end">
            <strong>{said(one)}</strong>
            <span className="kk-dim kk-small kk-num">{words.moment(one.at)}</span>
          </div>
          {one.text === null ? (
            <span className="kk-dim">{t('control.notForYou')}</span>
          ) : (
            <blockquote>{one.text}</blockquote>
          )}
          {one.followUp === null || one.followUp === 'none' ? null : (
            <span className="kk-small">
              {t('control.followUp')}: {t(`control.followUps.${one.followUp}`)}
            </span>
          )}
        </li>
      ))}
    </ol>
  );
}

export function Plan({ plan }: { readonly plan: readonly CheckSeen[] }) {
  const { t } = useTranslation();
  const words = useWords();
  return (
    <div className="kk-scroll">
      <table className="kk-table">
        <thead>
          <tr>
            <th scope="col">{t('control.planKind')}</th>
            <th scope="col">{t('control.planDue')}</th>
            <th scope="col">{t('control.planDone')}</th>
          </tr>
        </thead>
        <tbody>
          {plan.slice(-12).map(({ kind, due, done, late }) => (
            <tr key={`${kind} ${due}`}>
              <td>{t(`control.checks.${kind}`)}</td>
              <td className="kk-num">{words.day(due)}</td>
              <td>
                {done === null ? t('control.planWaits') : words.day(done)}{' '}
                {late > 0 ? <Tag tone="bad">{t('control.planLate', { count: late })}</Tag> : null}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

const HEIGHT = 100;
/** Bars of looks with findings in them; the picture has a text, the table holds the values. */
export function Weeks({ weeks }: { readonly weeks: ControlSeen['weeks'] }) {
  const { t } = useTranslation();
  const words = useWords();
  const most = Math.max(1, ...weeks.map(({ looks }) => looks));
  const width = 100 / Math.max(1, weeks.length);
  const looks = weeks.reduce((sum, one) => sum + one.looks, 0);
  const findings = weeks.reduce((sum, one) => sum + one.findings, 0);
  const label = t('control.weeksText', { count: weeks.length, looks, findings });
  return (
    <>
      <svg className="kk-weeks" viewBox={`0 0 100 ${HEIGHT}`} preserveAspectRatio="none" role="img" aria-label={label}>
        {weeks.map((one, i) => {
          const height = (HEIGHT * one.looks) / most;
          const found = one.findings === 0 ? 0 : Math.max(3, (HEIGHT * one.findings) / most);
          return (
            <g key={one.week}>
              <rect
                className="looks"
                x={i * width + width * 0.1}
                y={HEIGHT - height}
                width={width * 0.8}
                height={height}
                vectorEffect="non-scaling-stroke"
              />
              <rect
                className="findings"
                x={i * width + width * 0.1}
                y={HEIGHT - found}
                width={width * 0.8}
                height={found}
              />
            </g>
          );
        })}
      </svg>
      <p className="kk-dim kk-small">{label}</p>
      <details>
        <summary>{t('control.weeks')}</summary>
        <table className="kk-table">
          <thead>
            <tr>
              <th scope="col">{t('control.week')}</th>
              <th scope="col">{t('control.weekLooks')}</th>
              <th scope="col">{t('control.weekFindings')}</th>
            </tr>
          </thead>
          <tbody>
            {weeks.map((one) => (
              <tr key={one.week}>
                <td className="kk-num">{words.day(one.week)}</td>
                <td className="kk-num">{words.number(one.looks)}</td>
                <td className="kk-num">{words.number(one.findings)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </details>
    </>
  );
}

const WHY = ['looker', 'subject', 'address', 'surname', 'before', 'after', 'unread', 'partners', 'lists'] as const;
export function Missing({ missing }: { readonly missing: ControlSeen['missing'] }) {
  const { t } = useTranslation();
  const words = useWords();
  return (
    <>
      <p className="kk-dim">{t('control.missingBody')}</p>
      <ul className="kk-plainlist">
        {missing.map(({ why, count }) => {
          const known = WHY.find((one) => one === why);
          return known === undefined ? null : (
            <li key={why}>
              <span className="kk-num">{words.number(count)}</span> · {t(`control.why_${known}`)}
            </li>
          );
        })}
      </ul>
    </>
  );
}
