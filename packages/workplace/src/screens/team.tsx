/** Colleagues, and the two-sided code that lets a new one in. */

import { addDays } from '@ketenkluis/base';
import { Button, Checkbox, NativeSelect, TextInput } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { endOfDay } from '../lib/format.ts';
import type { Colleague, OpenInvitation, People } from '../model.ts';
import { AdminNav } from '../parts/admin-nav.tsx';
import { Dialog } from '../parts/dialog.tsx';
import { Main } from '../parts/main.tsx';
import { Heading, Tag } from '../parts/page.tsx';
import { useSay } from '../parts/say.ts';
import { Asked, Strip, useErrorText } from '../parts/states.tsx';
import { useWords } from '../parts/words.ts';
import { useAct, useAsk, useToday, useWorld } from '../parts/world.tsx';
import { KeyholdersCard } from './keyholders.tsx';
import { LostDevice } from './lost-device.tsx';
import { Proposals } from './proposals.tsx';
import { SignOnCard } from './sign-on-settings.tsx';
import { WitnessesCard } from './witnesses.tsx';
import './care.css';

/** How often an open invitation is looked at for a code; reading it is no line in the log. */
const POLL = 3000;

export function TeamScreen() {
  const { t } = useTranslation();
  const world = useWorld();
  const people = useAsk(['people'], (world) => world.people(), {
    every: ({ invitations }) => (invitations.some(({ code }) => code === null) ? POLL : false),
  });
  return (
    <Main>
      <div className="kk-page">
        <AdminNav />
        <Heading name={t('team.title')}>{t('team.title')}</Heading>
        <Asked query={people} loading={t('team.loading')}>
          {(found) => (
            <>
              <Proposals proposals={found.proposals} owner={found.mayInvite} again={() => void people.refetch()} />
              <Colleagues people={found} />
              {found.mayInvite ? (
                <Invitations people={found} again={() => void people.refetch()} />
              ) : (
                <p className="kk-dim">{t('team.onlyOwner')}</p>
              )}
              {world.pins === null ? null : <SignOnCard />}
              <KeyholdersCard />
              <WitnessesCard />
            </>
          )}
        </Asked>
      </div>
    </Main>
  );
}

