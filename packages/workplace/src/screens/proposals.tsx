/** What more owners sign together: who and what, the new colleague's code, yes or no. */

import { Button } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { BrokenProposal, Proposal } from '../model.ts';
import { useSay } from '../parts/say.ts';
import { Strip, useErrorText } from '../parts/states.tsx';
import { useWords } from '../parts/words.ts';
import { useAct } from '../parts/world.tsx';

interface ProposalsProps {
  readonly proposals: readonly (Proposal | BrokenProposal)[];
  readonly again: () => void;
}

export function Proposals({ proposals, again }: ProposalsProps) {
  const { t } = useTranslation();
  if (proposals.length === 0) return null;
  return (
    <section className="kk-card" aria-labelledby="proposals">
      <h2 id="proposals">{t('team.proposals')}</h2>
      <ul className="kk-list">
        {proposals.map((one) => (
          <li key={one.id} style={{ display: 'grid', gap: 10 }}>
            {'broken' in one ? <Strip tone="bad" title={t('team.proposalBroken')} /> : <Asked proposal={one} />}
            <Answer proposal={one} again={again} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function Asked({ proposal }: { readonly proposal: Proposal }) {
  const { t } = useTranslation();
  const words = useWords();
  const { by, name, role, team, until, signed, needed } = proposal;
  const roleName = role === null ? '' : words.text(role);
  const lower = /^[A-Z][a-z]/.test(roleName) ? `${roleName[0]!.toLowerCase()}${roleName.slice(1)}` : roleName;
  return (
    <>
      <strong>
        {name === null ? t('team.proposalUnnamed', { by }) : t('team.proposal', { by, name, role: lower })}
      </strong>
      <span className="kk-dim kk-small">
        {t('team.proposalTeam', { team, date: words.moment(until), names: signed.join(', '), count: needed })}
      </span>
      {proposal.stale ? (
        <p>{t('team.proposalStale', { by })}</p>
      ) : (
        <>
          <output className="kk-code">{proposal.code}</output>
          <p className="kk-dim">{t(proposal.signedByMe ? 'team.proposalMine' : 'team.proposalCode')}</p>
        </>
      )}
    </>
  );
}

function Answer({ proposal, again }: { readonly proposal: Proposal | BrokenProposal; readonly again: () => void }) {
  const { t } = useTranslation();
  const say = useSay();
  const errorText = useErrorText();
  const agree = useAct(
    (to, id: string) => to.agreeProposal(id),
    (done) => {
      say(t(done === 'admitted' ? 'team.agreed' : 'team.agreedMore'));
      again();
    },
  );
  const refuse = useAct(
    (to, id: string) => to.refuseProposal(id),
    () => {
      say(t('team.refused'));
      again();
    },
  );
  const renew = useAct(
    (to, id: string) => to.renewProposal(id),
    () => {
      say(t('team.proposed'));
      again();
    },
  );
  const sound = 'broken' in proposal ? null : proposal;
  const error = agree.error ?? refuse.error ?? renew.error;
  const busy = agree.isPending || refuse.isPending || renew.isPending;
  return (
    <>
      {error ? (
        <div role="alert">
          <Strip tone="bad" title={errorText(error)} />
        </div>
      ) : null}
      <div className="kk-buttons">
        {sound !== null && !sound.stale && !sound.signedByMe ? (
          <Button loading={agree.isPending} disabled={busy} onClick={() => agree.mutate(proposal.id)}>
            {t('team.agree')}
          </Button>
        ) : null}
        {sound?.stale && sound.mine ? (
          <Button loading={renew.isPending} disabled={busy} onClick={() => renew.mutate(proposal.id)}>
            {t('team.renew')}
          </Button>
        ) : null}
        <Button variant="default" loading={refuse.isPending} disabled={busy} onClick={() => refuse.mutate(proposal.id)}>
          {t('team.refuse')}
        </Button>
      </div>
    </>
  );
}
