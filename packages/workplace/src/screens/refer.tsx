/** "Verwijzen": to whom, what they will see and what not, the patient's consent, send. Three clicks where there is one choice. */

import { Button, Checkbox, Textarea } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Dossier, NewReferral, Part, ReferralChoice, ReferralChoices } from '../model.ts';
import { Dialog } from '../parts/dialog.tsx';
import { useSay } from '../parts/say.ts';
import { Asked, Empty } from '../parts/states.tsx';
import { Fault } from '../parts/sure.tsx';
import { useWords } from '../parts/words.ts';
import { useAct, useAsk } from '../parts/world.tsx';
import './care.css';

export function Refer({ dossier }: { readonly dossier: Dossier }) {
  const { t } = useTranslation();
  const [opened, setOpened] = useState(false);
  return (
    <>
      <Button onClick={() => setOpened(true)}>{t('refer.open')}</Button>
      <Dialog opened={opened} close={() => setOpened(false)} title={t('refer.title', { name: dossier.name })} wide>
        <Choosing dossier={dossier} close={() => setOpened(false)} />
      </Dialog>
    </>
  );
}

function Choosing({ dossier, close }: { readonly dossier: Dossier; readonly close: () => void }) {
  const { t } = useTranslation();
  const choices = useAsk(['choices', dossier.dossier], (world) => world.referrals!.choices(dossier.dossier));
  return (
    <Asked query={choices} loading={t('refer.loading')}>
      {(found) =>
        found.choices.length === 0 ? (
          <Empty title={t('refer.none')} body={t('refer.noneBody')}>
            <Unfit unfit={found.unfit} />
          </Empty>
        ) : (
          <Form dossier={dossier} found={found} close={close} />
        )
      }
    </Asked>
  );
}

function Unfit({ unfit }: Pick<ReferralChoices, 'unfit'>) {
  const { t } = useTranslation();
  if (unfit.length === 0) return null;
  return (
    <details className="kk-small">
      <summary>{t('refer.unfit', { count: unfit.length })}</summary>
      <ul className="kk-plainlist" style={{ marginTop: 6 }}>
        {unfit.map((one) => (
          <li key={one.partner}>
            {one.partner}: {t(`refer.why.${one.why}`)}
          </li>
        ))}
      </ul>
    </details>
  );
}

interface FormProps {
  readonly dossier: Dossier;
  readonly found: ReferralChoices;
  readonly close: () => void;
}

