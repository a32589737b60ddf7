/** Who looked, as a file with the names that this person knows; and the line before anything is printed. */

import type { DossierId } from '@ketenkluis/base';
import { declare } from '@ketenkluis/client';
import { exportAudit, type RecordNames } from '@ketenkluis/client/audit-record';
import type { TakeSide } from '../model.ts';
import { about, type Inside, roleText } from './inside.ts';
import { rowOf } from './lists.ts';
import { partnersSeen } from './partners.ts';
import type { Surroundings } from './people.ts';

async function namesFor(inside: Inside, dossier: DossierId): Promise<RecordNames> {
  const { session, names } = inside;
  // Whoever oversees has no list, so no part and no patient has a name.
  const row = inside.me.office === null ? await rowOf(inside, dossier) : null;
  const agents = (await session.people()).cards(session.now()).filter(({ kind }) => kind === 'agent');
  const role = (code: string) => ({ code, text: roleText(code).nl });
  return {
    reader: session.organisation,
    people: new Map([
      ...agents.map(
        ({ subject }) =>
          [subject, { name: 'Praktijkagent', role: { code: 'agent', text: 'programma in de praktijk' } }] as const,
      ),
      ...(names?.people ?? []).map(({ person, name, role: code }) => [person, { name, role: role(code) }] as const),
    ]),
    organisations: new Map([
      ...(names === null ? [] : [[session.practice, names.practice.name] as const]),
      ...(await partnersSeen(inside)).flatMap(({ organisation, profile }) =>
        profile === null ? [] : [[organisation, profile.name] as const],
      ),
    ]),
    parts: new Map(row?.handles.map(({ handle, scope }) => [handle, scope]) ?? []),
    patients: new Map(row === null ? [] : [[dossier, row.name]]),
  };
}

export const takeSide = ({ open }: Surroundings): TakeSide => ({
  file: (dossier, kind) =>
    open(async (now) => {
      const names = await namesFor(now, dossier);
      return await exportAudit(now.session, { dossier, kind, names, about: about(now, 'wie keek meegeven') });
    }),
  declarePrint: (dossier) =>
    open(async (now) => {
      const items = [{ dossier, handle: null, facts: [] }];
      await declare(now.session, { event: 'print', of: 'log', items, about: about(now, 'wie keek afdrukken') });
    }),
});
