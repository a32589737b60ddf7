import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Dossier } from '../model.ts';
import { Heading, Tag } from '../parts/page.tsx';
import { useWords } from '../parts/words.ts';
import { useToday } from '../parts/world.tsx';

interface Props {
  readonly dossier: Dossier;
  /** What can be done with the whole. */
  readonly children?: ReactNode;
}

/** Who this is, and of when. The window's title says only that a dossier is open. */
export function DossierHeader({ dossier, children }: Props) {
  const { t } = useTranslation();
  const words = useWords();
  const today = useToday();
  return (
    <div className="kk-dos-id">
      <Heading name={t('dossier.title')}>{dossier.name}</Heading>
      <span className="kk-num">
        {t('common.years', { age: words.age(dossier.birthDate, today) })}
        {dossier.gender === null ? '' : `, ${t(`dossier.${dossier.gender}`)}`}
      </span>
      {dossier.birthDate === null ? null : (
        <span className="kk-dim kk-num">{t('dossier.born', { date: words.shortDay(dossier.birthDate) })}</span>
      )}
      {dossier.phone.length === 0 ? null : (
        <span className="kk-dim kk-num">{t('dossier.phone', { number: dossier.phone.join(', ') })}</span>
      )}
      {dossier.died ? <Tag tone="bad">{t('dossier.died')}</Tag> : null}
      <span className="kk-tags">
        {dossier.programmes.map((programme) => (
          <Tag key={programme.id}>{words.text(programme.name)}</Tag>
        ))}
      </span>
      {children ? <span className="kk-end">{children}</span> : null}
    </div>
  );
}
