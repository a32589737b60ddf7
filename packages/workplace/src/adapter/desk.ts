/** The desk: a patient's way in, and their log on paper (docs/spec/own.md). */

import { admitOwn, audit, endOwn, inviteOwn, namesOf, ownersOf } from '@ketenkluis/client';
import { workplaceError } from '../errors.ts';
import type { DeskSide } from '../model.ts';
import { about } from './inside.ts';
import { encodeInvitation, watch } from './joining.ts';
import { rowOf } from './lists.ts';
import type { Surroundings } from './people.ts';
import { takePinned } from './pinning.ts';

export const deskSide = ({ open, origin }: Surroundings): DeskSide => ({
  open: (dossier) =>
    open(async (now) => {
      const { name } = await rowOf(now, dossier);
      const owns = await ownersOf(now.session, dossier);
      now.session.forgetMe();
      const names = owns.length === 0 ? new Map() : await namesOf(now.session);
      const readers = owns.map(({ id, person, as, from, until, eid }) => {
        const said = names.get(person);
        const named = { name: said?.name ?? null, role: said?.role ?? null };
        return { id, as, since: from, until, ...named, eid: eid?.level ?? null };
      });
      return { patient: name, readers, owner: now.me.owner };
    }),
  invite: () =>
    open(async ({ session }) => {
      const { id, fragment } = await inviteOwn(session);
      return { id, link: `${origin}/#/uitnodiging/${encodeInvitation(fragment, session.wire.place.pins)}` };
    }),
  code: (id) =>
    open(async ({ session }) => {
      const { state, code } = await watch(session, id);
      return { code, over: state === 'ended' };
    }),
  admit: (id, dossier, { name, role, as, checked }, pin) =>
    open(async (now) => {
      // Nobody gives away a dossier that is on none of their own lists.
      await rowOf(now, dossier);
      const eid = pin === null ? {} : { eid: takePinned(now.session, pin) };
      await admitOwn(now.session, id, { name, role }, { dossier, as, checked, ...eid });
    }),
  end: (id) =>
    open(async ({ session }) => {
      const own = (await session.people(true)).owns(session.now()).find((one) => one.id === id);
      if (own === undefined) throw workplaceError('conflict', 'this has ended already');
      await endOwn(session, own);
    }),
  paper: (dossier) =>
    open(async (now) => {
      const { session } = now;
      const row = await rowOf(now, dossier);
      const log = await audit(session, { dossier, about: about(now, 'overzicht voor de patiënt') });
      const people = await session.people();
      const cards = people.cards(session.now()).filter(({ kind }) => kind === 'agent' || kind === 'vault');
      const { inWords } = await import('./own-words.ts');
      const scopes = new Map(row.handles.map(({ handle, scope }) => [handle as string, scope]));
      const programs = new Set<string>(cards.map(({ subject }) => subject));
      return { looks: inWords(log, { practice: session.practice, scopes, programs }), proved: log.complete };
    }),
});
