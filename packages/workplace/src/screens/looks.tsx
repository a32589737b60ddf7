/** "Wie keek?": one green tick when this browser recomputed the proof of every line; the proof itself on demand. */

import type { DossierId } from '@ketenkluis/base';
import { Fragment, type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Look, Looks } from '../model.ts';
import { useFew } from '../parts/few.tsx';
import { Tag } from '../parts/page.tsx';
import { Asked, Empty, Strip } from '../parts/states.tsx';
import { useWords } from '../parts/words.ts';
import { useAsk } from '../parts/world.tsx';
import { Take } from './take.tsx';
import { StandingStrip } from './witnesses.tsx';

export function LooksTab({ dossier }: { readonly dossier: DossierId }) {
  const { t } = useTranslation();
  const looks = useAsk(['looks', dossier], (world) => world.looks(dossier));
  return (
    <div className="kk-looks">
      <Asked query={looks} loading={t('looks.loading')}>
        {(found) => <LookList looks={found} dossier={dossier} />}
      </Asked>
      <p className="kk-dim kk-small">{t('looks.number', { number: dossier })}</p>
    </div>
  );
}

/** Whether the proof of all of it holds. */
export function Verdict({ looks }: { readonly looks: Looks }) {
  const { t } = useTranslation();
  return (
    <>
      {looks.verdict === 'proved' ? (
        <Strip
          name="proved"
          tone="good"
          title={t('looks.proved')}
          body={`${t('looks.provedBody', { count: looks.lines.length })} ${t('looks.lead')}`}
        />
      ) : (
        <div role="alert">
          <Strip name="unproved" tone="bad" title={t('looks.failed')} body={t('looks.failedBody')} />
        </div>
      )}
      <StandingStrip standing={looks.standing} />
    </>
  );
}

function LookList({ looks, dossier }: { readonly looks: Looks; readonly dossier: DossierId }) {
  const { t } = useTranslation();
  return (
    <>
      <Verdict looks={looks} />
      <Take dossier={dossier} />
      {looks.lines.length === 0 ? <Empty title={t('looks.none')} /> : <LookTable looks={looks} lines={looks.lines} />}
    </>
  );
}

/** Newest first; a patient's ten thousand lines are shown at once as quickly as a hundred. */
const PIECE = 100;

/** `words`: what was said of each look stands where otherwise the parts are named. */
export function LookTable(props: {
  readonly looks: Looks;
  readonly lines: readonly Look[];
  readonly words?: (look: Look) => ReactNode;
  readonly wordsTitle?: string;
}) {
  const { looks, lines, words, wordsTitle } = props;
  const { t } = useTranslation();
  const [shown, setShown] = useState<string | null>(null);
  const { shown: few, more } = useFew(lines, PIECE);
  return (
    <>
      <div className="kk-card kk-scroll">
        <table className="kk-table">
          <thead>
            <tr>
              <th scope="col">{t('looks.when')}</th>
              <th scope="col">{t('looks.who')}</th>
              <th scope="col">{t('looks.what')}</th>
              <th scope="col">{wordsTitle ?? t('looks.parts')}</th>
              <th scope="col">{t('looks.detailsTitle')}</th>
            </tr>
          </thead>
          <tbody>
            {few.map((look) => (
              <Fragment key={look.entry}>
                <Line
                  look={look}
                  {...(words === undefined ? {} : { words })}
                  open={shown === look.entry}
                  toggle={() => setShown(shown === look.entry ? null : look.entry)}
                />
                {shown === look.entry ? <Proof look={look} looks={looks} /> : null}
              </Fragment>
            ))}
          </tbody>
        </table>
      </div>
      {more}
    </>
  );
}

interface LineProps {
  readonly look: Look;
  readonly words?: (look: Look) => ReactNode;
  readonly open: boolean;
  readonly toggle: () => void;
}

function Line({ look, words: said, open, toggle }: LineProps) {
  const { t } = useTranslation();
  const words = useWords();
  return (
    <tr>
      <td className="kk-num kk-nowrap">{words.moment(look.at)}</td>
      <td>
        {look.who === null ? (
          <span className="kk-dim">{t('looks.elsewhere')}</span>
        ) : (
          <>
            <span className="kk-nowrap">
              {look.who.name}
              {look.me ? ` (${t('common.you')})` : ''}
            </span>
            <div className="kk-dim kk-small">{words.text(look.who.role)}</div>
          </>
        )}
      </td>
      <td>
        {t(`looks.kind.${look.kind}`)} {look.outcome === 'deny' ? <Tag tone="bad">{t('looks.refused')}</Tag> : null}
        {look.assumed === null ? null : (
          <div className="kk-dim kk-small">{t('looks.assumed', { ground: t(`assumed.grounds.${look.assumed}`) })}</div>
        )}
      </td>
      <td className="kk-dim">
        {said === undefined ? look.parts.map((part) => words.text(part)).join(', ') : said(look)}
      </td>
      <td>
        <button
          type="button"
          className="kk-linkish"
          aria-expanded={open}
          aria-label={`${t(open ? 'common.hide' : 'common.show')}: ${t('looks.details', { index: look.proof.index })}`}
          onClick={toggle}
        >
          {open ? t('common.hide') : t('common.show')}
        </button>
      </td>
    </tr>
  );
}

function Proof({ look, looks }: { readonly look: Look; readonly looks: Looks }) {
  const { t } = useTranslation();
  return (
    <tr>
      <td colSpan={5}>
        <div className="kk-proof">
          <p className="kk-small">{t('looks.place', { index: look.proof.index, size: looks.size })}</p>
          <h2>{t('looks.leaf')}</h2>
          <pre className="kk-mono">{look.proof.leaf}</pre>
          <h2>{t('looks.path')}</h2>
          <pre className="kk-mono">{look.proof.path.join('\n')}</pre>
          <h2>{t('looks.checkpoint')}</h2>
          <pre className="kk-mono">{looks.checkpoint}</pre>
        </div>
      </td>
    </tr>
  );
}
