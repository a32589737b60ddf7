/** What a screen shows when it has no content: empty, loading, denied, offline, not proved, error. Each names the next action. */

import { KetenkluisError } from '@ketenkluis/base';
import { Button, Skeleton, VisuallyHidden } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { workplaceError } from '../errors.ts';
import type { nl } from '../i18n/nl.ts';
import { readerWords } from '../i18n/readers.ts';
import type { Confirmation } from '../model.ts';
import { Check, Cloud, Empty as EmptyIcon, Lock, Warn } from './icons.tsx';
import { Heading } from './page.tsx';
import { useWords } from './words.ts';
import { codeOf, reasonOf, useSession } from './world.tsx';

interface StateProps {
  readonly icon: ReactNode;
  readonly title: string;
  readonly body?: string;
  readonly children?: ReactNode;
  readonly urgent?: boolean;
  readonly name: string;
}

function State({ icon, title, body, children, urgent, name }: StateProps) {
  return (
    <div className="kk-state" role={urgent ? 'alert' : 'status'} data-state={name}>
      {icon}
      <h2>{title}</h2>
      {body === undefined ? null : <p>{body}</p>}
      {children}
    </div>
  );
}

export const Empty = ({ title, body, children }: { title: string; body?: string; children?: ReactNode }) => (
  <State name="empty" icon={<EmptyIcon size={32} />} title={title} {...(body === undefined ? {} : { body })}>
    {children}
  </State>
);

export function Loading({ label, rows = 6 }: { readonly label: string; readonly rows?: number }) {
  return (
    <div role="status" data-state="loading" className="kk-page" aria-busy="true">
      <VisuallyHidden>{label}</VisuallyHidden>
      <p className="kk-dim kk-small" aria-hidden="true">
        {label} …
      </p>
      <div style={{ display: 'grid', gap: 10 }} aria-hidden="true">
        {Array.from({ length: rows }, (_, row) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: bars without content
          <Skeleton key={row} height={row === 0 ? 30 : 22} width={`${96 - ((row * 17) % 40)}%`} radius="sm" />
        ))}
      </div>
    </div>
  );
}

const useReader = () => readerWords(useSession());

type DeniedWord = keyof typeof nl.denied;
const OUTSIDE = new Set(['unknown', 'refused', 'gone', 'no-grant']);

/** The vault's reason in words; a reason that this version does not know says what is always true. */
export function useDenied(): (reason: string) => string {
  const { t, i18n } = useTranslation();
  const words = useWords();
  const reader = useReader();
  // Whoever is no colleague hears one word for every no, and has no computer of the practice to look at.
  return (reason) => {
    if (reader !== null && reader.denied !== null && (reader.always || OUTSIDE.has(reason)))
      return words.text(reader.denied);
    return i18n.exists(`denied.${reason}`) ? t(`denied.${reason as DeniedWord}`) : t('denied.refused');
  };
}

type ErrorWord = keyof typeof nl.error;
export function useErrorText(): (error: unknown) => string {
  const { t, i18n } = useTranslation();
  const denied = useDenied();
  const words = useWords();
  const reader = useReader();
  return (error) => {
    if (workplaceError.is(error, 'denied')) return denied(reasonOf(error));
    if (reader !== null && workplaceError.is(error, 'offline'))
      return `${t('state.offline')}. ${words.text(reader.offline)}`;
    if (reader !== null && workplaceError.is(error, 'holders-missing')) return words.text(reader.holders);
    const code = error instanceof KetenkluisError ? error.code : 'workplace/failed';
    return i18n.exists(`error.${code}`) ? t(`error.${code as ErrorWord}`) : t('error.workplace/failed');
  };
}

interface TroubleProps {
  readonly error: unknown;
  readonly retry?: () => void;
  /** What else there is to do when the answer is no. */
  readonly denied?: ReactNode;
}

export function Trouble({ error, retry, denied: otherwise }: TroubleProps) {
  const { t } = useTranslation();
  const denied = useDenied();
  const words = useWords();
  const reader = useReader();
  const again = retry ? (
    <Button variant="default" onClick={retry}>
      {t('common.retry')}
    </Button>
  ) : null;
  if (workplaceError.is(error, 'offline')) {
    return (
      <State
        name="offline"
        urgent
        icon={<Cloud size={32} />}
        title={t('state.offline')}
        body={reader ? words.text(reader.offline) : t('state.offlineBody')}
      >
        {again}
      </State>
    );
  }
  if (workplaceError.is(error, 'denied')) {
    return (
      <State name="denied" urgent icon={<Lock size={32} />} title={t('state.denied')} body={denied(reasonOf(error))}>
        {otherwise}
      </State>
    );
  }
  const code = codeOf(error);
  if (workplaceError.is(error, 'not-proved')) {
    return (
      <State
        name="not-proved"
        urgent
        icon={<Warn size={32} />}
        title={t('state.notProved')}
        body={reader ? words.text(reader.notProved(code)) : t('state.notProvedBody', { code })}
      />
    );
  }
  return (
    <State
      name="error"
      urgent
      icon={<Warn size={32} />}
      title={t('state.error')}
      body={reader ? words.text(reader.error(code)) : t('state.errorBody', { code })}
    >
      {again}
    </State>
  );
}

/** Loading, trouble, or the thing itself. */
export function Asked<T>(props: {
  readonly query: { readonly data: T | undefined; readonly error: unknown; refetch(): unknown };
  readonly loading: string;
  /** The page's heading while there is nothing yet that has one. */
  readonly heading?: string;
  readonly denied?: ReactNode;
  readonly children: (data: T) => ReactNode;
}) {
  const { query, loading, heading, denied, children } = props;
  if (!query.error && query.data !== undefined) return children(query.data);
  return (
    <>
      {heading === undefined ? null : <Heading name={heading}>{heading}</Heading>}
      {query.error ? (
        <Trouble error={query.error} retry={() => void query.refetch()} denied={denied} />
      ) : (
        <Loading label={loading} />
      )}
    </>
  );
}

export function Strip(props: {
  readonly tone: 'bad' | 'warn' | 'good' | 'plain';
  readonly title: string;
  readonly body?: string;
  readonly end?: ReactNode;
  readonly name?: string;
}) {
  const icon = props.tone === 'good' ? <Check /> : props.tone === 'plain' ? null : <Warn />;
  return (
    <div className="kk-strip" data-tone={props.tone} data-strip={props.name}>
      {icon}
      <div>
        <strong>{props.title}</strong>
        {props.body}
      </div>
      {props.end ? <div className="kk-strip-end">{props.end}</div> : null}
    </div>
  );
}

export function Confirmed({ confirmation, quiet }: { readonly confirmation: Confirmation; readonly quiet?: boolean }) {
  const { t } = useTranslation();
  const words = useWords();
  const reader = useReader();
  if (confirmation.state === 'stale') {
    return (
      <Strip
        name="stale"
        tone="warn"
        title={
          confirmation.since === null
            ? t('confirmation.never')
            : t('confirmation.stale', { date: words.moment(confirmation.since) })
        }
        body={reader ? words.text(reader.stale) : t('confirmation.staleBody')}
      />
    );
  }
  return quiet ? null : (
    <p className="kk-dim kk-small">{t('confirmation.confirmed', { date: words.moment(confirmation.at) })}</p>
  );
}
