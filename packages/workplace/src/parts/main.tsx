/** A screen's own place in the frame, and when a key is a letter rather than a command. */

import type { ReactNode } from 'react';

/** Letters typed into a field are text, not commands. */
export const isTyping = (event: KeyboardEvent): boolean => {
  const target = event.target;
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName)) &&
    !(target instanceof HTMLInputElement && /^(radio|checkbox|button)$/.test(target.type))
  );
};

/** Where a screen's own content lives; `fill` screens scroll inside themselves. */
export const Main = ({ children, fill }: { readonly children: ReactNode; readonly fill?: boolean }) => (
  <main id="inhoud" tabIndex={-1} className="kk-main" data-fill={fill || undefined}>
    {children}
  </main>
);
