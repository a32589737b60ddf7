/** Who outside confirms the log: one line where it is read, a card where it is arranged, and what a second signer compares. */

import { Button, Checkbox, NumberInput, Textarea, TextInput } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Standing, Witness, Witnesses, WitnessesProposal } from '../model.ts';
import { Dialog } from '../parts/dialog.tsx';
import { Tag } from '../parts/page.tsx';
import { useSay } from '../parts/say.ts';
import { Asked, Strip } from '../parts/states.tsx';
import { Fault } from '../parts/sure.tsx';
import { useWords } from '../parts/words.ts';
import { useAct, useAsk } from '../parts/world.tsx';

const TONE = { none: 'plain', confirmed: 'good', pending: 'plain', degraded: 'warn' } as const;

export function StandingStrip({ standing: of }: { readonly standing: Standing }) {
  const { t } = useTranslation();
  const { standing, fresh: count, named } = of;
  return (
    <Strip
      name={`outside-${standing}`}
      tone={TONE[standing]}
      title={t(`outside.${standing}`, { count, named })}
      body={t(`outside.${standing}Body`)}
    />
  );
}

export function WitnessesCard() {
  const { t } = useTranslation();
  const words = useWords();
  const query = useAsk(['witnesses'], (world) => world.outside.witnesses());
  const [adding, setAdding] = useState(false);
  return (
    <section className="kk-card kk-stack" aria-labelledby="witnesses">
      <h2 id="witnesses">{t('outside.title')}</h2>
      <p className="kk-dim">{t('outside.lead')}</p>
      <Asked query={query} loading={t('outside.loading')}>
        {(found) =>
          found.alarm !== null ? (
            <div role="alert">
              <Strip tone="bad" title={words.text(found.alarm.what)} body={words.text(found.alarm.next)} />
            </div>
          ) : (
            <>
              <StandingStrip standing={found.standing} />
              {found.witnesses.length === 0 ? null : <Table witnesses={found.witnesses} />}
              {found.mayChange ? (
                <div className="kk-buttons">
                  <Button variant="default" onClick={() => setAdding(true)}>
                    {t('outside.change')}
                  </Button>
                </div>
              ) : (
                <p className="kk-dim">{t('outside.onlyOwner')}</p>
              )}
              <Dialog opened={adding} close={() => setAdding(false)} title={t('outside.change')} wide>
                <Change found={found} close={() => setAdding(false)} />
              </Dialog>
            </>
          )
        }
      </Asked>
    </section>
  );
}

