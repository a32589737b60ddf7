/** Once a quarter: is the access of each colleague still right? The one who answers for it says so; it stands in the log. */

import { Button, Checkbox } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { RightsSeen } from '../model.ts';
import { useSay } from '../parts/say.ts';
import { Asked } from '../parts/states.tsx';
import { Fault } from '../parts/sure.tsx';
import { useWords } from '../parts/words.ts';
import { useAct, useAsk } from '../parts/world.tsx';
import { useAgain } from './control.tsx';

export function RightsCard() {
  const { t } = useTranslation();
  const query = useAsk(['control-rights'], (world) => world.control!.rights());
  return (
    <section className="kk-card kk-stack" aria-labelledby="rights">
      <h2 id="rights">{t('control.rights')}</h2>
      <p className="kk-dim">{t('control.rightsBody')}</p>
      <Asked query={query} loading={t('control.rightsLoading')}>
        {(found) => <Rights found={found} />}
      </Asked>
    </section>
  );
}

function Rights({ found }: { readonly found: RightsSeen }) {
  const { t } = useTranslation();
  const words = useWords();
  const say = useSay();
  const again = useAgain();
  const [right, setRight] = useState<readonly string[]>([]);
  const confirm = useAct(
    (to, _: undefined) =>
      to.control!.confirmRights(found.people.flatMap(({ places }) => places.map(({ fact }) => fact))),
    () => {
      setRight([]);
      say(t('control.rightsDone'));
      again();
    },
  );
  const all = found.people.every(({ person }) => right.includes(person));
  const { last, due } = found;
  return (
    <>
      <p className="kk-small">
        {last === null
          ? t('control.rightsNever')
          : t('control.rightsLast', { date: words.dayOf(last.at), by: last.by })}{' '}
        {due === null ? '' : t('control.rightsDue', { date: words.day(due) })}
      </p>
      <ul className="kk-rights">
        {found.people.map(({ person, name, role, owner, places }) => (
          <li key={person}>
            <div>
              <strong>{name}</strong>{' '}
              <span className="kk-dim kk-small">
                {words.text(role)}
                {owner ? `, ${t('control.rightsOwner')}` : ''}
              </span>
              <p className="kk-dim kk-small">
                {places
                  .map(({ team, since, until }) => {
                    const from = t('control.rightsSince', { date: words.dayOf(since) });
                    const to = until === null ? '' : ` ${t('control.rightsUntil', { date: words.dayOf(until) })}`;
                    return `${team} (${from}${to})`;
                  })
                  .join('; ')}
              </p>
            </div>
            {found.mayConfirm ? (
              <Checkbox
                label={t('control.rightsOk')}
                aria-label={t('control.rightsOkOf', { name })}
                checked={right.includes(person)}
                onChange={(event) =>
                  setRight(event.target.checked ? [...right, person] : right.filter((one) => one !== person))
                }
              />
            ) : (
              <span />
            )}
            <Link to="/team/$person" params={{ person }} aria-label={t('control.rightsEndOf', { name })}>
              {t('control.rightsEnd')}
            </Link>
          </li>
        ))}
      </ul>
      <Fault error={confirm.error} />
      {found.mayConfirm ? (
        <div className="kk-buttons" style={{ alignItems: 'center' }}>
          <Button loading={confirm.isPending} disabled={!all} onClick={() => confirm.mutate(undefined)}>
            {t('control.rightsConfirm')}
          </Button>
          {all ? null : <span className="kk-dim kk-small">{t('control.rightsAll')}</span>}
        </div>
      ) : (
        <p className="kk-dim kk-small">{t('control.rightsMayNot')}</p>
      )}
    </>
  );
}
