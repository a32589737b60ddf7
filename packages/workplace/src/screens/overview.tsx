/** The care group's own page: status and counts of a practice. Nothing of it names a patient or a measurement. */

import type { OrganisationId } from '@ketenkluis/base';
import { Button, PasswordInput, TextInput } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Count, Overview } from '../model.ts';
import { Dialog } from '../parts/dialog.tsx';
import { Main } from '../parts/main.tsx';
import { Heading } from '../parts/page.tsx';
import { useSay } from '../parts/say.ts';
import { Asked, Confirmed, Empty, Strip, useErrorText } from '../parts/states.tsx';
import { Fault } from '../parts/sure.tsx';
import { useWords } from '../parts/words.ts';
import { useAct, useAsk } from '../parts/world.tsx';
import './care.css';
import './overview.css';

export function OverviewScreen() {
  const { t: o } = useTranslation('oversight');
  const query = useAsk(['overview'], (world) => world.oversight!.overview());
  return (
    <Main>
      <div className="kk-page">
        <Asked query={query} loading={o('overview.loading')} heading={o('overview.title')}>
          {(found) =>
            found === null ? (
              <>
                <Heading name={o('overview.title')}>{o('overview.title')}</Heading>
                <Empty title={o('overview.none')} body={o('overview.noneBody')} />
              </>
            ) : (
              <>
                <div className="kk-head">
                  <Heading name={o('overview.title')}>{o('overview.title')}</Heading>
                  <p className="kk-lead">{o('overview.lead', { practice: found.practice })}</p>
                </div>
                <Counts overview={found} />
              </>
            )
          }
        </Asked>
        {query.isSuccess ? <Others /> : null}
      </div>
    </Main>
  );
}

/** More practices on the same page, added by this person on this device; each stands on a vault of its own. */
function Others() {
  const { t } = useTranslation();
  const { t: o } = useTranslation('oversight');
  const errorText = useErrorText();
  const queries = useQueryClient();
  const query = useAsk(['overviews'], (world) => world.oversight!.others());
  const [adding, setAdding] = useState(false);
  const again = () => void queries.invalidateQueries({ queryKey: ['overviews'] });
  const remove = useAct((to, practice: OrganisationId) => to.oversight!.removeOther(practice), again);
  return (
    <>
      <Asked query={query} loading={o('others.loading')}>
        {(found) =>
          found.map(({ practice, host, overview, error }) => (
            <section key={practice} className="kk-stack" aria-label={overview?.practice ?? host}>
              <div className="kk-head">
                <h2 style={{ margin: 0 }}>{overview?.practice ?? host}</h2>
                <span className="kk-dim kk-small">{host}</span>
                <span className="kk-end">
                  <Button
                    size="xs"
                    variant="default"
                    disabled={remove.isPending}
                    aria-label={o('others.removeOf', { practice: overview?.practice ?? host })}
                    onClick={() => remove.mutate(practice)}
                  >
                    {o('others.remove')}
                  </Button>
                </span>
              </div>
              {error ? (
                <Strip tone="warn" title={o('others.away')} body={errorText(error)} />
              ) : overview === null ? (
                <Strip tone="plain" title={o('overview.none')} body={o('overview.noneBody')} />
              ) : (
                <Counts overview={overview} under />
              )}
            </section>
          ))
        }
      </Asked>
      <Fault error={remove.error} />
      <div className="kk-buttons">
        <Button variant="default" onClick={() => setAdding(true)}>
          {o('others.add')}
        </Button>
      </div>
      <Dialog opened={adding} close={() => setAdding(false)} title={o('others.add')}>
        <Add
          close={() => {
            setAdding(false);
            again();
          }}
          cancel={t('common.cancel')}
        />
      </Dialog>
    </>
  );
}

function Add({ close, cancel }: { readonly close: () => void; readonly cancel: string }) {
  const { t: o } = useTranslation('oversight');
  const say = useSay();
  const [link, setLink] = useState('');
  const [passphrase, setPassphrase] = useState('');
  const add = useAct(
    (to, _: undefined) => to.oversight!.addOther(link.trim(), passphrase),
    () => {
      say(o('others.added'));
      close();
    },
  );
  return (
    <form
      className="kk-stack"
      onSubmit={(event) => {
        event.preventDefault();
        add.mutate(undefined);
      }}
    >
      <p>{o('others.addBody')}</p>
      <TextInput
        label={o('others.link')}
        value={link}
        data-autofocus
        autoComplete="off"
        onChange={(event) => setLink(event.target.value)}
      />
      <PasswordInput
        label={o('others.passphrase')}
        value={passphrase}
        autoComplete="off"
        onChange={(event) => setPassphrase(event.target.value)}
      />
      <Fault error={add.error} />
      <div className="kk-buttons">
        <Button type="submit" loading={add.isPending} disabled={link.trim() === '' || passphrase === ''}>
          {o('others.addYes')}
        </Button>
        <Button variant="default" onClick={close}>
          {cancel}
        </Button>
      </div>
    </form>
  );
}

