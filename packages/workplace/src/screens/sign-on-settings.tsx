/** Is a sign-on outside asked for, of whom, by whose signatures, and which ways are there? For who manages the practice. */

import { Button } from '@mantine/core';
import { useState } from 'react';
import { MEANS, SETTINGS } from '../i18n/demand.ts';
import { LEVELS } from '../i18n/sign-on.ts';
import type { AskedOfSignOn, OfferedWay, SignOnSettings } from '../model.ts';
import { Dialog } from '../parts/dialog.tsx';
import { Asked, Strip } from '../parts/states.tsx';
import { useWords } from '../parts/words.ts';
import { useAsk } from '../parts/world.tsx';
import { ChangeDemand, hostOf } from './demand.tsx';

export function SignOnCard() {
  const words = useWords();
  const query = useAsk(['sign-on-settings'], (world) => world.pins!.settings());
  const [changing, setChanging] = useState(false);
  const close = () => setChanging(false);
  return (
    <section className="kk-card kk-stack" aria-labelledby="sign-on-settings">
      <h2 id="sign-on-settings">{words.text(SETTINGS.title)}</h2>
      <p className="kk-dim">{words.text(SETTINGS.lead)}</p>
      <Asked query={query} loading={words.text(SETTINGS.loading)}>
        {(found) => (
          <>
            <Standing found={found} />
            <Terms found={found} />
            {found.mayChange ? (
              <div className="kk-buttons">
                <Button variant="default" onClick={() => setChanging(true)}>
                  {words.text(SETTINGS.change)}
                </Button>
              </div>
            ) : (
              <p className="kk-dim">{words.text(SETTINGS.onlyOwner)}</p>
            )}
            <Dialog opened={changing} close={close} title={words.text(SETTINGS.change)} wide>
              <ChangeDemand found={found} close={close} />
            </Dialog>
          </>
        )}
      </Asked>
    </section>
  );
}

/** What is wrong, worst first; nothing where it is as the practice signed it. */
function Standing({ found: { signed, host, means, patients } }: { readonly found: SignOnSettings }) {
  const words = useWords();
  if (host.differs)
    return (
      <div role="alert">
        <Strip name="differs" tone="bad" title={words.text(SETTINGS.differs)} body={words.text(SETTINGS.differsBody)} />
      </div>
    );
  const forStaff = means?.some((one) => one.means !== 'eid') ?? false;
  const forPatients = means?.some((one) => one.means === 'eid') ?? false;
  const asksStaff = host.level !== null || (signed?.staff ?? null) !== null;
  const asksPatients = patients.asked > 0 || (signed?.patients ?? null) !== null;
  if ((asksStaff && !forStaff) || (asksPatients && !forPatients))
    return <Strip name="shut" tone="bad" title={words.text(SETTINGS.shut)} body={words.text(SETTINGS.shutBody)} />;
  if (signed === null && host.level !== null)
    return (
      <Strip name="host" tone="warn" title={words.text(SETTINGS.hostAsks)} body={words.text(SETTINGS.hostAsksBody)} />
    );
  if (signed === null)
    return <Strip name="none" tone="plain" title={words.text(SETTINGS.none)} body={words.text(SETTINGS.noneBody)} />;
  if (means === null) return <Strip tone="warn" title={words.text(SETTINGS.away)} />;
  return null;
}

function Terms({ found: { signed, means, patients } }: { readonly found: SignOnSettings }) {
  const words = useWords();
  if (signed === null && patients.all === 0) return null;
  const level = (of: 'substantial' | 'high' | null, other: string) =>
    of === null ? other : `${words.text(SETTINGS.asked)} ${words.text(LEVELS[of])}`;
  const chosen = signed?.ways.some((one) => one.means === 'eid') ? SETTINGS.chosen : SETTINGS.notAsked;
  return (
    <dl className="kk-terms">
      {signed === null ? null : (
        <>
          <dt>{words.text(SETTINGS.staff)}</dt>
          <dd>{level(signed.staff, words.text(SETTINGS.notAsked))}</dd>
          <dt>{words.text(SETTINGS.patients)}</dt>
          <dd>{level(signed.patients, words.text(chosen))}</dd>
        </>
      )}
      {patients.all === 0 ? null : (
        <>
          <dt>{words.text(SETTINGS.patientsNow)}</dt>
          <dd>
            {patients.asked} {words.text(SETTINGS.of)} {patients.all} {words.text(SETTINGS.patientsAsked)}
          </dd>
        </>
      )}
      {signed === null ? null : (
        <>
          {signed.ways.length === 0 ? null : (
            <>
              <dt>{words.text(SETTINGS.means)}</dt>
              <dd>
                {signed.ways.map((way) => (
                  <Way key={way.means} way={way} offered={means?.find((one) => one.means === way.means) ?? null} />
                ))}
              </dd>
            </>
          )}
          <dt>{words.text(SETTINGS.desk)}</dt>
          <dd>{signed.desk === null ? words.text(SETTINGS.noDesk) : new URL(signed.desk).host}</dd>
          <dt>{words.text(SETTINGS.signed)}</dt>
          <dd>
            {signed.by.join(', ')}, {words.text(SETTINGS.since)} {words.moment(signed.since)}
          </dd>
        </>
      )}
    </dl>
  );
}

/** As the practice signed it; how it is called there, where the desk answers. */
function Way({ way, offered }: { readonly way: AskedOfSignOn['ways'][number]; readonly offered: OfferedWay | null }) {
  const words = useWords();
  return (
    <div>
      {offered === null ? (
        words.text(MEANS[way.means])
      ) : (
        <>
          <strong>{offered.name}</strong> {words.text(SETTINGS[way.means])}
          {offered.means === 'eid' ? `, ${words.text(offered.phone ? SETTINGS.phone : SETTINGS.noPhone)}` : ''}
        </>
      )}{' '}
      <span className="kk-dim">
        ({words.text(SETTINGS.vouches)} {hostOf(way.issuer)})
      </span>
    </div>
  );
}
