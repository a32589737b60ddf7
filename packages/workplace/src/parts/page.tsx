/** A page's heading takes the focus when the page comes, so that the keyboard and a reader start there. */

import { type ReactNode, useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';

/** `name` goes into the window's title: a screen's name, never a patient's. */
export function Heading({ children, name }: { readonly children: ReactNode; readonly name: string }) {
  const { t } = useTranslation();
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${name} · ${t('app.name')}`;
  }, [name, t]);
  useEffect(() => heading.current?.focus({ preventScroll: true }), []);
  return (
    <h1 ref={heading} tabIndex={-1}>
      {children}
    </h1>
  );
}

export const Tag = ({ tone, children }: { readonly tone?: string; readonly children: ReactNode }) => (
  <span className="kk-tag" data-tone={tone}>
    {children}
  </span>
);
