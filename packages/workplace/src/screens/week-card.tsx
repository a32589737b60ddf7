/** On a doctor's start page: who else looked at their own patients last week, unread until they say that they saw it. */

import { Button } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { saveFile } from '../lib/save.ts';
import type { Week } from '../model.ts';
import { Tag } from '../parts/page.tsx';
import { useSay } from '../parts/say.ts';
import { Strip, useErrorText } from '../parts/states.tsx';
import { useWords } from '../parts/words.ts';
import { useAsk, useWorld } from '../parts/world.tsx';
import './overviews.css';

/** It comes with the list that is open: asking makes no line. What cannot be shown is no reason to keep somebody from their list. */
export function WeekCard() {
  const week = useAsk(['week'], async (world) => (await world.overviews?.week()) ?? null, { keep: true });
  if (!week.data || week.data.read) return null;
  return <Card week={week.data} />;
}

/** Beside a worklist there is room for so many. */
const FEW = 10;
function Card({ week }: { readonly week: Week }) {
  const { t } = useTranslation('seen');
  const words = useWords();
  const world = useWorld();
  const queries = useQueryClient();
  const say = useSay();
  const errorText = useErrorText();
  const [open, setOpen] = useState(false);
  const [all, setAll] = useState(false);
  const rows = all ? week.lines : week.lines.slice(0, FEW);
  const file = useMutation({
    mutationFn: () => world.overviews!.weekFile(words.language),
    onSuccess: (made) => {
      saveFile(made);
      say(t('saved', { name: made.name }));
    },
  });
  const read = useMutation({
    mutationFn: () => world.overviews!.weekRead(week.until),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['week'] }),
  });
  const patients = new Set(week.lines.map(({ dossier }) => dossier)).size;
  const marked = week.lines.filter(({ marks, elsewhere }) => marks.length > 0 || elsewhere).length;
  const error = file.error ?? read.error;
  return (
    <section className="kk-card kk-stack kk-week" aria-labelledby="week" data-marked={marked > 0 || undefined}>
      <h2 id="week">{t('weekTitle')}</h2>
      <p>
        {t('weekBody', { count: patients, from: words.day(week.from), until: words.day(week.until) })}{' '}
        <strong>{marked === 0 ? t('weekNoMarks') : t('weekMarks', { count: marked })}</strong>
      </p>
      {open ? (
        <>
          <div className="kk-scroll">
            <table className="kk-table">
              <thead>
                <tr>
                  <th scope="col">{t('weekPatient')}</th>
                  <th scope="col">{t('weekWho')}</th>
                  <th scope="col">{t('weekDays')}</th>
                  <th scope="col">{t('weekStands')}</th>
                </tr>
              </thead>
              <tbody>
                {rows.map((line) => (
                  <tr key={`${line.dossier} ${line.who}`}>
                    <th scope="row">{line.patient}</th>
                    <td>
                      {line.who}
                      {line.role === null ? null : <span className="kk-dim kk-small">, {words.lower(line.role)}</span>}
                    </td>
                    <td className="kk-num">{line.days.map((day) => words.weekday(day)).join(', ')}</td>
                    <td>
                      {line.elsewhere ? <Tag tone="plain">{t('elsewhere')}</Tag> : null}{' '}
                      {line.marks.map((mark) => (
                        <Tag key={mark} tone={mark === 'emergency' ? 'bad' : 'warn'}>
                          {t(`marks.${mark}`)}
                        </Tag>
                      ))}
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
          {rows.length < week.lines.length ? (
            <div className="kk-buttons">
              <Button size="xs" variant="default" onClick={() => setAll(true)}>
                {t('more', { count: week.lines.length })}
              </Button>
            </div>
          ) : null}
          <p className="kk-dim kk-small">{t('weekLead')}</p>
          {week.unassigned === 0 ? null : (
            <p className="kk-dim kk-small">{t('weekUnassigned', { count: week.unassigned })}</p>
          )}
        </>
      ) : null}
      <div className="kk-buttons">
        <Button variant="default" aria-expanded={open} onClick={() => setOpen(!open)}>
          {open ? t('weekClose') : t('weekOpen')}
        </Button>
        <Button variant="default" loading={file.isPending} onClick={() => file.mutate()}>
          {t('save.pdf')}
        </Button>
        <Button variant="subtle" loading={read.isPending} onClick={() => read.mutate()}>
          {t('weekRead')}
        </Button>
      </div>
      {error === null ? null : (
        <div role="alert">
          <Strip name="not-saved" tone="bad" title={t('failed')} body={errorText(error)} />
        </div>
      )}
    </section>
  );
}
