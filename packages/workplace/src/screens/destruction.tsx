/** Vernietiging: what patients asked to have destroyed, and how far every copy is. What is late stands first and says so. */

import { useTranslation } from 'react-i18next';
import type { Destruction } from '../model.ts';
import { Tag } from '../parts/page.tsx';
import { Strip } from '../parts/states.tsx';
import { useWords } from '../parts/words.ts';

type Copy = Destruction['copies'][number];
const COPIES = {
  vault: 'copies.vault',
  lists: 'copies.lists',
  register: 'copies.register',
  keyholders: 'copies.keyholders',
  mirror: 'copies.mirror',
  own: 'copies.own',
  petitions: 'copies.petitions',
  partner: 'copies.partner',
  backups: 'copies.backups',
  log: 'copies.log',
} as const;
const REFUSED = { 'other-person': 'refused.other-person', 'legal-duty': 'refused.legal-duty' } as const;

const waiting = ({ copies }: Destruction): readonly Copy[] => copies.filter(({ state }) => state === 'todo');
const late = ({ copies }: Destruction): readonly Copy[] => copies.filter((copy) => copy.late);

export function DestructionCard({ requests }: { readonly requests: readonly Destruction[] }) {
  const { t } = useTranslation('destruction');
  const words = useWords();
  const overdue = requests.flatMap(late);
  const left = requests.flatMap(waiting);
  const next = left.map(({ due }) => due).sort()[0];
  const order = requests.toSorted(
    (a, b) => late(b).length - late(a).length || waiting(b).length - waiting(a).length || b.number - a.number,
  );
  return (
    <section className="kk-card kk-stack" aria-labelledby="destruction">
      <h2 id="destruction">{t('title')}</h2>
      <p className="kk-dim">{t('lead')}</p>
      {overdue.length > 0 ? (
        <Strip name="destruction-late" tone="bad" title={t('late', { count: overdue.length })} body={t('lateBody')} />
      ) : left.length > 0 ? (
        <Strip
          name="destruction-todo"
          tone="warn"
          title={t('todo', { count: left.length })}
          body={t('todoBody', { date: words.day(next!) })}
        />
      ) : (
        <Strip
          name="destruction-done"
          tone={requests.length === 0 ? 'plain' : 'good'}
          title={t(requests.length === 0 ? 'none' : 'allDone')}
          body={requests.length === 0 ? t('noneBody') : ''}
        />
      )}
      {order.map((one) => (
        <Request key={one.number} one={one} />
      ))}
    </section>
  );
}

function Request({ one }: { readonly one: Destruction }) {
  const { t } = useTranslation('destruction');
  const words = useWords();
  return (
    <section className="kk-request" aria-labelledby={`destruction-${one.number}`}>
      <h3 id={`destruction-${one.number}`}>{t('number', { number: one.number })}</h3>
      <p>
        {t('asked', { date: words.day(one.asked) })}{' '}
        {one.refused === null ? t('due', { date: words.day(one.due) }) : t(REFUSED[one.refused])}
      </p>
      {one.copies.length === 0 ? null : (
        <div className="kk-scroll">
          <table className="kk-table">
            <thead>
              <tr>
                <th scope="col">{t('copy')}</th>
                <th scope="col">{t('state')}</th>
              </tr>
            </thead>
            <tbody>
              {one.copies.map((copy) => (
                <tr key={`${copy.what} ${copy.whose}`}>
                  <th scope="row">
                    {copy.whose ?? (copy.what in COPIES ? t(COPIES[copy.what as keyof typeof COPIES]) : copy.what)}
                  </th>
                  <td>
                    <State copy={copy} />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}

function State({ copy }: { readonly copy: Copy }) {
  const { t } = useTranslation('destruction');
  const words = useWords();
  if (copy.late) return <Tag tone="bad">{t('isLate', { date: words.day(copy.due) })}</Tag>;
  if (copy.state === 'todo') return <Tag tone="warn">{t('isTodo', { date: words.day(copy.due) })}</Tag>;
  const date = copy.at === null ? '' : words.day(copy.at);
  if (copy.state === 'done') return <Tag tone="good">{t('isDone', { date })}</Tag>;
  return <span>{t(copy.what === 'log' ? 'stays' : 'declined', { date })}</span>;
}
