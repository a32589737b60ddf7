/** The control policy as it stands, and a new one for a second person to sign. */

import { Button, Checkbox, NativeSelect, NumberInput } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { CHECKS, type ControlSeen, type NewPolicy } from '../model.ts';
import { Dialog } from '../parts/dialog.tsx';
import { useSay } from '../parts/say.ts';
import { Fault } from '../parts/sure.tsx';
import { useWords } from '../parts/words.ts';
import { useAct, useSession } from '../parts/world.tsx';

export function PolicyCard({ seen }: { readonly seen: ControlSeen }) {
  const { t } = useTranslation();
  const words = useWords();
  const [opened, setOpened] = useState(false);
  const { policy } = seen;
  return (
    <section className="kk-card kk-stack" aria-labelledby="policy">
      <h2 id="policy">{t('control.policy')}</h2>
      {policy === null ? (
        <p className="kk-dim">{t('control.noPolicyBody')}</p>
      ) : (
        <>
          <p className="kk-dim kk-small">
            {t('control.policyOf', { number: policy.number, date: words.dayOf(policy.from) })}
          </p>
          <dl className="kk-terms">
            <dt>{t('control.policyOfficers')}</dt>
            <dd>
              {policy.officers
                .map(({ name, outside }) => (outside ? t('control.policyOutside', { name }) : name))
                .join(', ')}
            </dd>
            <dt>{t('control.policyAt')}</dt>
            <dd>{t('control.points', { count: policy.findingAt })}</dd>
            <dt>{t('control.policyEvery')}</dt>
            <dd>
              {CHECKS.map((kind) =>
                t('control.policyDays', { what: t(`control.checks.${kind}`), count: policy.every[kind] }),
              ).join('; ')}
            </dd>
            <dt>{t('control.policySample')}</dt>
            <dd>{t('control.policySampleOf', { count: policy.sampleSize })}</dd>
            <dt>{t('control.policyTerms')}</dt>
            <dd>{t('control.policyTermsOf', { answer: policy.answerDays, decide: policy.decideDays })}</dd>
          </dl>
        </>
      )}
      {seen.mayChange ? (
        <div className="kk-buttons">
          <Button variant="default" onClick={() => setOpened(true)}>
            {t(policy === null ? 'control.policySet' : 'control.policyChange')}
          </Button>
        </div>
      ) : null}
      <Dialog opened={opened} close={() => setOpened(false)} title={t('control.policy')} wide>
        <Propose seen={seen} close={() => setOpened(false)} />
      </Dialog>
    </section>
  );
}

const MOST = { review: 31, sample: 92, emergency: 31, rights: 92 } as const;

function Propose({ seen, close }: { readonly seen: ControlSeen; readonly close: () => void }) {
  const { t } = useTranslation();
  const say = useSay();
  const queries = useQueryClient();
  const session = useSession();
  const me = session.stage === 'open' ? session.me.person : null;
  const { policy, colleagues } = seen;
  const [terms, setTerms] = useState({
    findingAt: policy?.findingAt ?? 50,
    ...(policy?.every ?? { review: 7, sample: 30, emergency: 7, rights: 91 }),
    sampleSize: policy?.sampleSize ?? 20,
    answerDays: policy?.answerDays ?? 14,
    decideDays: policy?.decideDays ?? 30,
  });
  const [board, setBoard] = useState(policy?.board ?? me ?? colleagues[0]!.person);
  const [officers, setOfficers] = useState(policy?.officers.map(({ person }) => person) ?? []);
  const [outside, setOutside] = useState(policy?.officers.flatMap((one) => (one.outside ? [one.person] : [])) ?? []);
  const propose = useAct(
    (to, next: NewPolicy) => to.control!.setPolicy(next),
    () => {
      say(t('control.policyProposed'));
      void queries.invalidateQueries({ queryKey: ['people'] });
      close();
    },
  );
  const number = (field: keyof typeof terms, least: number, most: number) => (
    <NumberInput
      key={field}
      label={t(`control.field.${field}`)}
      min={least}
      max={most}
      clampBehavior="strict"
      allowDecimal={false}
      value={terms[field]}
      onChange={(value) => setTerms((all) => ({ ...all, [field]: typeof value === 'number' ? value : least }))}
    />
  );
  const { findingAt, sampleSize, answerDays, decideDays, ...every } = terms;
  return (
    <form
      className="kk-stack"
      onSubmit={(event) => {
        event.preventDefault();
        if (officers.length === 0) return;
        const from = outside.filter((person) => officers.includes(person));
        propose.mutate({ board, officers, outside: from, findingAt, every, sampleSize, answerDays, decideDays });
      }}
    >
      <p>{t('control.policyBody')}</p>
      <NativeSelect
        data-autofocus
        label={t('control.policyBoard')}
        value={board}
        onChange={(event) => setBoard(colleagues.find(({ person }) => person === event.target.value)?.person ?? board)}
        data={colleagues.map(({ person, name }) => ({ value: person, label: name }))}
      />
      <fieldset className="kk-fieldset">
        <legend>{t('control.policyWho')}</legend>
        <p className="kk-dim kk-small">{t('control.policyWhoHint')}</p>
        <div className="kk-choices">
          {colleagues.map(({ person, name }) => {
            const picked = officers.includes(person);
            const flip = (list: typeof officers) =>
              list.includes(person) ? list.filter((one) => one !== person) : [...list, person];
            return (
              <div key={person}>
                <Checkbox label={name} checked={picked} onChange={() => setOfficers(flip)} />
                {picked ? (
                  <Checkbox
                    ml="lg"
                    mt={4}
                    size="xs"
                    label={t('control.policyIsOutside')}
                    aria-label={`${name}: ${t('control.policyIsOutside')}`}
                    checked={outside.includes(person)}
                    onChange={() => setOutside(flip)}
                  />
                ) : null}
              </div>
            );
          })}
        </div>
      </fieldset>
      <div className="kk-form-grid">
        {number('findingAt', 20, 50)}
        {CHECKS.map((kind) => number(kind, 1, MOST[kind]))}
        {number('sampleSize', 5, 1000)}
        {number('answerDays', 1, 31)}
        {number('decideDays', 1, 92)}
      </div>
      <Fault error={propose.error} />
      <div className="kk-buttons">
        <Button type="submit" loading={propose.isPending} disabled={officers.length === 0}>
          {t('control.policyPropose')}
        </Button>
        <Button variant="default" onClick={close}>
          {t('common.cancel')}
        </Button>
      </div>
    </form>
  );
}
