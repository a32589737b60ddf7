import { base64url, fromBase64url, newId, systemRandom, utf8 } from '@ketenkluis/base';
import { audit, declare, openList, release, type Session } from '@ketenkluis/client';
import { decodeEntry, partBytes, verifyItem } from '@ketenkluis/ledger';
import { type Plaintext, signStatement, statementToWire } from '@ketenkluis/seal';
import { describePack, sealPack } from '@ketenkluis/seal/open';
import { type Attack, succeeds } from './attack.ts';
import { database, rowsOf } from './host.ts';
import { handlesFor, lookAt, NURSE, refusalIn } from './looks.ts';
import { first, keysOf, practiceOf, teamOf, up } from './people.ts';
import type { Loose } from './proxy.ts';
import type { Fork, Patient } from './world.ts';

/** A part that the nurse may open and the assistant may not. */
function beyondTheAssistant(fork: Fork) {
  const patient = first(fork);
  const own = new Set<string>(handlesFor(patient, 'assistant').handles);
  return handlesFor(patient, NURSE).handles.find((handle) => !own.has(handle))!;
}

/** A descriptor in the nurse's hand, over a pack that she sealed herself. */
async function ownPack(fork: Fork, writer: 'source' | 'work', patient: Patient) {
  const { signer, person } = keysOf(fork, 'nurse');
  const handle = writer === 'source' ? handlesFor(patient).handles[0]! : newId('handle', systemRandom);
  const sealed = await sealPack({
    handle,
    version: writer === 'source' ? 2 : 1,
    envelope: {
      practice: practiceOf(fork),
      dossier: patient.dossier,
      team: null,
      type: writer === 'source' ? 'fhir' : 'note',
      scope: null,
      programmes: [],
      selection: null,
      at: fork.time.clock(),
      asOf: null,
    },
    content: utf8('{"v":1,"text":"verzonnen"}') as Plaintext,
    author: signer,
    random: systemRandom,
  });
  const parent = writer === 'source' ? null : handlesFor(patient).handles[0]!;
  const payload = describePack(sealed, { slot: null, prev: null, class: writer, parent, writer: person });
  return { pack: sealed.pack, descriptor: await signStatement(payload, signer) };
}

/** The nurse's request for a team's list that she is not in. */
async function foreignList(fork: Fork, session: Session): Promise<string | undefined> {
  const handle = database(
    fork.vaultDir,
    (db) =>
      rowsOf(db, "SELECT handle FROM handle WHERE team = ? AND slot = 'worklist'", teamOf(fork, 'gp'))[0]!
        .handle as Loose,
  );
  const look = await release(session, { class: 'list', items: [{ dossier: null, handle, facts: [] }] });
  return look.items.flatMap((item) => (item.outcome === 'deny' ? [item.reason] : []))[0];
}

/** The line of a delivery with several dossiers, and the place of one neighbour's item in it. */
function deliveredTogether(fork: Fork) {
  const row = database(fork.vaultDir, (db) =>
    rowsOf(db, 'SELECT stored FROM entry ORDER BY length(stored) DESC LIMIT 1'),
  )[0]!;
  const { entry, salts, leaf } = decodeEntry(new Uint8Array(row.stored as Uint8Array));
  const index = entry.items.findIndex(({ dossier }) => dossier !== null && dossier !== first(fork).dossier);
  return { item: entry.items[index]!, salt: salts.items[index]!, leaf, index };
}

