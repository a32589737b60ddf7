/** Organisations that the practice refers to: who, how proved, since when; a new one in two people's hands. */

import { Button, NativeSelect, Textarea, TextInput } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { OwnCard, Partner, PartnerCard, PartnerLevel } from '../model.ts';
import { AdminNav } from '../parts/admin-nav.tsx';
import { Dialog } from '../parts/dialog.tsx';
import { Fingerprint } from '../parts/fingerprint.tsx';
import { Main } from '../parts/main.tsx';
import { Heading } from '../parts/page.tsx';
import { useSay } from '../parts/say.ts';
import { Asked, Empty, Strip } from '../parts/states.tsx';
import { Fault, Sure } from '../parts/sure.tsx';
import { useWords } from '../parts/words.ts';
import { useAct, useAsk } from '../parts/world.tsx';
import { AssumptionsCard } from './assumptions.tsx';
import './care.css';

export function PartnersScreen() {
  const { t } = useTranslation();
  const query = useAsk(['partners'], (world) => world.partners!.list());
  const [adding, setAdding] = useState(false);
  const [own, setOwn] = useState(false);
  const again = () => void query.refetch();
  return (
    <Main>
      <div className="kk-page">
        <AdminNav />
        <div className="kk-head">
          <Heading name={t('partners.title')}>{t('partners.title')}</Heading>
          <p className="kk-lead">{t('partners.lead')}</p>
        </div>
        <Asked query={query} loading={t('partners.loading')}>
          {({ partners, mayChange }) => (
            <>
              <div className="kk-buttons">
                {mayChange ? <Button onClick={() => setAdding(true)}>{t('partners.add')}</Button> : null}
                <Button variant="default" onClick={() => setOwn(true)}>
                  {t('partners.own')}
                </Button>
              </div>
              {partners.length === 0 ? (
                <Empty title={t('partners.none')} body={t('partners.noneBody')} />
              ) : (
                partners.map((one) => <One key={one.organisation} partner={one} mayChange={mayChange} again={again} />)
              )}
              {mayChange ? null : <p className="kk-dim">{t('partners.onlyOwner')}</p>}
              <AssumptionsCard />
            </>
          )}
        </Asked>
      </div>
      <Dialog opened={adding} close={() => setAdding(false)} title={t('partners.add')} wide>
        <Add close={() => setAdding(false)} again={again} />
      </Dialog>
      <Dialog opened={own} close={() => setOwn(false)} title={t('partners.own')} wide>
        <Own />
      </Dialog>
    </Main>
  );
}

interface OneProps {
  readonly partner: Partner;
  readonly mayChange: boolean;
  readonly again: () => void;
}

function One({ partner, mayChange, again }: OneProps) {
  const { t } = useTranslation();
  const words = useWords();
  const say = useSay();
  const queries = useQueryClient();
  const [asked, setAsked] = useState(false);
  const end = useAct(
    (to, _: undefined) => to.partners!.end(partner.organisation),
    () => {
      setAsked(false);
      say(t('partners.ended', { name: partner.name }));
      void queries.removeQueries({ queryKey: ['referrals'] });
      again();
    },
  );
  return (
    <section className="kk-card" aria-label={partner.name}>
      <div className="kk-row-end">
        <h2>{partner.name}</h2>
        {mayChange ? (
          <Button
            variant="default"
            size="xs"
            aria-label={t('partners.endOf', { name: partner.name })}
            onClick={() => setAsked(true)}
          >
            {t('partners.end')}
          </Button>
        ) : null}
      </div>
      <dl className="kk-terms">
        <dt>{t('partners.teams')}</dt>
        <dd>{partner.teams.map(({ name, role }) => `${name} (${words.lower(role)})`).join(', ')}</dd>
        <dt>{t('partners.ura')}</dt>
        <dd className="kk-num">{partner.ura}</dd>
        <dt>{t('partners.proof')}</dt>
        <dd>{partner.proof}</dd>
        <dt>{t('partners.since')}</dt>
        <dd>{t('partners.sinceBy', { date: words.dayOf(partner.since), names: partner.signed.join(', ') })}</dd>
        {partner.accepts.length === 0 ? null : (
          <>
            <dt>{t('partners.level')}</dt>
            <dd>{partner.accepts.map((level) => t(`partners.levels.${level}`)).join(', ')}</dd>
          </>
        )}
        {partner.fingerprint === null ? null : (
          <>
            <dt>{t('partners.fingerprint')}</dt>
            <dd>
              <Fingerprint digits={partner.fingerprint} label={t('partners.fingerprint')} small />
            </dd>
          </>
        )}
      </dl>
      <Sure
        opened={asked}
        close={() => setAsked(false)}
        title={t('partners.endSure', { name: partner.name })}
        yes={t('partners.endYes')}
        act={{ isPending: end.isPending, error: end.error, mutate: () => end.mutate(undefined) }}
      >
        <ul className="kk-plainlist">
          <li>{t('partners.endNow')}</li>
          <li>{t('referrals.endsSync')}</li>
          <li>
            <strong>{t('refer.seen')}</strong> {t('referrals.endsNever', { partner: partner.name })}
          </li>
        </ul>
      </Sure>
    </section>
  );
}

