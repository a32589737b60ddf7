/** A control policy that waits for a second signature: every number of it, and loudly what it asks less than the one that stands. */

import { useTranslation } from 'react-i18next';
import { CHECKS, type ControlProposal } from '../model.ts';
import { Strip } from '../parts/states.tsx';

export function ControlAsked({ proposal }: { readonly proposal: ControlProposal }) {
  const { t } = useTranslation();
  const { lower } = proposal;
  return (
    <>
      {lower.length === 0 ? null : (
        <Strip
          tone="bad"
          title={t('control.proposalLower', { what: lower.map((one) => t(`control.term.${one}`)).join(', ') })}
        />
      )}
      <dl className="kk-terms">
        <dt>{t('control.policyOfficers')}</dt>
        <dd>{proposal.officers.join(', ')}</dd>
        <dt>{t('control.policyAt')}</dt>
        <dd>{t('control.points', { count: proposal.findingAt })}</dd>
        <dt>{t('control.policyEvery')}</dt>
        <dd>
          {CHECKS.map((kind) =>
            t('control.policyDays', { what: t(`control.checks.${kind}`), count: proposal.every[kind] }),
          ).join('; ')}
        </dd>
        <dt>{t('control.policySample')}</dt>
        <dd>{t('control.policySampleOf', { count: proposal.sampleSize })}</dd>
        <dt>{t('control.policyTerms')}</dt>
        <dd>{t('control.policyTermsOf', { answer: proposal.answerDays, decide: proposal.decideDays })}</dd>
      </dl>
      <p className="kk-dim">{t(proposal.signedByMe ? 'team.proposalMine' : 'control.proposalBody')}</p>
    </>
  );
}
