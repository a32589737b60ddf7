/** What more owners sign together: who and what, the new colleague's code, yes or no. */

import { Button } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { DEMAND } from '../i18n/demand.ts';
import type { BrokenProposal, LiftProposal, Proposal } from '../model.ts';
import { Fingerprint } from '../parts/fingerprint.tsx';
import { useSay } from '../parts/say.ts';
import { Strip, useErrorText } from '../parts/states.tsx';
import { useWords } from '../parts/words.ts';
import { useAct } from '../parts/world.tsx';
import { ControlAsked } from './control-proposal.tsx';
import { ProposedDemand } from './demand.tsx';
import { ProposedKeyholders, useKeyholdersWords } from './keyholders.tsx';
import { NoPin, PinAgain } from './pin.tsx';
import { ProposedWitnesses, useWitnessesWords } from './witnesses.tsx';

interface ProposalsProps {
  readonly proposals: readonly (Proposal | BrokenProposal)[];
  /** Whoever is no owner is asked as the second person. */
  readonly owner: boolean;
  readonly again: () => void;
}

export function Proposals({ proposals, owner, again }: ProposalsProps) {
  const { t } = useTranslation();
  if (proposals.length === 0) return null;
  return (
    <section className="kk-card" aria-labelledby="proposals">
      <h2 id="proposals">{t(owner ? 'team.proposals' : 'team.proposalsSecond')}</h2>
      <ul className="kk-list">
        {proposals.map((one) => (
          <li key={one.id} style={{ display: 'grid', gap: 10 }}>
            {'broken' in one ? (
              <Strip tone="bad" title={t('team.proposalBroken')} />
            ) : (
              <Asked proposal={one} owner={owner} again={again} />
            )}
            <Answer proposal={one} owner={owner} again={again} />
          </li>
        ))}
      </ul>
    </section>
  );
}

/** Nothing is left for this person to sign; an owner who did not sign yet may still put it into the log. */
const allSigned = ({ complete, signedByMe }: Proposal, owner: boolean): boolean => complete && (signedByMe || !owner);

interface AskedProps {
  readonly proposal: Proposal;
  readonly owner: boolean;
  readonly again: () => void;
}

function Asked({ proposal, owner, again }: AskedProps) {
  const { t } = useTranslation();
  const words = useWords();
  const { by, until, signed, needed } = proposal;
  return (
    <>
      <strong>
        <What proposal={proposal} />
      </strong>
      <span className="kk-dim kk-small">
        {proposal.what === 'colleague' ? `${t('team.proposalTeam', { team: proposal.team })} ` : ''}
        {until === null ? '' : `${t('team.proposalUntil', { date: words.moment(until) })} `}
        {t('team.proposalSigned', { names: signed.join(', '), count: needed })}
      </span>
      {proposal.what === 'lift' ? (
        <ToDossier proposal={proposal} />
      ) : proposal.stale ? (
        <p>{t('team.proposalStale', { by })}</p>
      ) : allSigned(proposal, owner) ? (
        <p className="kk-dim">{t('team.agreedAll')}</p>
      ) : (
        <Compared proposal={proposal} again={again} />
      )}
    </>
  );
}

/** What a patient shut is read, and signed, where it stands. */
function ToDossier({ proposal: { dossier } }: { readonly proposal: LiftProposal }) {
  const { t: s } = useTranslation('shut');
  return (
    <>
      <p className="kk-dim">{s('proposalBody')}</p>
      <Link to="/dossier/$dossier" params={{ dossier }}>
        {s('toDossier')}
      </Link>
    </>
  );
}

function What({ proposal }: { readonly proposal: Proposal }) {
  const { t } = useTranslation();
  const words = useWords();
  const witnesses = useWitnessesWords();
  const keyholders = useKeyholdersWords();
  const { t: s } = useTranslation('shut');
  const { by } = proposal;
  if (proposal.what === 'lift') return s('proposal', { by, patient: proposal.patient });
  if (proposal.what === 'witnesses') return witnesses(proposal);
  if (proposal.what === 'control') return t('control.proposal', { by });
  if (proposal.what === 'keyholders') return keyholders(proposal);
  if (proposal.what === 'demand') return `${by} ${words.text(DEMAND.proposal)}`;
  if (proposal.what === 'assumption') {
    return t('assumed.proposal', { by, whom: proposal.categories.map((one) => words.lower(one)).join(', ') });
  }
  const { name } = proposal;
  if (proposal.what === 'renewal') {
    return t('team.renewal', { name, teams: proposal.teams.join(', ') });
  }
  if (proposal.what === 'own') {
    return t(`own.proposal.${proposal.as}`, { by, name, role: proposal.role, patient: proposal.patient });
  }
  if (name === null) return t(proposal.what === 'partner' ? 'team.partnerUnnamed' : 'team.proposalUnnamed', { by });
  if (proposal.what === 'partner') return t('team.partnerProposal', { by, name });
  if (proposal.what === 'place') {
    return t('team.placeProposal', { by, name, team: proposal.team, date: words.dayOf(proposal.substitute.until) });
  }
  if (proposal.substitute !== null) {
    const { until } = proposal.substitute;
    return t('team.poolProposal', { by, name, team: proposal.team, date: words.dayOf(until) });
  }
  return t('team.proposal', { by, name, role: proposal.role === null ? '' : words.lower(proposal.role) });
}