function Colleagues({ people }: { readonly people: People }) {
  const { t } = useTranslation();
  const words = useWords();
  const world = useWorld();
  const [lost, setLost] = useState<Colleague | null>(null);
  return (
    <section className="kk-card" aria-labelledby="colleagues">
      <h2 id="colleagues">{t('team.colleagues')}</h2>
      <div className="kk-scroll">
        <table className="kk-table">
          <thead>
            <tr>
              <th scope="col">{t('team.name')}</th>
              <th scope="col">{t('team.role')}</th>
              <th scope="col">{t('team.teams')}</th>
              {people.mayInvite ? <th scope="col">{t('team.keys')}</th> : null}
            </tr>
          </thead>
          <tbody>
            {people.colleagues.map((one) => (
              <tr key={one.person}>
                <td>
                  {world.access === null ? (
                    one.name
                  ) : (
                    <Link to="/team/$person" params={{ person: one.person }}>
                      {one.name}
                    </Link>
                  )}{' '}
                  {one.me ? <Tag>{t('team.you')}</Tag> : null}
                </td>
                <td>{words.text(one.role)}</td>
                <td>{one.teams.join(', ')}</td>
                {people.mayInvite ? (
                  <td>
                    {one.me ? null : (
                      <Button
                        variant="default"
                        size="xs"
                        aria-label={t('team.lostOf', { name: one.name })}
                        onClick={() => setLost(one)}
                      >
                        {t('team.lost')}
                      </Button>
                    )}
                  </td>
                ) : null}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <Dialog
        opened={lost !== null}
        close={() => setLost(null)}
        title={lost === null ? t('team.lost') : t('team.lostOf', { name: lost.name })}
      >
        {lost === null ? null : <LostDevice person={lost.person} />}
      </Dialog>
    </section>
  );
}

function Invitations({ people, again }: { readonly people: People; readonly again: () => void }) {
  const { t } = useTranslation();
  const errorText = useErrorText();
  const words = useWords();
  const [asking, setAsking] = useState(false);
  const [name, setName] = useState('');
  const [role, setRole] = useState('');
  const [team, setTeam] = useState(people.teams[0]?.team);
  const [copied, setCopied] = useState(false);
  const invite = useAct((to, chosen: NonNullable<typeof team>) => to.invite(chosen, name.trim(), role), again);
  const close = () => {
    setAsking(false);
    setName('');
    setRole('');
    setCopied(false);
    invite.reset();
  };
  return (
    <section className="kk-card" aria-labelledby="open">
      <div className="kk-card-head">
        <h2 id="open">{t('team.open')}</h2>
        <Button onClick={() => setAsking(true)}>{t('team.invite')}</Button>
      </div>
      {people.invitations.length === 0 ? <p className="kk-dim">{t('team.noOpen')}</p> : null}
      <ul className="kk-list">
        {people.invitations.map((one) => (
          <Invited key={one.invitation} invitation={one} again={again} />
        ))}
      </ul>
      <Dialog opened={asking} close={close} title={t('team.invite')}>
        <div style={{ display: 'grid', gap: 14 }}>
          {invite.error ? (
            <div role="alert">
              <Strip tone="bad" title={errorText(invite.error)} />
            </div>
          ) : null}
          {invite.data === undefined ? (
            <>
              <TextInput
                label={t('team.inviteName')}
                data-autofocus
                required
                maxLength={80}
                autoComplete="off"
                value={name}
                onChange={(event) => setName(event.target.value)}
              />
              <NativeSelect
                label={t('team.inviteRole')}
                required
                value={role}
                onChange={(event) => setRole(event.target.value)}
                data={[
                  { value: '', label: '' },
                  ...people.roles.map((one) => ({ value: one.role, label: words.text(one.name) })),
                ]}
              />
              <NativeSelect
                label={t('team.inviteTeam')}
                value={team}
                onChange={(event) => setTeam(people.teams.find((one) => one.team === event.target.value)?.team)}
                data={people.teams.map((one) => ({ value: one.team, label: one.name }))}
              />
              <Button
                loading={invite.isPending}
                disabled={team === undefined || name.trim() === '' || role === ''}
                onClick={() => (team === undefined ? undefined : invite.mutate(team))}
              >
                {t('team.inviteMake')}
              </Button>
            </>
          ) : (
            <>
              <TextInput
                label={t('team.inviteLink')}
                readOnly
                value={invite.data}
                onFocus={(event) => event.target.select()}
              />
              <InviteHint people={people} />
              <Button
                variant="default"
                onClick={() => void navigator.clipboard.writeText(invite.data).then(() => setCopied(true))}
              >
                {copied ? t('common.copied') : t('common.copy')}
              </Button>
            </>
          )}
        </div>
      </Dialog>
    </section>
  );
}

function InviteHint({ people }: { readonly people: People }) {
  const { t } = useTranslation();
  const words = useWords();
  const last = people.invitations.at(-1);
  return last ? <p className="kk-dim kk-small">{t('team.inviteHint', { date: words.moment(last.until) })}</p> : null;
}

function Invited({ invitation, again }: { readonly invitation: OpenInvitation; readonly again: () => void }) {
  const { t } = useTranslation();
  const say = useSay();
  const words = useWords();
  const errorText = useErrorText();
  const world = useWorld();
  const today = useToday();
  const [asSubstitute, setAsSubstitute] = useState(false);
  const [day, setDay] = useState<string>(addDays(today, 180));
  const fits = !asSubstitute || (day > today && day <= addDays(today, 366));
  const confirm = useAct(
    (to, id: OpenInvitation['invitation']) =>
      asSubstitute ? to.confirmInvitation(id, endOfDay(day)) : to.confirmInvitation(id),
    (done) => {
      say(t(done === 'admitted' ? 'team.confirmed' : 'team.proposed'));
      again();
    },
  );
  return (
    <li style={{ display: 'grid', gap: 10 }}>
      <div style={{ display: 'flex', justifyContent: 'space-between', gap: 12, flexWrap: 'wrap' }}>
        <strong>
          {invitation.name}, {invitation.team}
        </strong>
        <span className="kk-dim kk-small">{t('team.until', { date: words.moment(invitation.until) })}</span>
      </div>
      {invitation.code === null ? (
        <p className="kk-dim">{t('team.waiting')}</p>
      ) : (
        <>
          <output className="kk-code">{invitation.code}</output>
          <p className="kk-dim">{t('team.codeHint')}</p>
          {world.urgent === null ? null : (
            <Checkbox
              label={t('team.asSubstitute')}
              description={t('team.asSubstituteBody')}
              checked={asSubstitute}
              onChange={(event) => setAsSubstitute(event.target.checked)}
            />
          )}
          {asSubstitute ? (
            <TextInput
              label={t('team.substituteUntil')}
              type="date"
              min={addDays(today, 1)}
              max={addDays(today, 366)}
              value={day}
              error={fits ? undefined : t('urgent.badDay')}
              onChange={(event) => setDay(event.target.value)}
            />
          ) : null}
          {confirm.error ? (
            <div role="alert">
              <Strip tone="bad" title={errorText(confirm.error)} />
            </div>
          ) : null}
          <div>
            <Button loading={confirm.isPending} disabled={!fits} onClick={() => confirm.mutate(invitation.invitation)}>
              {t('team.confirm')}
            </Button>
          </div>
        </>
      )}
    </li>
  );
}
