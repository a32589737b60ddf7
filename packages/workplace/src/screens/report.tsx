/** "Bericht aan praktijk": four lines and values, as the practice will take them over. */

import { Button, Checkbox, NativeSelect, Textarea, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { EMPTY_SOEP, isEmptySoep, typedNumber, valueFault } from '../lib/soep.ts';
import type { Received, Report, Soep } from '../model.ts';
import { useSay } from '../parts/say.ts';
import { Fault } from '../parts/sure.tsx';
import { useWords } from '../parts/words.ts';
import { useAct, useToday } from '../parts/world.tsx';
import { useReceived } from './received.tsx';

const LINES = ['s', 'o', 'e', 'p'] as const;
interface Typed {
  readonly key: number;
  readonly code: string;
  readonly value: string;
  readonly date: string;
}

export function ReportForm({ received }: { readonly received: Received }) {
  const { t } = useTranslation();
  const say = useSay();
  const today = useToday();
  const words = useWords();
  const { row, reportable } = received;
  const put = useReceived(row.id);
  const [soep, setSoep] = useState<Soep>(EMPTY_SOEP);
  const [values, setValues] = useState<readonly Typed[]>([]);
  const [last, setLast] = useState(false);
  const send = useAct(
    (to, report: Report) => to.received!.report(row.id, report),
    (next) => {
      setSoep(EMPTY_SOEP);
      setValues([]);
      setLast(false);
      say(t('report.sent', { practice: row.other }));
      put(next);
    },
  );
  const known = (code: string) => reportable.find((one) => one.code === code);
  const faultOf = ({ code, value }: Typed) => {
    const about = known(code);
    if (about?.answers) return about.answers.some((one) => one.code === value) ? null : ('no-answer' as const);
    return valueFault(value, about?.low ?? null, about?.high ?? null);
  };
  const set = (key: number, change: Partial<Typed>) =>
    setValues(values.map((one) => (one.key === key ? { ...one, ...change } : one)));
  const sound = values.every((one) => faultOf(one) === null && one.date !== '' && one.date <= today);
  const ready = sound && (!isEmptySoep(soep) || values.length > 0);
  return (
    <section className="kk-card" aria-labelledby="report">
      <h2 id="report">{t('report.title')}</h2>
      <form
        className="kk-stack"
        onSubmit={(event) => {
          event.preventDefault();
          if (!ready) return;
          send.mutate({
            soep,
            last,
            values: values.map(({ code, value, date }) => ({
              code,
              value: known(code)?.answers ? value : String(typedNumber(value)),
              date: date as typeof today,
            })),
          });
        }}
      >
        {LINES.map((line) => (
          <Textarea
            key={line}
            label={t('report.line', { letter: line.toUpperCase(), name: t(`soep.${line}`).toLowerCase() })}
            autosize
            minRows={1}
            maxRows={8}
            maxLength={4000}
            value={soep[line]}
            onChange={(event) => setSoep({ ...soep, [line]: event.target.value })}
          />
        ))}
        {values.map((one) => {
          const about = known(one.code);
          const fault = one.value === '' ? null : faultOf(one);
          return (
            <fieldset key={one.key} className="kk-fieldset">
              <legend>{t('report.value')}</legend>
              <div className="kk-form-row">
                <NativeSelect
                  label={t('soep.what')}
                  value={one.code}
                  onChange={(event) => set(one.key, { code: event.target.value, value: '' })}
                  data={reportable.map((each) => ({
                    value: each.code,
                    label: `${words.text(each.label)}${each.nhg === null ? '' : ` (NHG ${each.nhg})`}`,
                  }))}
                />
                {about?.answers ? (
                  <NativeSelect
                    label={t('report.answer')}
                    value={one.value}
                    onChange={(event) => set(one.key, { value: event.target.value })}
                    data={[
                      { value: '', label: '' },
                      ...about.answers.map((each) => ({ value: each.code, label: words.text(each.text) })),
                    ]}
                  />
                ) : (
                  <TextInput
                    label={about?.unit ? `${t('dossier.value')} (${about.unit})` : t('dossier.value')}
                    inputMode="decimal"
                    autoComplete="off"
                    value={one.value}
                    error={fault === null ? undefined : t(`report.fault.${fault}`)}
                    onChange={(event) => set(one.key, { value: event.target.value })}
                  />
                )}
                <TextInput
                  label={t('dossier.date')}
                  type="date"
                  max={today}
                  value={one.date}
                  onChange={(event) => set(one.key, { date: event.target.value })}
                />
                <Button
                  variant="default"
                  style={{ marginTop: 24 }}
                  aria-label={t('report.dropOf', { name: about === undefined ? '' : words.text(about.label) })}
                  onClick={() => setValues(values.filter(({ key }) => key !== one.key))}
                >
                  {t('report.drop')}
                </Button>
              </div>
            </fieldset>
          );
        })}
        {reportable.length === 0 ? null : (
          <div>
            <Button
              variant="default"
              onClick={() =>
                setValues([
                  ...values,
                  { key: (values.at(-1)?.key ?? 0) + 1, code: reportable[0]!.code, value: '', date: today },
                ])
              }
            >
              {t('report.add')}
            </Button>
          </div>
        )}
        <Checkbox
          label={t('report.last')}
          description={t('report.lastBody')}
          checked={last}
          onChange={(event) => setLast(event.target.checked)}
        />
        <Fault error={send.error} />
        <div className="kk-note-foot" style={{ marginTop: 0 }}>
          <span className="kk-dim kk-small">{t('report.kept')}</span>
          <Button type="submit" loading={send.isPending} disabled={!ready}>
            {t('report.send')}
          </Button>
        </div>
      </form>
    </section>
  );
}
