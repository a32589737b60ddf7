/** One card in the middle: everything before the work begins. */

import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Brand } from './icons.tsx';
import { Heading } from './page.tsx';

interface Props {
  readonly title: string;
  readonly lead?: string;
  readonly children: ReactNode;
  readonly wide?: boolean;
}

export function DoorFrame({ title, lead, children, wide }: Props) {
  const { t } = useTranslation();
  return (
    <main className="kk-door" id="inhoud" tabIndex={-1}>
      <div className="kk-door-card" style={wide ? { maxWidth: 560 } : undefined}>
        <div className="kk-brand">
          <Brand size={26} />
          {t('app.name')}
        </div>
        <div className="kk-door-head">
          <Heading name={title}>{title}</Heading>
          {lead === undefined ? null : <p className="kk-lead">{lead}</p>}
        </div>
        {children}
      </div>
    </main>
  );
}
