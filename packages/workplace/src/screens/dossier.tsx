/** One patient's dossier. Opening it is a line in the log; nothing of it stays in memory after one leaves. */

import { isId } from '@ketenkluis/base';
import { Tabs } from '@mantine/core';
import { Link, useNavigate, useParams } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { dueNow } from '../lib/due.ts';
import type { Dossier, Kind, Me } from '../model.ts';
import { Left } from '../parts/icons.tsx';
import { isTyping, Main } from '../parts/main.tsx';
import { Tag } from '../parts/page.tsx';
import { Asked, Confirmed, Strip, useDenied } from '../parts/states.tsx';
import { useWords } from '../parts/words.ts';
import { useAsk, useSession, useToday, useWorld } from '../parts/world.tsx';
import { AccessTab } from './access.tsx';
import { Allergies, Medication, Problems, Vaccinations } from './dossier-facts.tsx';
import { DossierHeader } from './dossier-header.tsx';
import { EmergencyDoor } from './emergency.tsx';
import { HandOver } from './hand-over.tsx';
import { LooksTab } from './looks.tsx';
import { Measurements } from './measurements.tsx';
import { Notes } from './notes.tsx';
import { Refer } from './refer.tsx';
import { RestrictionsTab } from './restrictions.tsx';
import './dossier.css';

/** To where this person came from. */
const backOf = (me: Me | null) => {
  if (me?.office) return { to: '/', word: `nav.${me.office}` } as const;
  return me?.substitute
    ? ({ to: '/overgedragen', word: 'handed.title' } as const)
    : ({ to: '/werklijst', word: 'dossier.back' } as const);
};

export function DossierScreen() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const { dossier: text } = useParams({ from: '/dossier/$dossier' });
  const id = isId('dossier', text) ? text : null;
  const words = useWords();
  const session = useSession();
  const me = session.stage === 'open' ? session.me : null;
  const { to, word } = backOf(me);
  const [asOf, setAsOf] = useState<Dossier['asOf'] | null>(null);

  useEffect(() => {
    if (id === null) void navigate({ to: '/', replace: true });
    const keys = (event: KeyboardEvent) => {
      if (event.key !== 'Escape' || isTyping(event) || event.defaultPrevented) return;
      if (document.querySelector('[role="dialog"],[role="menu"]')) return;
      void navigate({ to });
    };
    window.addEventListener('keydown', keys);
    return () => window.removeEventListener('keydown', keys);
  }, [id, navigate, to]);

  return (
    <Main>
      <div className="kk-dos">
        <div className="kk-dos-line">
          <Link to={to} className="kk-dos-back">
            <Left size={16} /> {t(word)}
          </Link>
          {asOf === null ? null : <span className="kk-dim">{t('common.asOf', { date: words.day(asOf) })}</span>}
        </div>
        {id === null ? null : <Opened key={id} id={id} opened={setAsOf} />}
      </div>
    </Main>
  );
}

interface OpenedProps {
  readonly id: Dossier['dossier'];
  readonly opened: (asOf: Dossier['asOf'] | null) => void;
}

function Opened({ id, opened }: OpenedProps) {
  const { t } = useTranslation();
  const query = useAsk(['dossier', id], (world) => world.dossier(id));
  const session = useSession();
  // Who treats nobody has no emergency.
  const treats = session.stage === 'open' && session.me.office === null;
  const urgent = useWorld().urgent !== null && treats;
  const asOf = query.data?.asOf ?? null;
  useEffect(() => opened(asOf), [opened, asOf]);
  return (
    <Asked
      query={query}
      loading={t('dossier.loading')}
      heading={t('dossier.title')}
      denied={urgent ? <EmergencyDoor dossier={id} /> : null}
    >
      {(dossier) => <Whole dossier={dossier} />}
    </Asked>
  );
}

