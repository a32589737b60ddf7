/** Who outside keeps a piece of every key: a card that says what is left to trust, the naming, and what a second signer compares. */

import { Button, Checkbox, NumberInput, Textarea } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Keyholders, KeyholdersProposal, NamedKeyholder } from '../model.ts';
import { Dialog } from '../parts/dialog.tsx';
import { useSay } from '../parts/say.ts';
import { Asked, Strip } from '../parts/states.tsx';
import { Fault } from '../parts/sure.tsx';
import { useAct, useAsk } from '../parts/world.tsx';

export function KeyholdersCard() {
  const { t } = useTranslation();
  const query = useAsk(['keyholders'], (world) => world.held.keyholders());
  const [changing, setChanging] = useState(false);
  return (
    <section className="kk-card kk-stack" aria-labelledby="keyholders">
      <h2 id="keyholders">{t('held.title')}</h2>
      <p className="kk-dim">{t('held.lead')}</p>
      <Asked query={query} loading={t('held.loading')}>
        {(found) => (
          <>
            <Trusted found={found} />
            {found.holders.length === 0 ? null : <List holders={found.holders} />}
            {found.mayChange ? (
              <div className="kk-buttons">
                <Button variant="default" onClick={() => setChanging(true)}>
                  {t('held.change')}
                </Button>
              </div>
            ) : (
              <p className="kk-dim">{t('held.onlyOwner')}</p>
            )}
            <Dialog opened={changing} close={() => setChanging(false)} title={t('held.change')} wide>
              <Change found={found} close={() => setChanging(false)} />
            </Dialog>
          </>
        )}
      </Asked>
    </section>
  );
}

/** With nobody: what a practice then trusts its host with. With as many as there are: that one that is away stops every look. */
function Trusted({ found: { need, holders } }: { readonly found: Keyholders }) {
  const { t } = useTranslation();
  const count = holders.length;
  if (count === 0) return <Strip name="held-none" tone="plain" title={t('held.none')} body={t('held.noneBody')} />;
  const spare = count - need;
  return (
    <Strip
      name={spare === 0 ? 'held-tight' : 'held'}
      tone={spare === 0 ? 'warn' : 'good'}
      title={t('held.some', { need, count })}
      body={spare === 0 ? t('held.tightBody') : t('held.someBody', { count: spare })}
    />
  );
}

function List({ holders }: { readonly holders: readonly NamedKeyholder[] }) {
  return (
    <dl className="kk-terms">
      {holders.map(({ url, fingerprint }) => (
        <div key={url} style={{ display: 'contents' }}>
          <dt>{url}</dt>
          <dd className="kk-mono">{fingerprint}</dd>
        </div>
      ))}
    </dl>
  );
}

function Change({ found, close }: { readonly found: Keyholders; readonly close: () => void }) {
  const { t } = useTranslation();
  const say = useSay();
  const queries = useQueryClient();
  const [kept, setKept] = useState<readonly string[]>(found.holders.map(({ url }) => url));
  const [rows, setRows] = useState<readonly string[]>(['']);
  const [need, setNeed] = useState<number>(Math.max(found.need, 1));
  const added = rows.map((row) => row.trim()).filter((row) => row !== '');
  const count = kept.length + added.length;
  const propose = useAct(
    (to, many: number) => to.held.nameKeyholders({ kept, added, need: many }),
    () => {
      say(t('held.proposed'));
      void queries.invalidateQueries({ queryKey: ['people'] });
      close();
    },
  );
  const ready = count === 0 ? found.holders.length > 0 : need >= 1 && need <= count;
  return (
    <form
      className="kk-stack"
      onSubmit={(event) => {
        event.preventDefault();
        if (ready) propose.mutate(count === 0 ? 0 : need);
      }}
    >
      <p>{t('held.changeBody')}</p>
      {found.holders.map(({ url }) => (
        <Checkbox
          key={url}
          label={t('held.keep', { url })}
          checked={kept.includes(url)}
          onChange={(event) => setKept(event.target.checked ? [...kept, url] : kept.filter((one) => one !== url))}
        />
      ))}
      {rows.map((row, i) => (
        <Textarea
          // biome-ignore lint/suspicious/noArrayIndexKey: rows are only added at the end
          key={i}
          label={t('held.card', { number: i + 1 })}
          description={t('held.cardHint')}
          data-autofocus={i === 0 || undefined}
          autosize
          minRows={2}
          maxRows={5}
          value={row}
          onChange={(event) => setRows(rows.map((one, at) => (at === i ? event.target.value : one)))}
        />
      ))}
      <div className="kk-buttons">
        <Button variant="default" size="xs" onClick={() => setRows([...rows, ''])}>
          {t('held.more')}
        </Button>
      </div>
      <NumberInput
        label={t('held.need')}
        description={t('held.needHint')}
        min={1}
        max={8}
        value={need}
        onChange={(value) => setNeed(Number(value))}
      />
      <Fault error={propose.error} />
      <div className="kk-buttons">
        <Button type="submit" loading={propose.isPending} disabled={!ready}>
          {t('held.propose')}
        </Button>
        <Button variant="default" onClick={close}>
          {t('common.cancel')}
        </Button>
      </div>
    </form>
  );
}

/** What a second signer compares before signing. */
export function ProposedKeyholders({ proposal }: { readonly proposal: KeyholdersProposal }) {
  const { t } = useTranslation();
  return (
    <>
      {proposal.holders.length === 0 ? null : <List holders={proposal.holders} />}
      <p className="kk-dim">{t(proposal.signedByMe ? 'team.proposalMine' : 'held.proposalCompare')}</p>
    </>
  );
}

/** The one sentence of such a proposal. */
export function useKeyholdersWords(): (proposal: KeyholdersProposal) => string {
  const { t } = useTranslation();
  return ({ by, need, holders }) =>
    holders.length === 0 ? t('held.proposalNone', { by }) : t('held.proposal', { by, need, count: holders.length });
}