/** What each who signs compares outside this screen. */
function Compared({ proposal, again }: Pick<AskedProps, 'proposal' | 'again'>) {
  const { t } = useTranslation();
  const words = useWords();
  if (proposal.what === 'lift') return null;
  if (proposal.what === 'control') return <ControlAsked proposal={proposal} />;
  if (proposal.what === 'assumption') {
    return (
      <>
        <dl className="kk-terms">
          <dt>{t('assumed.ground')}</dt>
          <dd>{t(`assumed.grounds.${proposal.ground}`)}</dd>
          <dt>{t('assumed.text')}</dt>
          <dd>{proposal.text}</dd>
          <dt>{t('assumed.until')}</dt>
          <dd>{words.dayOf(proposal.end)}</dd>
        </dl>
        <p className="kk-dim">
          {proposal.signedByMe ? t('team.proposalMine') : t('assumed.proposalBody', { count: proposal.count })}
        </p>
      </>
    );
  }
  if (proposal.what === 'witnesses') return <ProposedWitnesses proposal={proposal} />;
  if (proposal.what === 'keyholders') return <ProposedKeyholders proposal={proposal} />;
  if (proposal.what === 'demand') return <ProposedDemand proposal={proposal} mine={t('team.proposalMine')} />;
  if (proposal.what === 'renewal') {
    return <p className="kk-dim">{t(proposal.signedByMe ? 'team.proposalMine' : 'team.renewalBody')}</p>;
  }
  if (proposal.what === 'own') {
    return (
      <>
        <p>{t(`own.checked.${proposal.checked}`, { by: proposal.by })}</p>
        <output className="kk-code">{proposal.code}</output>
        <p className="kk-dim">{t(proposal.signedByMe ? 'team.proposalMine' : 'own.compare')}</p>
        {proposal.signedByMe ? null : proposal.eid === null ? (
          <NoPin />
        ) : (
          <PinAgain proposal={proposal.id} again={proposal.eid.again} changed={again} />
        )}
      </>
    );
  }
  if (proposal.what === 'place') {
    return (
      <>
        <p>{t('team.poolBody', { names: proposal.substitute.callers.join(', ') })}</p>
        {proposal.signedByMe ? <p className="kk-dim">{t('team.proposalMine')}</p> : null}
      </>
    );
  }
  if (proposal.what === 'colleague') {
    return (
      <>
        {proposal.substitute === null ? null : (
          <p>{t('team.poolBody', { names: proposal.substitute.callers.join(', ') })}</p>
        )}
        <output className="kk-code">{proposal.code}</output>
        <p className="kk-dim">{t(proposal.signedByMe ? 'team.proposalMine' : 'team.proposalCode')}</p>
      </>
    );
  }
  return (
    <>
      <span className="kk-small">
        {proposal.teams.join(', ')}
        {proposal.ura === null ? '' : ` · ${t('partners.uraOf', { ura: proposal.ura })}`}
        {proposal.proof === null ? '' : ` · ${proposal.proof}`}
      </span>
      {proposal.accepts.length === 0 ? null : (
        <span className="kk-small">
          {t('partners.accepts', { levels: proposal.accepts.map((level) => t(`partners.levels.${level}`)).join(', ') })}
        </span>
      )}
      <Fingerprint digits={proposal.fingerprint} label={t('partners.fingerprint')} />
      <p className="kk-dim">{t(proposal.signedByMe ? 'team.partnerMine' : 'team.partnerCompare')}</p>
    </>
  );
}

interface AnswerProps {
  readonly proposal: Proposal | BrokenProposal;
  readonly owner: boolean;
  readonly again: () => void;
}

function Answer({ proposal, owner, again }: AnswerProps) {
  const { t } = useTranslation();
  const say = useSay();
  const errorText = useErrorText();
  const sound = 'broken' in proposal ? null : proposal;
  const agree = useAct(
    (to, id: string) => to.agreeProposal(id),
    (done) => {
      const admitted = sound?.what === 'colleague' ? 'team.agreed' : 'team.agreedOther';
      say(t(done === 'proposed' ? 'team.agreedMore' : done === 'signed' ? 'team.agreedAll' : admitted));
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
        {sound !== null && sound.what !== 'lift' && !sound.stale && !sound.signedByMe && !allSigned(sound, owner) ? (
          <Button
            loading={agree.isPending}
            disabled={busy || (sound.what === 'own' && sound.eid?.again === false)}
            onClick={() => agree.mutate(proposal.id)}
          >
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