function Table({ witnesses }: { readonly witnesses: readonly Witness[] }) {
  const { t } = useTranslation();
  const words = useWords();
  return (
    <div className="kk-scroll">
      <table className="kk-table">
        <thead>
          <tr>
            <th scope="col">{t('outside.witness')}</th>
            <th scope="col">{t('outside.says')}</th>
            <th scope="col">{t('outside.keys')}</th>
          </tr>
        </thead>
        <tbody>
          {witnesses.map((one) => (
            <tr key={one.name}>
              <td>{one.name}</td>
              <td>
                {one.at === null
                  ? t('outside.never')
                  : t('outside.lines', { count: one.size, moment: words.moment(one.at) })}{' '}
                <Tag tone={one.word === 'fresh' ? 'good' : 'warn'}>{t(`outside.words.${one.word}`)}</Tag>
                {one.fault === null ? null : <div className="kk-dim kk-small">{t(`outside.faults.${one.fault}`)}</div>}
              </td>
              <td className="kk-mono">{one.keys.join(' ')}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

interface Row {
  readonly url: string;
  readonly keys: string;
}
const EMPTY: Row = { url: '', keys: '' };

function Change({ found, close }: { readonly found: Witnesses; readonly close: () => void }) {
  const { t } = useTranslation();
  const say = useSay();
  const queries = useQueryClient();
  const [kept, setKept] = useState<readonly string[]>(found.witnesses.map(({ name }) => name));
  const [rows, setRows] = useState<readonly Row[]>([EMPTY]);
  const [quorum, setQuorum] = useState<number>(Math.max(found.standing.quorum, 2));
  const added = rows.filter(({ url, keys }) => url.trim() !== '' && keys.trim() !== '');
  const count = kept.length + added.length;
  const propose = useAct(
    (to, many: number) =>
      to.outside.nameWitnesses({
        kept,
        added: added.map(({ url, keys }) => ({ url: url.trim(), keys: keys.split(/\s+/).filter(Boolean) })),
        quorum: many,
      }),
    () => {
      say(t('outside.proposed'));
      void queries.invalidateQueries({ queryKey: ['people'] });
      close();
    },
  );
  const put = (place: number, more: Partial<Row>) =>
    setRows(rows.map((row, i) => (i === place ? { ...row, ...more } : row)));
  const ready = count === 0 ? found.witnesses.length > 0 : quorum >= 1 && quorum <= count;
  return (
    <form
      className="kk-stack"
      onSubmit={(event) => {
        event.preventDefault();
        if (ready) propose.mutate(count === 0 ? 0 : quorum);
      }}
    >
      <p>{t('outside.changeBody')}</p>
      {found.witnesses.map(({ name }) => (
        <Checkbox
          key={name}
          label={t('outside.keep', { name })}
          checked={kept.includes(name)}
          onChange={(event) => setKept(event.target.checked ? [...kept, name] : kept.filter((one) => one !== name))}
        />
      ))}
      {rows.map((row, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: rows are only added at the end
        <div className="kk-stack" key={i}>
          <TextInput
            label={t('outside.url', { number: i + 1 })}
            data-autofocus={i === 0 || undefined}
            type="url"
            placeholder="https://"
            value={row.url}
            onChange={(event) => put(i, { url: event.target.value })}
          />
          <Textarea
            label={t('outside.vkeys', { number: i + 1 })}
            description={t('outside.vkeysHint')}
            autosize
            minRows={2}
            maxRows={6}
            value={row.keys}
            onChange={(event) => put(i, { keys: event.target.value })}
          />
        </div>
      ))}
      <div className="kk-buttons">
        <Button variant="default" size="xs" onClick={() => setRows([...rows, EMPTY])}>
          {t('outside.more')}
        </Button>
      </div>
      <NumberInput
        label={t('outside.quorum')}
        description={t('outside.quorumHint')}
        min={1}
        max={16}
        value={quorum}
        onChange={(value) => setQuorum(Number(value))}
      />
      <Fault error={propose.error} />
      <div className="kk-buttons">
        <Button type="submit" loading={propose.isPending} disabled={!ready}>
          {t('outside.propose')}
        </Button>
        <Button variant="default" onClick={close}>
          {t('common.cancel')}
        </Button>
      </div>
    </form>
  );
}

/** What a second signer reads before signing. */
export function ProposedWitnesses({ proposal }: { readonly proposal: WitnessesProposal }) {
  const { t } = useTranslation();
  const { before, witnesses } = proposal;
  return (
    <>
      {before === null ? null : <p>{t('outside.proposalBefore', before)}</p>}
      <dl className="kk-terms">
        {witnesses.map(({ name, url, keys }) => (
          <div key={name} style={{ display: 'contents' }}>
            <dt>{name}</dt>
            <dd>
              {url}
              <div className="kk-mono">{keys.join(' ')}</div>
            </dd>
          </div>
        ))}
      </dl>
      <p className="kk-dim">{t(proposal.signedByMe ? 'team.proposalMine' : 'outside.proposalCompare')}</p>
    </>
  );
}

/** The one sentence of such a proposal. */
export function useWitnessesWords(): (proposal: WitnessesProposal) => string {
  const { t } = useTranslation();
  return ({ by, quorum, witnesses }) =>
    witnesses.length === 0
      ? t('outside.proposalNone', { by })
      : t('outside.proposal', { by, quorum, count: witnesses.length });
}