function Add({ close, again }: { readonly close: () => void; readonly again: () => void }) {
  const { t } = useTranslation();
  const [text, setText] = useState('');
  const [card, setCard] = useState<PartnerCard | null>(null);
  const read = useAct((to, pasted: string) => to.partners!.readCard(pasted), setCard);
  if (card !== null) return <Compare card={card} close={close} again={again} />;
  return (
    <form
      className="kk-stack"
      onSubmit={(event) => {
        event.preventDefault();
        if (text.trim() !== '') read.mutate(text);
      }}
    >
      <p>{t('partners.addBody')}</p>
      <Textarea
        label={t('partners.card')}
        data-autofocus
        autosize
        minRows={4}
        maxRows={8}
        spellCheck={false}
        value={text}
        onChange={(event) => setText(event.target.value)}
      />
      <Fault error={read.error} />
      <div className="kk-buttons">
        <Button type="submit" loading={read.isPending} disabled={text.trim() === ''}>
          {t('common.continue')}
        </Button>
        <Button variant="default" onClick={close}>
          {t('common.cancel')}
        </Button>
      </div>
    </form>
  );
}

interface CompareProps {
  readonly card: PartnerCard;
  readonly close: () => void;
  readonly again: () => void;
}

/** What a partner's word on its people is taken for. */
const ACCEPTS: Readonly<Record<'none' | 'high' | 'substantial', readonly PartnerLevel[]>> = {
  none: [],
  high: ['high'],
  substantial: ['substantial', 'high'],
};
const CHOICES = ['none', 'high', 'substantial'] as const;

function Compare({ card, close, again }: CompareProps) {
  const { t } = useTranslation();
  const words = useWords();
  const say = useSay();
  const queries = useQueryClient();
  const [proof, setProof] = useState('');
  const [level, setLevel] = useState<(typeof CHOICES)[number]>('none');
  const propose = useAct(
    (to, told: string) => to.partners!.propose(card, told, ACCEPTS[level]),
    (done) => {
      say(t(done === 'admitted' ? 'partners.added' : 'partners.proposed'));
      void queries.invalidateQueries({ queryKey: ['people'] });
      again();
      close();
    },
  );
  return (
    <form
      className="kk-stack"
      onSubmit={(event) => {
        event.preventDefault();
        if (proof.trim() !== '') propose.mutate(proof.trim());
      }}
    >
      <div>
        <strong>{card.name}</strong>
        <div className="kk-dim kk-small">
          {t('partners.uraOf', { ura: card.ura })} · {card.origin} ·{' '}
          {card.teams.map(({ name, role }) => `${name} (${words.lower(role)})`).join(', ')}
        </div>
      </div>
      {card.known ? <Strip tone="warn" title={t('partners.known')} /> : null}
      <p>{t('partners.compare', { name: card.name })}</p>
      <Fingerprint digits={card.fingerprint} label={t('partners.fingerprint')} />
      <TextInput
        label={t('partners.how')}
        description={t('partners.howHint')}
        required
        maxLength={200}
        value={proof}
        onChange={(event) => setProof(event.target.value)}
      />
      <NativeSelect
        label={t('partners.levelAsk')}
        description={t('partners.levelHint')}
        value={level}
        data={CHOICES.map((value) => ({ value, label: t(`partners.levelChoice.${value}`) }))}
        onChange={({ target }) => setLevel(CHOICES.find((one) => one === target.value) ?? 'none')}
      />
      <p className="kk-dim">{t('partners.second')}</p>
      <Fault error={propose.error} />
      <div className="kk-buttons">
        <Button type="submit" loading={propose.isPending} disabled={proof.trim() === ''}>
          {t('partners.equal')}
        </Button>
        <Button variant="default" onClick={close}>
          {t('common.cancel')}
        </Button>
      </div>
    </form>
  );
}

function Own() {
  const { t } = useTranslation();
  const query = useAsk(['own-card'], (world) => world.partners!.ownCard());
  return (
    <Asked query={query} loading={t('partners.ownLoading')}>
      {(card) => <OwnShown card={card} />}
    </Asked>
  );
}

function OwnShown({ card }: { readonly card: OwnCard }) {
  const { t } = useTranslation();
  const [copied, setCopied] = useState(false);
  const save = () => {
    const url = URL.createObjectURL(new Blob([card.card], { type: 'text/plain' }));
    const link = document.createElement('a');
    link.href = url;
    link.download = 'partnerkaart.txt';
    link.click();
    URL.revokeObjectURL(url);
  };
  return (
    <div className="kk-stack">
      <p>{t('partners.ownBody')}</p>
      <Textarea
        label={t('partners.ownCard', { name: card.name })}
        readOnly
        rows={4}
        value={card.card}
        spellCheck={false}
        onFocus={(event) => event.target.select()}
      />
      <div className="kk-buttons">
        <Button
          data-autofocus
          onClick={() => void navigator.clipboard.writeText(card.card).then(() => setCopied(true))}
        >
          {copied ? t('common.copied') : t('common.copy')}
        </Button>
        <Button variant="default" onClick={save}>
          {t('partners.save')}
        </Button>
      </div>
      <h3>{t('partners.fingerprint')}</h3>
      <Fingerprint digits={card.fingerprint} label={t('partners.fingerprint')} />
      <p className="kk-dim">{t('partners.ownRead')}</p>
    </div>
  );
}
