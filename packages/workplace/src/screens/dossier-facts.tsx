/** Problems, medication and allergies. Each says of when it is. */

import { useTranslation } from 'react-i18next';
import type { Dossier, Mark, Medicine } from '../model.ts';
import { Tag } from '../parts/page.tsx';
import { useWords } from '../parts/words.ts';
import { useSession } from '../parts/world.tsx';

interface Props {
  readonly dossier: Dossier;
}

function AsOf({ dossier }: Props) {
  const { t } = useTranslation();
  const words = useWords();
  return <span className="kk-dim kk-small">{t('common.asOf', { date: words.day(dossier.asOf) })}</span>;
}

export function Problems({ dossier }: Props) {
  const { t } = useTranslation();
  const words = useWords();
  return (
    <section className="kk-card" aria-labelledby="problems">
      <div className="kk-card-head">
        <h2 id="problems">{t('dossier.problems')}</h2>
        <AsOf dossier={dossier} />
      </div>
      {dossier.problems.length === 0 ? <None word="dossier.noProblems" /> : null}
      <ul className="kk-list">
        {dossier.problems.map((problem) => (
          <li key={`${problem.code} ${problem.since ?? ''}`} className="kk-med">
            <span>{words.text(problem.title)}</span>
            <span className="kk-dim kk-small kk-num">{problem.code}</span>
            <span className="kk-dim kk-small">
              {problem.since === null ? t('marks.no-date') : t('dossier.since', { date: words.day(problem.since) })}{' '}
              <Marks marks={problem.marks} />
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** An empty list is no finding; where to look further depends on who reads. */
function None({ word }: { readonly word: 'dossier.noProblems' | 'dossier.noMedication' | 'dossier.noAllergies' }) {
  const { t } = useTranslation();
  const session = useSession();
  const outside = session.stage === 'open' && session.me.partner;
  return <p className="kk-dim">{t(outside ? 'dossier.noneOutside' : word)}</p>;
}

function Marks({ marks }: { readonly marks: readonly Mark[] }) {
  const { t } = useTranslation();
  return marks.map((mark) => (
    <Tag key={mark} tone="warn">
      {t(`marks.${mark}`)}
    </Tag>
  ));
}

export function Medication({ dossier }: Props) {
  const { t } = useTranslation();
  const active = dossier.medication.filter((one) => one.inUse);
  const stopped = dossier.medication.filter((one) => !one.inUse);
  return (
    <section className="kk-card" aria-labelledby="medication">
      <div className="kk-card-head">
        <h2 id="medication">{t('dossier.medication')}</h2>
        <AsOf dossier={dossier} />
      </div>
      {dossier.medication.length === 0 ? <None word="dossier.noMedication" /> : null}
      <Medicines list={active} />
      {stopped.length === 0 ? null : (
        <details style={{ marginTop: active.length > 0 ? 12 : 0 }}>
          <summary>{t('dossier.stopped', { count: stopped.length })}</summary>
          <div style={{ marginTop: 8 }}>
            <Medicines list={stopped} />
          </div>
        </details>
      )}
    </section>
  );
}

function Medicines({ list }: { readonly list: readonly Medicine[] }) {
  const { t } = useTranslation();
  const words = useWords();
  return (
    <ul className="kk-list">
      {list.map((one) => (
        <li key={one.atc} className="kk-med" title={`${words.text(one.group)} (${one.atc})`}>
          <span>{one.name}</span>
          <span className="kk-small">{one.dose === null ? '' : words.text(one.dose)}</span>
          <span className="kk-dim kk-small">
            {[
              one.since === null ? null : t('dossier.since', { date: words.day(one.since) }),
              one.until === null ? null : t('dossier.ended', { date: words.day(one.until) }),
            ]
              .filter((part) => part !== null)
              .join(', ')}
          </span>
        </li>
      ))}
    </ul>
  );
}

export function Allergies({ dossier }: Props) {
  const { t } = useTranslation();
  const words = useWords();
  return (
    <section className="kk-card" aria-labelledby="allergies">
      <div className="kk-card-head">
        <h2 id="allergies">{t('dossier.allergies')}</h2>
        <AsOf dossier={dossier} />
      </div>
      {dossier.allergies.length === 0 ? <None word="dossier.noAllergies" /> : null}
      <ul className="kk-list">
        {dossier.allergies.map((one) => (
          <li key={`${one.substance.nl} ${one.since ?? ''}`} className="kk-med">
            <span>{words.text(one.substance)}</span>
            {one.severe ? <Tag tone="bad">{t('dossier.severe')}</Tag> : <span />}
            <span className="kk-dim kk-small">
              {one.since === null ? '' : t('dossier.since', { date: words.day(one.since) })} <Marks marks={one.marks} />
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}

export function Vaccinations({ dossier }: Props) {
  const { t } = useTranslation();
  const words = useWords();
  if (dossier.vaccinations.length === 0) return null;
  return (
    <section className="kk-card" aria-labelledby="vaccinations">
      <div className="kk-card-head">
        <h2 id="vaccinations">{t('dossier.vaccinations')}</h2>
        <AsOf dossier={dossier} />
      </div>
      <ul className="kk-list">
        {dossier.vaccinations.map((one) => (
          <li key={`${one.name.nl} ${one.date}`} className="kk-med">
            <span>{words.text(one.name)}</span>
            <span className="kk-dim kk-small kk-num">{words.day(one.date)}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}
