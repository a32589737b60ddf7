/** "Veronderstelde toestemming": off unless two people set it, with its ground, for which partners, until when. */

import { Button, Checkbox, NativeSelect, Textarea, TextInput } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { endOfDay } from '../lib/format.ts';
import { ASSUMPTION_GROUNDS, type AssumptionGround, type AssumptionSetting, type Assumptions } from '../model.ts';
import { Dialog } from '../parts/dialog.tsx';
import { useSay } from '../parts/say.ts';
import { Asked, Strip } from '../parts/states.tsx';
import { Fault, Sure } from '../parts/sure.tsx';
import { useWords } from '../parts/words.ts';
import { useAct, useAsk, useToday } from '../parts/world.tsx';

export function AssumptionsCard() {
  const { t } = useTranslation();
  const query = useAsk(['assumptions'], (world) => world.partners!.assumptions());
  const [adding, setAdding] = useState(false);
  const again = () => void query.refetch();
  return (
    <section className="kk-card kk-stack" aria-labelledby="assumptions">
      <h2 id="assumptions">{t('assumed.title')}</h2>
      <p className="kk-dim">{t('assumed.lead')}</p>
      <Asked query={query} loading={t('assumed.loading')}>
        {(found) => (
          <>
            {found.settings.length === 0 ? (
              <p role="status">{t('assumed.off')}</p>
            ) : (
              found.settings.map((one) => <One key={one.id} setting={one} mayChange={found.mayChange} again={again} />)
            )}
            {!found.mayChange ? (
              <p className="kk-dim">{t('assumed.onlyOwner')}</p>
            ) : found.categories.length === 0 ? (
              <p className="kk-dim">{t('assumed.noPartners')}</p>
            ) : (
              <div className="kk-buttons">
                <Button variant="default" onClick={() => setAdding(true)}>
                  {t('assumed.add')}
                </Button>
              </div>
            )}
            <Dialog opened={adding} close={() => setAdding(false)} title={t('assumed.add')} wide>
              <Add found={found} close={() => setAdding(false)} />
            </Dialog>
          </>
        )}
      </Asked>
    </section>
  );
}

interface OneProps {
  readonly setting: AssumptionSetting;
  readonly mayChange: boolean;
  readonly again: () => void;
}

function One({ setting, mayChange, again }: OneProps) {
  const { t } = useTranslation();
  const words = useWords();
  const say = useSay();
  const queries = useQueryClient();
  const [asked, setAsked] = useState(false);
  const end = useAct(
    (to, _: undefined) => to.partners!.endAssumption(setting.id),
    () => {
      setAsked(false);
      say(t('assumed.ended'));
      void queries.removeQueries({ queryKey: ['referrals'] });
      void queries.removeQueries({ queryKey: ['choices'] });
      again();
    },
  );
  const whom = setting.teams.join(', ');
  return (
    <div className="kk-stack">
      <dl className="kk-terms">
        <dt>{t('assumed.for')}</dt>
        <dd>{whom}</dd>
        <dt>{t('assumed.ground')}</dt>
        <dd>{t(`assumed.grounds.${setting.ground}`)}</dd>
        <dt>{t('assumed.text')}</dt>
        <dd>{setting.text ?? t('assumed.notForYou')}</dd>
        <dt>{t('assumed.until')}</dt>
        <dd>{t('assumed.fromUntil', { from: words.dayOf(setting.since), until: words.dayOf(setting.until) })}</dd>
      </dl>
      {mayChange ? (
        <div className="kk-buttons">
          <Button variant="default" size="xs" aria-label={t('assumed.endOf', { whom })} onClick={() => setAsked(true)}>
            {t('assumed.end')}
          </Button>
        </div>
      ) : null}
      <Sure
        opened={asked}
        close={() => setAsked(false)}
        title={t('assumed.endSure')}
        yes={t('assumed.endYes')}
        act={{ isPending: end.isPending, error: end.error, mutate: () => end.mutate(undefined) }}
      >
        <ul className="kk-plainlist">
          <li>{t('assumed.endNow')}</li>
          <li>{t('assumed.endAsked')}</li>
          <li>
            <strong>{t('refer.seen')}</strong> {t('refer.seenBody')}
          </li>
        </ul>
      </Sure>
    </div>
  );
}

function Add({ found, close }: { readonly found: Assumptions; readonly close: () => void }) {
  const { t } = useTranslation();
  const words = useWords();
  const say = useSay();
  const today = useToday();
  const queries = useQueryClient();
  const [picked, setPicked] = useState<readonly string[]>([]);
  const [ground, setGround] = useState<AssumptionGround | null>(null);
  const [text, setText] = useState('');
  const [day, setDay] = useState<string>(found.proposedEnd);
  const propose = useAct(
    (to, chosen: AssumptionGround) =>
      to.partners!.assume({ ground: chosen, categories: picked, text: text.trim(), until: endOfDay(day) }),
    () => {
      say(t('assumed.proposed'));
      void queries.invalidateQueries({ queryKey: ['people'] });
      close();
    },
  );
  const fits = day > today && day <= found.lastEnd;
  const ready = picked.length > 0 && ground !== null && text.trim() !== '' && fits;
  return (
    <form
      className="kk-stack"
      onSubmit={(event) => {
        event.preventDefault();
        if (ready && ground !== null) propose.mutate(ground);
      }}
    >
      <p>{t('assumed.addBody')}</p>
      <fieldset className="kk-fieldset">
        <legend>{t('assumed.forWhom')}</legend>
        <div className="kk-choices">
          {found.categories.map(({ category, name, teams }, i) => (
            <Checkbox
              key={category}
              data-autofocus={i === 0 || undefined}
              label={words.text(name)}
              description={teams.join(', ')}
              checked={picked.includes(category)}
              onChange={(event) =>
                setPicked(event.target.checked ? [...picked, category] : picked.filter((one) => one !== category))
              }
            />
          ))}
        </div>
      </fieldset>
      <NativeSelect
        label={t('assumed.ground')}
        required
        value={ground ?? ''}
        onChange={(event) => setGround(ASSUMPTION_GROUNDS.find((one) => one === event.target.value) ?? null)}
        data={[
          { value: '', label: '' },
          ...ASSUMPTION_GROUNDS.map((one) => ({ value: one, label: t(`assumed.grounds.${one}`) })),
        ]}
      />
      <Textarea
        label={t('assumed.text')}
        description={t('assumed.textHint')}
        required
        autosize
        minRows={2}
        maxRows={8}
        maxLength={1000}
        value={text}
        onChange={(event) => setText(event.target.value)}
      />
      <TextInput
        label={t('assumed.until')}
        description={t('assumed.untilHint')}
        type="date"
        min={today}
        max={found.lastEnd}
        value={day}
        onChange={(event) => setDay(event.target.value)}
      />
      <Strip tone="plain" title={t('assumed.never')} body={t('assumed.neverBody')} />
      <p className="kk-dim">{t('assumed.second')}</p>
      <Fault error={propose.error} />
      <div className="kk-buttons">
        <Button type="submit" loading={propose.isPending} disabled={!ready}>
          {t('assumed.propose')}
        </Button>
        <Button variant="default" onClick={close}>
          {t('common.cancel')}
        </Button>
      </div>
    </form>
  );
}