interface CountsProps {
  readonly overview: Overview;
  /** Under the heading of its own practice. */
  readonly under?: boolean;
}

function Counts({ overview, under = false }: CountsProps) {
  const { t } = useTranslation();
  const { t: o } = useTranslation('oversight');
  const words = useWords();
  const referred = useId();
  return (
    <>
      <p className="kk-dim kk-small">{t('common.asOf', { date: words.day(overview.asOf) })}</p>
      <Confirmed confirmation={overview.confirmation} />
      <Programmes overview={overview} under={under} />
      <section className="kk-card" {...(under ? {} : { 'aria-labelledby': referred })}>
        <Title id={referred} under={under}>
          {o('overview.referrals')}
        </Title>
        <dl className="kk-tiles">
          <Tile label={o('overview.sent')} count={overview.referrals.sent} />
          <Tile label={o('overview.answered')} count={overview.referrals.answered} />
          <Tile label={o('overview.ended')} count={overview.referrals.ended} />
        </dl>
      </section>
      {under ? null : <Strip tone="plain" title={o('overview.small')} body={o('overview.smallBody')} />}
    </>
  );
}

function Title({ id, under, children }: { readonly id: string; readonly under: boolean; readonly children: string }) {
  return under ? <h3 id={id}>{children}</h3> : <h2 id={id}>{children}</h2>;
}

function Tile({ label, count }: { readonly label: string; readonly count: Count }) {
  const said = useCount();
  return (
    <div>
      <dt>{label}</dt>
      <dd data-few={count === 'few' || undefined}>{said(count)}</dd>
    </div>
  );
}

function useCount(): (count: Count | 'close') => string {
  const { t: o } = useTranslation('oversight');
  const words = useWords();
  return (count) => (typeof count === 'number' ? words.number(count) : o(`overview.${count}`));
}

/** How long a bar is; for a count that is not told, the length of the most that it can be. */
const LEAST = 10;
function Programmes({ overview, under = false }: CountsProps) {
  const { t: o } = useTranslation('oversight');
  const words = useWords();
  const said = useCount();
  const programmes = useId();
  const most = Math.max(
    LEAST * 4,
    ...overview.programmes.flatMap(({ enrolled, active }) =>
      [enrolled, active].filter((count) => typeof count === 'number'),
    ),
  );
  const share = (count: number) => `${(count / most) * 100}%`;
  return (
    <section className="kk-card" {...(under ? {} : { 'aria-labelledby': programmes })}>
      <Title id={programmes} under={under}>
        {o('overview.programmes')}
      </Title>
      <div className="kk-scroll">
        <table className="kk-table">
          <thead>
            <tr>
              <th scope="col">{o('overview.programme')}</th>
              <th scope="col" className="kk-right">
                {o('overview.active')}
              </th>
              <th scope="col" className="kk-right">
                {o('overview.enrolled')}
              </th>
              <th scope="col" className="kk-chart-head">
                {o('overview.look')}
              </th>
            </tr>
          </thead>
          <tbody>
            {overview.programmes.map(({ programme, enrolled, active }) => {
              const inside = typeof enrolled === 'number' ? enrolled : 0;
              const whole = typeof active === 'number' ? active : inside;
              const name = words.text(programme.name);
              return (
                <tr key={programme.id}>
                  <th scope="row">{name}</th>
                  <td className="kk-num kk-right" data-few={typeof active !== 'number' || undefined}>
                    {said(active)}
                  </td>
                  <td className="kk-num kk-right" data-few={typeof enrolled !== 'number' || undefined}>
                    {said(enrolled)}
                  </td>
                  <td>
                    <div
                      className="kk-bars"
                      role="img"
                      aria-label={o('overview.picture', {
                        programme: name,
                        active: said(active),
                        enrolled: said(enrolled),
                      })}
                    >
                      {whole === 0 ? <span data-bar="few" style={{ width: share(LEAST) }} /> : null}
                      {whole === 0 ? null : <span data-bar="active" style={{ width: share(whole) }} />}
                      {inside === 0 ? null : <span data-bar="enrolled" style={{ width: share(inside) }} />}
                    </div>
                  </td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
      <p className="kk-key kk-dim kk-small">
        <i data-bar="enrolled" aria-hidden="true" /> {o('overview.enrolled')}
        <i data-bar="active" aria-hidden="true" /> {o('overview.active')}
        <i data-bar="few" aria-hidden="true" /> {o('overview.few')}
      </p>
      <p className="kk-dim kk-small">{o('overview.explain')}</p>
    </section>
  );
}