function Whole({ dossier }: { readonly dossier: Dossier }) {
  const { t } = useTranslation();
  const world = useWorld();
  const session = useSession();
  const standsIn = session.stage === 'open' && session.me.substitute;
  // Whoever does not treat this patient sees neither notes nor the log.
  const outside = dossier.emergency || standsIn;
  const [tab, setTab] = useState<string | null>('record');
  return (
    <>
      <DossierHeader dossier={dossier}>
        <span className="kk-buttons">
          {world.urgent !== null && !dossier.emergency && !standsIn ? <HandOver dossier={dossier} /> : null}
          {dossier.mayRefer && world.referrals !== null ? <Refer dossier={dossier} /> : null}
        </span>
      </DossierHeader>
      {!dossier.emergency ? null : (
        <Strip name="emergency" tone="bad" title={t('emergency.shown')} body={t('emergency.shownBody')} />
      )}
      <Confirmed confirmation={dossier.confirmation} quiet />
      <Tabs value={tab} onChange={setTab}>
        <Tabs.List aria-label={t('dossier.parts')}>
          <Tabs.Tab value="record">{t('dossier.record')}</Tabs.Tab>
          {outside ? null : <Tabs.Tab value="looks">{t('dossier.looks')}</Tabs.Tab>}
          {outside || world.access === null ? null : (
            <>
              <Tabs.Tab value="access">{t('dossier.access')}</Tabs.Tab>
              <Tabs.Tab value="restrictions">{t('dossier.restrictions')}</Tabs.Tab>
            </>
          )}
        </Tabs.List>
        <Tabs.Panel value="record">
          <Record dossier={dossier} outside={outside} />
        </Tabs.Panel>
        <Tabs.Panel value="looks">
          <LooksTab dossier={dossier.dossier} />
        </Tabs.Panel>
        {world.access === null ? null : (
          <>
            <Tabs.Panel value="access">
              <AccessTab dossier={dossier.dossier} />
            </Tabs.Panel>
            <Tabs.Panel value="restrictions">
              <RestrictionsTab dossier={dossier.dossier} />
            </Tabs.Panel>
          </>
        )}
      </Tabs>
    </>
  );
}

interface RecordProps {
  readonly dossier: Dossier;
  /** Seen by another organisation, or in an emergency: no notes and nothing that is due. */
  readonly outside?: boolean;
}

export function Record({ dossier, outside = false }: RecordProps) {
  const { t } = useTranslation();
  const words = useWords();
  const today = useToday();
  const denied = useDenied();
  const due = dueNow(dossier.due, today);
  const sees = (kind: Kind) => !dossier.hidden.includes(kind);
  return (
    <div className="kk-dos-cols">
      <div className="kk-dos-main">
        {outside ? null : (
          <section className="kk-card kk-dos-due" aria-label={t('dossier.due')}>
            <h2>{t('dossier.due')}</h2>
            {due.length === 0 ? <p className="kk-dim">{t('dossier.nothingDue')}</p> : null}
            <dl>
              {[...Map.groupBy(due, (one) => words.when(one, today))].map(([when, items]) => (
                <div key={when}>
                  <dt>
                    <Tag tone={items[0]?.state === 'late' ? 'bad' : 'warn'}>{when}</Tag>
                  </dt>
                  <dd>{items.map((one) => words.text(one.item.label)).join(', ')}</dd>
                </div>
              ))}
            </dl>
          </section>
        )}
        {dossier.denied.map((part) => (
          <Strip
            key={`${part.part?.nl ?? ''} ${part.reason}`}
            name="denied-part"
            tone="plain"
            title={part.part === null ? t('dossier.restricted') : words.text(part.part)}
            body={denied(part.reason)}
          />
        ))}
        {dossier.hidden.length === 0 ? null : (
          <Strip
            name="hidden"
            tone="plain"
            title={t('dossier.hidden', {
              parts: dossier.hidden.map((kind) => t(`dossier.${kind}`).toLowerCase()).join(', '),
            })}
            body={t('dossier.hiddenBody')}
          />
        )}
        {sees('measurements') ? <Measurements dossier={dossier} /> : null}
      </div>
      <div className="kk-dos-side">
        {outside ? null : <Notes dossier={dossier} />}
        {sees('problems') ? <Problems dossier={dossier} /> : null}
        {sees('medication') ? <Medication dossier={dossier} /> : null}
        {sees('allergies') ? <Allergies dossier={dossier} /> : null}
        <Vaccinations dossier={dossier} />
      </div>
    </div>
  );
}
