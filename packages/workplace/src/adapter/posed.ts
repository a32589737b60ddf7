/** What practices and their patients ask of this organisation: read and answered on a visit to each. */

import type { DossierId, OrganisationId } from '@ketenkluis/base';
import { endKept, type KeptMessage, keptMessages, type Session } from '@ketenkluis/client';
import { answerPosed, mayAnswerThere, type Posed, posedTo } from '@ketenkluis/client/petitions';
import { workplaceError } from '../errors.ts';
import type { PetitionSide, PosedRequest } from '../model.ts';
import { about, type Inside, nameOf } from './inside.ts';
import type { Surroundings } from './people.ts';
import { visitEach } from './received.ts';

interface Found {
  readonly guest: Session;
  readonly practice: string;
  readonly posed: Posed;
}

async function foundBy(inside: Inside): Promise<{ readonly all: readonly Found[]; readonly away: readonly string[] }> {
  const all: Found[] = [];
  const away = await visitEach(inside, async (guest, practice) => {
    for (const posed of await posedTo(guest)) all.push({ guest, practice, posed });
  });
  return { all, away: away.map(({ practice }) => practice) };
}

/** Every copy that is kept here of what was sent about these dossiers. Opening them is a line of the own log. */
async function keptOf(inside: Inside, asked: readonly Found[]): Promise<readonly KeptMessage[]> {
  if (asked.length === 0) return [];
  const all: KeptMessage[] = [];
  for (let before: number | null = null; ; ) {
    const page: Awaited<ReturnType<typeof keptMessages>> = await keptMessages(
      inside.session,
      before,
      about(inside, 'verzoek om vernietiging'),
    );
    all.push(...page.messages);
    if (page.next === null) return all;
    before = page.next;
  }
}
const isOf = (dossier: DossierId, organisation: OrganisationId) => (one: KeptMessage) =>
  one.content !== null && one.content.dossier === dossier && one.content.to.organisation === organisation;

const waits = ({ posed }: Found): boolean => posed.payload.kind === 'destroy' && posed.answer === null;

async function shown(
  inside: Inside,
  { guest, practice, posed }: Found,
  kept: readonly KeptMessage[],
): Promise<PosedRequest> {
  const { hash, payload, at, due, late, text, answer } = posed;
  const copies = kept.filter(isOf(payload.dossier, guest.practice));
  return {
    ...{ id: hash, practice, about: payload.kind === 'name' ? 'name' : 'erase', at, due, late, text },
    whom:
      payload.kind === 'name'
        ? {
            ...{ name: nameOf(inside.names, payload.whom)?.name ?? null, me: payload.whom === inside.session.person },
            alone: !(await mayAnswerThere(inside.session, inside.session.organisation, payload.whom)),
          }
        : null,
    kept:
      payload.kind === 'destroy' && answer === null
        ? {
            patient: copies[0]?.content?.patient.name ?? null,
            ...{ copies: copies.length, mayRemove: inside.me.owner },
          }
        : null,
    answer: answer === null ? null : { at: answer.at, by: null, words: answer.words, unreadable: false },
  };
}

const inOrder = (a: PosedRequest, b: PosedRequest): number => {
  if ((a.answer === null) !== (b.answer === null)) return a.answer === null ? -1 : 1;
  return a.answer === null ? a.due.localeCompare(b.due) : b.at - a.at;
};

export const posedSide = ({ open }: Surroundings): Pick<PetitionSide, 'posed' | 'answerPosed'> => ({
  posed: () =>
    open(async (now) => {
      const { all, away } = await foundBy(now);
      const kept = await keptOf(now, all.filter(waits));
      const requests = await Promise.all(all.map((one) => shown(now, one, kept)));
      return { requests: requests.sort(inOrder), away };
    }),
  answerPosed: (id, { verdict, text }) =>
    open(async (now) => {
      const one = (await foundBy(now)).all.find(({ posed }) => posed.hash === id);
      if (one === undefined) throw workplaceError('denied', 'no such request', { detail: { reason: 'gone' } });
      const { guest, posed } = one;
      const { payload } = posed;
      const name = payload.kind === 'name' ? nameOf(now.names, payload.whom)?.name : undefined;
      if (verdict === 'given' && name === undefined) throw workplaceError('failed', 'nobody here has this name');
      if (payload.kind === 'destroy' && verdict === 'done') {
        const copies = (await keptOf(now, [one])).filter(isOf(payload.dossier, guest.practice));
        // First what is here: "destroyed" is said of what is gone.
        if (copies.length > 0)
          await endKept(
            now.session,
            copies.map((copy) => copy.id),
          );
      }
      await answerPosed(guest, posed, { verdict, name: verdict === 'given' ? (name ?? null) : null, text });
    }),
});
