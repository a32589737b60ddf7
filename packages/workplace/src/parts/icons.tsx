/** Drawn here so that no font or host is needed. All decorative: the words beside them say it. */

import type { ReactNode } from 'react';

const icon = (paths: ReactNode) =>
  function Icon({ size = 18 }: { readonly size?: number }) {
    return (
      <svg
        width={size}
        height={size}
        viewBox="0 0 24 24"
        fill="none"
        stroke="currentColor"
        strokeWidth="2"
        strokeLinecap="round"
        strokeLinejoin="round"
        aria-hidden="true"
        focusable="false"
      >
        {paths}
      </svg>
    );
  };

/** Two links of a chain. */
export const Brand = icon(
  <>
    <rect x="2.5" y="7.5" width="12" height="9" rx="4.5" />
    <rect x="9.5" y="7.5" width="12" height="9" rx="4.5" />
  </>,
);
export const Check = icon(<path d="M4.5 12.5l5 5 10-11" />);
export const Lock = icon(
  <>
    <rect x="5" y="11" width="14" height="9" rx="2" />
    <path d="M8 11V8a4 4 0 018 0v3" />
  </>,
);
export const Search = icon(
  <>
    <circle cx="11" cy="11" r="6.5" />
    <path d="M16 16l4.5 4.5" />
  </>,
);
export const Person = icon(
  <>
    <circle cx="12" cy="8" r="3.5" />
    <path d="M5 20c1-4 4-5.5 7-5.5s6 1.5 7 5.5" />
  </>,
);
export const Warn = icon(
  <>
    <path d="M12 4L2.5 20h19z" />
    <path d="M12 10v4.5M12 17.3v.2" />
  </>,
);
export const Cloud = icon(
  <>
    <path d="M7 18h10a4 4 0 000-8 6 6 0 00-11.5 1.5A3.5 3.5 0 007 18z" />
    <path d="M4 4l16 16" />
  </>,
);
export const Key = icon(
  <>
    <circle cx="8" cy="15" r="4" />
    <path d="M11 12l8-8M16 7l3 3" />
  </>,
);
export const Up = icon(<path d="M6 14l6-6 6 6" />);
export const Down = icon(<path d="M6 10l6 6 6-6" />);
export const Left = icon(<path d="M14 6l-6 6 6 6" />);
export const Empty = icon(
  <>
    <rect x="5" y="4" width="14" height="17" rx="2" />
    <path d="M9 9h6M9 13h6M9 17h3" />
  </>,
);
