/** Hands the screens their `Workplace`, and asks it things with one habit: nothing is fetched twice by accident. */

import { KetenkluisError, type LocalDate, localDate } from '@ketenkluis/base';
import { QueryClient, useMutation, useQuery } from '@tanstack/react-query';
import { createContext, useContext, useSyncExternalStore } from 'react';
import { workplaceError } from '../errors.ts';
import type { Session, SignOn, Workplace } from '../model.ts';

const World = createContext<Workplace | null>(null);
export const WorldProvider = World.Provider;

export function useWorld(): Workplace {
  const world = useContext(World);
  if (!world) throw workplaceError('failed', 'a screen stands outside the app');
  return world;
}

export function useSession(): Session {
  const { session } = useWorld();
  return useSyncExternalStore(session.subscribe, session.get);
}

export function useSignOn(): SignOn | null {
  const { signOn } = useWorld();
  return useSyncExternalStore(signOn.subscribe, signOn.get);
}

export const useToday = (): LocalDate => localDate(useWorld().now());

/** Every look is a line in the log, so nothing may be asked again on focus, reconnect or failure. */
export const newQueries = (): QueryClient =>
  new QueryClient({
    defaultOptions: {
      queries: {
        retry: false,
        refetchOnWindowFocus: false,
        refetchOnReconnect: false,
        refetchOnMount: false,
        networkMode: 'always',
        staleTime: Number.POSITIVE_INFINITY,
        gcTime: 0,
      },
      mutations: { retry: false, networkMode: 'always', gcTime: 0 },
    },
  });

interface AskOptions<T> {
  /** Stays in memory after the screen is left (lists only, never a dossier). */
  readonly keep?: boolean;
  /** Asks again after so many milliseconds while somebody else's step is awaited; only for what makes no line in the log. */
  readonly every?: (found: T) => number | false;
  /** Asks nothing until this is true. */
  readonly when?: boolean;
}

export const useAsk = <T,>(
  key: readonly string[],
  ask: (world: Workplace) => Promise<T>,
  options: AskOptions<T> = {},
) => {
  const world = useWorld();
  const { every, when = true } = options;
  return useQuery({
    queryKey: key,
    queryFn: () => ask(world),
    enabled: when,
    ...(options.keep ? { gcTime: Number.POSITIVE_INFINITY } : {}),
    refetchInterval: ({ state }) => (every && state.data !== undefined ? every(state.data) : false),
  });
};

export const useAct = <In, Out>(act: (world: Workplace, input: In) => Promise<Out>, done?: (out: Out) => void) => {
  const world = useWorld();
  return useMutation({
    mutationFn: (input: In) => act(world, input),
    ...(done ? { onSuccess: (out: Out) => done(out) } : {}),
  });
};

/** The deepest code that is known, for whoever is called about it. */
export const codeOf = (error: unknown): string => {
  if (!(error instanceof KetenkluisError)) return 'workplace/failed';
  return typeof error.detail.code === 'string' ? error.detail.code : error.code;
};

export const reasonOf = (error: unknown): string => {
  const reason = error instanceof KetenkluisError ? error.detail.reason : undefined;
  return typeof reason === 'string' ? reason : 'refused';
};