export const membersTask: readonly Attack[] = [
  {
    name: 'open-beyond-the-task',
    promise: 'P4',
    who: 'member',
    does: 'the assistant asks for a part that only the nurse needs',
    expect: ['step-without-handle', 'no-step', 'no-grant'],
    without: 'the nurse, whose step lists it, opens the same part',
    async play(fork) {
      const session = await up(fork, 'assistant');
      return refusalIn(await lookAt(session, first(fork), { handles: [beyondTheAssistant(fork)] }));
    },
    async twin(fork) {
      const session = await up(fork, 'nurse');
      return refusalIn(await lookAt(session, first(fork), { handles: [beyondTheAssistant(fork)] })) === undefined;
    },
  },
  {
    name: 'open-a-neighbour-under-the-own-patient',
    promise: 'P4',
    who: 'member',
    does: "names a neighbour's part under a patient of the own list",
    expect: ['step-without-handle', 'unknown', 'no-grant'],
    without: "the same part under its own patient's id opens",
    async play(fork) {
      const session = await up(fork, 'nurse');
      const other = handlesFor(fork.base.patients[1]!).handles.slice(0, 1);
      return refusalIn(await lookAt(session, first(fork), { handles: other }));
    },
    async twin(fork) {
      const session = await up(fork, 'nurse');
      return refusalIn(await lookAt(session, fork.base.patients[1]!)) === undefined;
    },
  },
  {
    name: 'open-another-teams-list',
    promise: 'P4',
    who: 'member',
    does: "asks for the doctors' list by its handle",
    expect: ['not-member'],
    without: 'a doctor opens it',
    play: async (fork) => foreignList(fork, await up(fork, 'nurse')),
    twin: async (fork) => (await foreignList(fork, await up(fork, 'owner'))) === undefined,
  },
  {
    name: 'print-beyond-the-task',
    promise: 'P4',
    who: 'member',
    does: 'declares a print of a part that is not for the assistant',
    expect: ['vault/not-allowed'],
    without: 'the nurse may',
    async play(fork) {
      const session = await up(fork, 'assistant');
      const items = [{ dossier: first(fork).dossier, handle: beyondTheAssistant(fork), facts: [] }];
      await declare(session, { event: 'print', items });
      return undefined;
    },
    async twin(fork) {
      const session = await up(fork, 'nurse');
      const items = [{ dossier: first(fork).dossier, handle: beyondTheAssistant(fork), facts: [] }];
      return succeeds(() => declare(session, { event: 'print', items }));
    },
  },
  {
    name: 'break-the-glass',
    promise: 'P4',
    who: 'member',
    does: 'asks for an emergency look, and is not in the emergency team',
    expect: ['no-step'],
    without: 'as an ordinary look the same part opens',
    async play(fork) {
      const session = await up(fork, 'nurse');
      const items = [{ dossier: first(fork).dossier, handle: handlesFor(first(fork)).handles[0]!, facts: [] }];
      const look = await release(session, { class: 'emergency', items });
      return look.items.flatMap((item) => (item.outcome === 'deny' ? [item.reason] : []))[0];
    },
    async twin(fork) {
      return refusalIn(await lookAt(await up(fork, 'nurse'), first(fork))) === undefined;
    },
  },
  {
    name: 'open-a-list-as-a-dossier',
    promise: 'P4',
    who: 'member',
    does: 'takes the own list for more than a list: it holds no part of a dossier',
    expect: ['no values'],
    without: 'the part itself, opened with its own line, holds them',
    async play(fork) {
      const list = await openList(await up(fork, 'nurse'), 'worklist');
      const text = JSON.stringify(list.content);
      return text.includes('"value"') || text.includes('"records"') ? undefined : 'no values';
    },
    async twin(fork) {
      const opened = await lookAt(await up(fork, 'nurse'), first(fork));
      return opened.parts.some(
        (part) => part.outcome === 'permit' && JSON.stringify(part.content).includes('"records"'),
      );
    },
  },
  {
    name: 'read-neighbours-out-of-a-line',
    promise: 'P3',
    who: 'patient',
    does: 'gets the line of a delivery that others were part of, and guesses all that it says of a neighbour',
    expect: ['closed'],
    without: "with the neighbour's salt the same guess is confirmed",
    async play(fork) {
      const owner = await up(fork, 'owner');
      const shown: Loose[] = [];
      fork.tamper({
        on: 'audits',
        answer: (json) => {
          shown.push(json);
          return json;
        },
      });
      await audit(owner, { dossier: first(fork).dossier });
      const others = fork.base.patients.slice(1);
      const named = others.some(({ dossier }) => partsOf(shown[0]).includes(dossier));
      const { item, leaf, index } = deliveredTogether(fork);
      const guessed = verifyItem({ leaf, index, item, salt: new Uint8Array(16) });
      return !named && !guessed ? 'closed' : undefined;
    },
    async twin(fork) {
      const { item, salt, leaf, index } = deliveredTogether(fork);
      return verifyItem({ leaf, index, item, salt: fromBase64url(salt) }) && partBytes(item).length > 0;
    },
  },
  {
    name: 'seal-as-if-from-the-gp-system',
    promise: 'P2',
    who: 'host and member',
    does: 'a nurse seals a part as if the agent had, and the host serves it',
    expect: ['client/not-signed'],
    without: 'as a note in her own name the same signature holds',
    async play(fork) {
      await fork.up();
      const made = await ownPack(fork, 'source', first(fork));
      const descriptor = statementToWire(made.descriptor);
      const pack = base64url(made.pack);
      fork.tamper({
        on: 'releases',
        answer: (json) => ({ ...json, results: json.results.map((one: Loose) => ({ ...one, descriptor, pack })) }),
      });
      return refusalIn(await lookAt(await fork.signIn('owner'), first(fork)));
    },
    async twin(fork) {
      const session = await up(fork, 'owner');
      const made = await ownPack(fork, 'work', first(fork));
      return (await session.people()).verify(made.descriptor, session.now());
    },
  },
];

const partsOf = (answer: Loose): string =>
  answer.lines
    .flatMap((line: Loose) => [
      line.common?.part ?? '',
      line.request ?? '',
      ...line.items.map(({ part }: Loose) => part),
    ])
    .map((text: string) => Buffer.from(text, 'base64url').toString())
    .join('\n');