function Form({ dossier, found, close }: FormProps) {
  const { t } = useTranslation();
  const say = useSay();
  const words = useWords();
  const queries = useQueryClient();
  const only = found.choices.length === 1 ? found.choices[0]! : null;
  const [choice, setChoice] = useState<ReferralChoice | null>(only);
  const [picked, setPicked] = useState<readonly string[]>([]);
  const [question, setQuestion] = useState('');
  const [consent, setConsent] = useState(false);
  const [assumed, setAssumed] = useState(false);
  const send = useAct(
    (to, referral: NewReferral) => to.referrals!.refer(referral),
    () => {
      say(t('refer.sent', { partner: choice?.partner ?? '' }));
      // Nothing is fetched again by itself: a list from before would not have it.
      queries.removeQueries({ queryKey: ['referrals'] });
      void queries.invalidateQueries({ queryKey: ['waiting'] });
      void queries.invalidateQueries({ queryKey: ['access', dossier.dossier] });
      close();
    },
  );
  const choose = (next: ReferralChoice) => {
    setChoice(next);
    setPicked([]);
    // Consent is for one organisation and these parts: another choice is another question to the patient.
    setConsent(false);
    setAssumed(false);
  };
  const scopes = choice === null ? [] : choice.pick ? picked : choice.sees.map(({ scope }) => scope);
  const ready = choice !== null && scopes.length > 0 && (consent || (assumed && choice.assumable !== null));
  return (
    <form
      className="kk-stack"
      onSubmit={(event) => {
        event.preventDefault();
        if (choice !== null && ready) {
          const setting = assumed && !consent ? (choice.assumable?.setting ?? null) : null;
          send.mutate({ dossier: dossier.dossier, choice, scopes, question: question.trim(), assumed: setting });
        }
      }}
    >
      <fieldset className="kk-fieldset">
        <legend>{t('refer.whom')}</legend>
        <div className="kk-choices">
          {found.choices.map((one) => (
            <label key={one.id} className="kk-choice">
              <input
                type="radio"
                name="choice"
                checked={choice?.id === one.id}
                onChange={() => choose(one)}
                data-autofocus={(only ?? found.choices[0])?.id === one.id || undefined}
              />
              <span>
                <strong>{one.partner}</strong>
                <span className="kk-small">
                  {words.text(one.role)} · {words.text(one.activity)} · {shortOf(dossier, one)}
                </span>
              </span>
            </label>
          ))}
        </div>
      </fieldset>
      {choice === null ? null : (
        <>
          <Sees choice={choice} picked={picked} pick={setPicked} />
          <Textarea
            label={t('refer.question', { role: words.lower(choice.role) })}
            description={t('refer.questionHint')}
            autosize
            minRows={1}
            maxRows={8}
            maxLength={4000}
            value={question}
            onChange={(event) => setQuestion(event.target.value)}
          />
          <div className="kk-consent">
            <Checkbox
              checked={consent}
              onChange={(event) => {
                setConsent(event.target.checked);
                setAssumed(false);
              }}
              label={t('refer.consent', { partner: choice.partner })}
              description={t('refer.consentBody', { partner: choice.partner, date: words.dayOf(choice.until) })}
            />
            {choice.assumable === null ? null : (
              <Checkbox
                style={{ marginTop: 12 }}
                checked={assumed}
                onChange={(event) => {
                  setAssumed(event.target.checked);
                  setConsent(false);
                }}
                label={t('refer.assumed')}
                description={t('refer.assumedBody', { ground: t(`assumed.grounds.${choice.assumable.ground}`) })}
              />
            )}
          </div>
          <p className="kk-small">
            <strong>{t('refer.seen')}</strong> {t('refer.seenBody')}
          </p>
        </>
      )}
      <Fault error={send.error} />
      <Unfit unfit={found.unfit} />
      <div className="kk-buttons kk-dialog-foot">
        <Button type="submit" loading={send.isPending} disabled={!ready}>
          {t('refer.send')}
        </Button>
        <Button variant="default" onClick={close}>
          {t('common.cancel')}
        </Button>
      </div>
    </form>
  );
}

const shortOf = (dossier: Dossier, { programme }: ReferralChoice): string =>
  dossier.programmes.find(({ id }) => id === programme)?.short ?? programme;

interface SeesProps {
  readonly choice: ReferralChoice;
  readonly picked: readonly string[];
  readonly pick: (scopes: readonly string[]) => void;
}

function Sees({ choice, picked, pick }: SeesProps) {
  const { t } = useTranslation();
  const words = useWords();
  const fields = (part: Part) => part.fields.map((field) => words.text(field)).join(', ');
  const who = words.text(choice.role);
  if (choice.pick) {
    return (
      <fieldset className="kk-fieldset">
        <legend>{t('refer.pick')}</legend>
        <div className="kk-choices">
          {choice.sees.map((part) => (
            <Checkbox
              key={part.scope}
              checked={picked.includes(part.scope)}
              label={fields(part)}
              onChange={(event) =>
                pick(event.target.checked ? [...picked, part.scope] : picked.filter((one) => one !== part.scope))
              }
            />
          ))}
        </div>
      </fieldset>
    );
  }
  return (
    <div className="kk-sees">
      <div data-tone="yes">
        <h3>{t('refer.sees', { who, date: words.dayOf(choice.until) })}</h3>
        <ul>
          {choice.sees.map((part) => (
            <li key={part.scope}>{fields(part)}</li>
          ))}
        </ul>
      </div>
      <div data-tone="no">
        <h3>{t('refer.seesNot', { who })}</h3>
        <p>{[...choice.seesNot.map(fields), t('refer.never')].join('; ')}.</p>
      </div>
    </div>
  );
}
