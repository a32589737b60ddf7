/** Is a sign-on outside asked for, of whom, and which ways are there? For who manages the practice. */

import { LEVELS, SETTINGS } from '../i18n/sign-on.ts';
import type { SignOnSettings } from '../model.ts';
import { Asked, Strip } from '../parts/states.tsx';
import { useWords } from '../parts/words.ts';
import { useAsk } from '../parts/world.tsx';

export function SignOnCard() {
  const words = useWords();
  const query = useAsk(['sign-on-settings'], (world) => world.pins!.settings());
  return (
    <section className="kk-card kk-stack" aria-labelledby="sign-on-settings">
      <h2 id="sign-on-settings">{words.text(SETTINGS.title)}</h2>
      <p className="kk-dim">{words.text(SETTINGS.lead)}</p>
      <Asked query={query} loading={words.text(SETTINGS.loading)}>
        {(found) => <Found found={found} />}
      </Asked>
    </section>
  );
}

function Found({ found: { level, desk, means, patients } }: { readonly found: SignOnSettings }) {
  const words = useWords();
  const forStaff = means?.some((one) => one.means !== 'eid') ?? false;
  const forPatients = means?.some((one) => one.means === 'eid') ?? false;
  const shut = (level !== null && !forStaff) || (patients.asked > 0 && !forPatients);
  return (
    <>
      {shut ? (
        <Strip name="shut" tone="bad" title={words.text(SETTINGS.shut)} body={words.text(SETTINGS.shutBody)} />
      ) : null}
      {desk === null && !shut ? (
        <Strip tone="plain" title={words.text(SETTINGS.none)} body={words.text(SETTINGS.noneBody)} />
      ) : null}
      {desk !== null && means === null && !shut ? <Strip tone="warn" title={words.text(SETTINGS.away)} /> : null}
      <dl className="kk-terms">
        <dt>{words.text(SETTINGS.staff)}</dt>
        <dd>
          {level === null
            ? words.text(SETTINGS.notAsked)
            : `${words.text(SETTINGS.asked)} ${words.text(LEVELS[level])}`}
        </dd>
        <dt>{words.text(SETTINGS.patients)}</dt>
        <dd>
          {patients.asked} {words.text(SETTINGS.of)} {patients.all} {words.text(SETTINGS.patientsAsked)}
        </dd>
        {means === null || means.length === 0 ? null : (
          <>
            <dt>{words.text(SETTINGS.means)}</dt>
            <dd>
              <ul className="kk-list">
                {means.map((one) => (
                  <li key={one.means}>
                    <strong>{one.name}</strong> {words.text(SETTINGS[one.means])}
                    {one.asks === null
                      ? ''
                      : `, ${words.text(LEVELS[one.asks])}; ${words.text(one.phone ? SETTINGS.phone : SETTINGS.noPhone)}`}
                  </li>
                ))}
              </ul>
            </dd>
          </>
        )}
        {desk === null ? null : (
          <>
            <dt>{words.text(SETTINGS.desk)}</dt>
            <dd>
              {new URL(desk).host} <span className="kk-dim">({words.text(SETTINGS.deskSaid)})</span>
            </dd>
          </>
        )}
      </dl>
    </>
  );
}
