/** "Wie kan wat zien" of one patient: who, which parts, why, until when. And shutting somebody out at the patient's wish. */

import type { DossierId } from '@ketenkluis/base';
import { Button, NativeSelect } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { DossierAccess, Ground, Seer, Shut } from '../model.ts';
import { Dialog } from '../parts/dialog.tsx';
import { Tag } from '../parts/page.tsx';
import { useSay } from '../parts/say.ts';
import { Asked, Strip } from '../parts/states.tsx';
import { Fault } from '../parts/sure.tsx';
import { useWords } from '../parts/words.ts';
import { useAct, useAsk, useWorld } from '../parts/world.tsx';
import './care.css';

export function AccessTab({ dossier }: { readonly dossier: DossierId }) {
  const { t } = useTranslation();
  const query = useAsk(['access', dossier], (world) => world.access!.dossier(dossier));
  return (
    <div className="kk-looks">
      <Asked query={query} loading={t('access.loading')}>
        {(access) => <Who access={access} dossier={dossier} />}
      </Asked>
    </div>
  );
}

function Who({ access, dossier }: { readonly access: DossierAccess; readonly dossier: DossierId }) {
  const { t } = useTranslation();
  const words = useWords();
  const world = useWorld();
  return (
    <>
      <div className="kk-row-end">
        <p className="kk-lead">{t('access.lead')}</p>
        {world.desk === null ? null : (
          <Link to="/dossier/$dossier/inzage" params={{ dossier }}>
            {t('own.link')}
          </Link>
        )}
        {access.restrict !== null && world.access?.restrict ? (
          <Restrict dossier={dossier} whom={access.restrict} />
        ) : null}
      </div>
      <div className="kk-card kk-scroll">
        <table className="kk-table">
          <thead>
            <tr>
              <th scope="col">{t('access.who')}</th>
              <th scope="col">{t('access.what')}</th>
              <th scope="col">{t('access.why')}</th>
              <th scope="col">{t('access.until')}</th>
            </tr>
          </thead>
          <tbody>
            {access.seers.map((seer) => (
              <tr key={`${seer.team} ${seer.name}`}>
                <th scope="row">
                  <Name seer={seer} />
                </th>
                <td>
                  {seer.parts.length === 0 ? (
                    <span className="kk-dim">{t('access.nothing')}</span>
                  ) : (
                    <span className="kk-tags">
                      {seer.parts.map((part) => (
                        <Tag key={part.nl}>{words.text(part)}</Tag>
                      ))}
                    </span>
                  )}
                </td>
                <td>
                  <Why grounds={seer.why} outside={seer.outside} />
                </td>
                <td className="kk-num">{seer.until === null ? t('access.enrolled') : words.dayOf(seer.until)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <Strip tone="plain" title={t('access.nobodyElse')} body={t('access.nobodyElseBody')} />
    </>
  );
}

function Name({ seer }: { readonly seer: Seer }) {
  const { t } = useTranslation();
  const words = useWords();
  return (
    <>
      <strong>{seer.outside ?? seer.name}</strong>
      {seer.outside === null ? null : <div>{seer.name}</div>}
      <div className="kk-dim kk-small">
        {seer.outside === null
          ? seer.people.length === 0
            ? t('access.noPeople')
            : seer.people.join(', ')
          : t('access.theirPeople')}
      </div>
      {seer.role === null || seer.outside !== null ? null : (
        <div className="kk-dim kk-small">{words.text(seer.role)}</div>
      )}
    </>
  );
}

function Why({ grounds, outside }: { readonly grounds: readonly Ground[]; readonly outside: string | null }) {
  const { t } = useTranslation();
  const words = useWords();
  const consentOf = ({ consent, assumed }: Extract<Ground, { kind: 'referral' }>): string => {
    if (consent === null) return t('access.noConsent');
    const date = words.dayOf(consent);
    return assumed === null
      ? t('access.consent', { date })
      : t('access.assumed', { date, ground: t(`assumed.grounds.${assumed}`) });
  };
  const said = (ground: Ground): string[] => {
    if (ground.kind === 'standing') return [t('access.standing', { date: words.dayOf(ground.since) })];
    if (ground.kind === 'appointment') return [t('access.appointment', { until: words.moment(ground.until) })];
    if (ground.kind === 'handed') return [t('access.handed', { date: words.moment(ground.at) })];
    return [
      ground.by === null
        ? t('access.referralUnnamed', { date: words.dayOf(ground.at) })
        : t('access.referral', { by: ground.by, date: words.dayOf(ground.at) }),
      consentOf(ground),
    ];
  };
  const lines = grounds.flatMap(said);
  return (
    <div className="kk-why">
      {lines.map((line) => (
        <span key={line}>{line}</span>
      ))}
      {outside !== null && grounds.some(({ kind }) => kind === 'referral') ? (
        <Link to="/verwijzingen" className="kk-small">
          {t('access.toReferrals')}
        </Link>
      ) : null}
    </div>
  );
}

interface RestrictProps {
  readonly dossier: DossierId;
  readonly whom: NonNullable<DossierAccess['restrict']>;
}

function Restrict({ dossier, whom }: RestrictProps) {
  const { t } = useTranslation();
  const say = useSay();
  const [opened, setOpened] = useState(false);
  const [shut, setShut] = useState('');
  const act = useAct(
    (to, party: Shut) => to.access!.restrict!(dossier, party),
    () => {
      setOpened(false);
      setShut('');
      say(t('access.restricted'));
    },
  );
  const all: readonly { readonly id: Shut; readonly name: string }[] = [
    ...whom.organisations,
    ...whom.teams,
    ...whom.people,
  ];
  const chosen: Shut | null = shut === 'outside' ? shut : (all.find(({ id }) => id === shut)?.id ?? null);
  const list = (group: string, from: readonly { readonly id: string; readonly name: string }[]) =>
    from.length === 0 ? [] : [{ group, items: from.map(({ id, name }) => ({ value: id, label: name })) }];
  return (
    <>
      <Button variant="default" onClick={() => setOpened(true)}>
        {t('access.restrict')}
      </Button>
      <Dialog opened={opened} close={() => setOpened(false)} title={t('access.restrictTitle')}>
        <form
          className="kk-stack"
          onSubmit={(event) => {
            event.preventDefault();
            if (chosen !== null) act.mutate(chosen);
          }}
        >
          <p>{t('access.restrictBody')}</p>
          <NativeSelect
            label={t('access.restrictWhom')}
            data-autofocus
            value={shut}
            onChange={(event) => setShut(event.target.value)}
            data={[
              { value: '', label: '' },
              { value: 'outside', label: t('access.outside') },
              ...list(t('access.groupPartners'), whom.organisations),
              ...list(t('access.groupTeams'), whom.teams),
              ...list(t('access.groupPeople'), whom.people),
            ]}
          />
          <ul className="kk-plainlist">
            <li>{t('access.restrictNow')}</li>
            <li>{t('access.restrictHidden')}</li>
            <li>{t('access.restrictPatient')}</li>
          </ul>
          <Strip tone="warn" title={t('refer.seen')} body={t('access.restrictSeen')} />
          <Fault error={act.error} />
          <div className="kk-buttons">
            <Button type="submit" loading={act.isPending} disabled={chosen === null}>
              {t('access.restrictYes')}
            </Button>
            <Button variant="default" onClick={() => setOpened(false)}>
              {t('common.cancel')}
            </Button>
          </div>
        </form>
      </Dialog>
    </>
  );
}
