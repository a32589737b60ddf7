/** "Beperkingen": what the patient had shut, for who recorded it, and opening it again when the patient asks. */

import type { DossierId } from '@ketenkluis/base';
import { Button } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Restriction } from '../model.ts';
import { Tag } from '../parts/page.tsx';
import { useSay } from '../parts/say.ts';
import { Asked, Empty } from '../parts/states.tsx';
import { Fault, Sure } from '../parts/sure.tsx';
import { useWords } from '../parts/words.ts';
import { useAct, useAsk } from '../parts/world.tsx';
import './care.css';

export function RestrictionsTab({ dossier }: { readonly dossier: DossierId }) {
  const { t: s } = useTranslation('shut');
  const query = useAsk(['restrictions', dossier], (world) => world.access!.restrictions(dossier));
  return (
    <div className="kk-looks">
      <Asked query={query} loading={s('loading')}>
        {(found) =>
          found.length === 0 ? (
            <Empty title={s('none')} body={s('noneBody')} />
          ) : (
            <>
              <p className="kk-lead">{s('lead')}</p>
              <All found={found} dossier={dossier} />
            </>
          )
        }
      </Asked>
    </div>
  );
}

function All({ found, dossier }: { readonly found: readonly Restriction[]; readonly dossier: DossierId }) {
  const { t: s } = useTranslation('shut');
  return (
    <div className="kk-card kk-scroll">
      <table className="kk-table">
        <thead>
          <tr>
            <th scope="col">{s('whom')}</th>
            <th scope="col">{s('what')}</th>
            <th scope="col">{s('who')}</th>
            <th scope="col">{s('lift')}</th>
          </tr>
        </thead>
        <tbody>
          {found.map((one) => (
            <One key={one.id} restriction={one} dossier={dossier} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

interface OneProps {
  readonly restriction: Restriction;
  readonly dossier: DossierId;
}

function One({ restriction, dossier }: OneProps) {
  const { t } = useTranslation();
  const { t: s } = useTranslation('shut');
  const words = useWords();
  const { kind, parts, by, mine, since, until, mayLift, mayAsk } = restriction;
  const whom = kind === 'outside' ? s('outside') : (restriction.whom ?? s('gone'));
  return (
    <tr>
      <th scope="row">
        <strong>{whom}</strong>
      </th>
      <td>
        <span className="kk-tags">
          {parts === null ? <Tag>{s('whole')}</Tag> : parts.map((part) => <Tag key={part.nl}>{words.text(part)}</Tag>)}
        </span>
      </td>
      <td>
        {by === null ? '' : mine ? `${by} (${t('common.you')})` : by}
        <div className="kk-dim kk-small kk-num">
          {words.dayOf(since)}
          {until === null ? '' : `, ${s('until', { date: words.dayOf(until) })}`}
        </div>
      </td>
      <td>
        {mayLift ? (
          <Lift restriction={restriction} dossier={dossier} whom={whom} />
        ) : mayAsk ? (
          <Together restriction={restriction} dossier={dossier} whom={whom} />
        ) : (
          <span className="kk-dim kk-small">{by === null ? s('owners') : s('others', { by })}</span>
        )}
      </td>
    </tr>
  );
}

interface ActProps extends OneProps {
  readonly whom: string;
}

/** Asking again would be another line: what changed here is changed in what was shown. */
function useShown(dossier: DossierId, id: Restriction['id']) {
  const queries = useQueryClient();
  const change = (to: (had: Restriction) => Restriction[]) =>
    queries.setQueryData<readonly Restriction[]>(['restrictions', dossier], (had) =>
      (had ?? []).flatMap((one) => (one.id === id ? to(one) : one)),
    );
  const unasked = () => change((one) => [{ ...one, asked: null }]);
  return {
    gone: () => change(() => []),
    unasked,
    again: () => queries.invalidateQueries({ queryKey: ['restrictions', dossier] }),
  };
}

function Lift({ restriction: { id, kind }, dossier, whom }: ActProps) {
  const { t: s } = useTranslation('shut');
  const say = useSay();
  const shown = useShown(dossier, id);
  const [asking, setAsking] = useState(false);
  const lift = useAct(
    (world) => world.access!.lift(dossier, id),
    () => {
      setAsking(false);
      say(s('done'));
      shown.gone();
    },
  );
  return (
    <>
      <Button size="xs" variant="default" aria-label={s('liftOf', { whom })} onClick={() => setAsking(true)}>
        {s('lift')}
      </Button>
      <Sure
        opened={asking}
        close={() => setAsking(false)}
        title={s('sure', { whom: kind === 'outside' ? s('outsideLower') : whom })}
        yes={s('yes')}
        act={{ isPending: lift.isPending, error: lift.error, mutate: () => lift.mutate(undefined) }}
      >
        <p>{s('sureBody')}</p>
        <p>{s('sureNow')}</p>
      </Sure>
    </>
  );
}

/** Several owners sign for this practice: one asks, another signs as well. */
function Together({ restriction, dossier, whom }: ActProps) {
  const { t: s } = useTranslation('shut');
  const say = useSay();
  const { id, kind, asked } = restriction;
  const shown = useShown(dossier, id);
  const [open, setOpen] = useState<'ask' | 'agree' | null>(null);
  const after = (said: string) => {
    setOpen(null);
    say(said);
    void shown.again();
  };
  const ask = useAct(
    (world) => world.access!.askLift(dossier, id),
    () => after(s('asked')),
  );
  const agree = useAct(
    (world) => world.access!.agreeLift(dossier, asked!.id),
    (done) => {
      setOpen(null);
      say(s(done === 'lifted' ? 'done' : 'agreed'));
      if (done === 'lifted') shown.gone();
      else void shown.again();
    },
  );
  const refuse = useAct(
    (world) => world.refuseProposal(asked!.id),
    () => {
      say(s('refused'));
      shown.unasked();
    },
  );
  const renew = useAct(
    (world) => world.renewProposal(asked!.id),
    () => after(s('asked')),
  );
  const act = open === 'agree' ? agree : ask;
  const busy = refuse.isPending || renew.isPending;
  return (
    <div className="kk-stack">
      {asked === null ? (
        <div>
          <Button size="xs" variant="default" aria-label={s('askOf', { whom })} onClick={() => setOpen('ask')}>
            {s('ask')}
          </Button>
        </div>
      ) : (
        <>
          <span className="kk-small">
            {asked.stale ? s('stale', { by: asked.by }) : s('askedBy', { by: asked.by })}
            <span className="kk-dim">
              <br />
              {s('signed', { names: asked.signed.join(', '), count: asked.needed })}
            </span>
          </span>
          <div className="kk-buttons">
            {asked.stale && asked.mine ? (
              <Button
                size="xs"
                disabled={busy}
                aria-label={s('againOf', { whom })}
                onClick={() => renew.mutate(undefined)}
              >
                {s('again')}
              </Button>
            ) : null}
            {asked.stale || asked.signedByMe ? null : (
              <Button size="xs" disabled={busy} aria-label={s('agreeOf', { whom })} onClick={() => setOpen('agree')}>
                {s('agree')}
              </Button>
            )}
            <Button
              size="xs"
              variant="default"
              loading={refuse.isPending}
              aria-label={s(asked.mine ? 'withdrawOf' : 'refuseOf', { whom })}
              onClick={() => refuse.mutate(undefined)}
            >
              {s(asked.mine ? 'withdraw' : 'refuse')}
            </Button>
          </div>
          <Fault error={refuse.error ?? renew.error} />
        </>
      )}
      <Sure
        opened={open !== null}
        close={() => setOpen(null)}
        title={open === 'agree' ? s('sure', { whom: kind === 'outside' ? s('outsideLower') : whom }) : s('askSure')}
        yes={s('askYes')}
        act={{ isPending: act.isPending, error: act.error, mutate: () => act.mutate(undefined) }}
      >
        <p>{s(open === 'agree' ? 'sureBody' : 'askBody')}</p>
        {open === 'agree' ? <p>{s('sureNow')}</p> : null}
      </Sure>
    </div>
  );
}
