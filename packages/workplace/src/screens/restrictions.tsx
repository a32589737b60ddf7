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
import { Sure } from '../parts/sure.tsx';
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

function One({ restriction, dossier }: { readonly restriction: Restriction; readonly dossier: DossierId }) {
  const { t } = useTranslation();
  const { t: s } = useTranslation('shut');
  const words = useWords();
  const say = useSay();
  const queries = useQueryClient();
  const [asking, setAsking] = useState(false);
  const { id, kind, parts, by, mine, since, until, mayLift } = restriction;
  const whom = kind === 'outside' ? s('outside') : (restriction.whom ?? s('gone'));
  const inside = kind === 'outside' ? s('outsideLower') : whom;
  const lift = useAct(
    (world) => world.access!.lift(dossier, id),
    () => {
      setAsking(false);
      say(s('done'));
      // Asking again would be another line.
      queries.setQueryData<readonly Restriction[]>(['restrictions', dossier], (had) =>
        (had ?? []).filter((one) => one.id !== id),
      );
    },
  );
  const others = by === null ? s('owners') : s('others', { by });
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
          <Button size="xs" variant="default" aria-label={s('liftOf', { whom })} onClick={() => setAsking(true)}>
            {s('lift')}
          </Button>
        ) : (
          <span className="kk-dim kk-small">{others}</span>
        )}
        <Sure
          opened={asking}
          close={() => setAsking(false)}
          title={s('sure', { whom: inside })}
          yes={s('yes')}
          act={{ isPending: lift.isPending, error: lift.error, mutate: () => lift.mutate(undefined) }}
        >
          <p>{s('sureBody')}</p>
          <p>{s('sureNow')}</p>
        </Sure>
      </td>
    </tr>
  );
}
