/**
 * What of a destruction goes by the vault's list of what is asked (docs/spec/destruction.md, R5): partners are asked to destroy what they
 * keep, and their signed answers are taken up; the words of what the patient asked and was answered go. Looks at what stands there, so a
 * run that was cut off anywhere is taken up by the next.
 */

import { type LocalDate, localDate } from '@ketenkluis/base';
import type { Session } from '@ketenkluis/client';
import { answerWords, common, openedWith, say } from '@ketenkluis/client/petitions';
import { answers, standingAnswer } from '@ketenkluis/protocol';
import type { Hash, KeyDirectory, PetitionAnswer, PetitionStatement } from '@ketenkluis/seal';
import type { Held } from '../petitions.ts';
import type { Register } from '../register.ts';
import type { Copy, Destruction } from './file.ts';
import { openDestructions, partnerAnswered } from './settle.ts';

interface Of {
  readonly register: Register;
  readonly session: Session;
  readonly today: LocalDate;
  /** As the vault shows it, each by who may say it. */
  readonly held: readonly Held[];
}

/** Asks what is to be asked and takes up what was answered; only the register changes. */
export async function settleAsked(of: Of): Promise<void> {
  const { register, session, today } = of;
  const people = await session.people();
  for (const one of openDestructions(register)) {
    for (const copy of one.copies) {
      if (copy.state !== 'todo' || one.dossier === null) continue;
      if (copy.what === 'partner') await askPartner(of, people, one, copy);
      // Whoever still reads the dossier as the patient may ask more.
      const read = people.owns(session.now()).some(({ dossier }) => dossier === one.dossier);
      if (copy.what === 'petitions' && one.patient === null && !read && (await forgotten(of, one)))
        Object.assign(copy, { state: 'done', at: today });
    }
  }
}

async function askPartner(of: Of, people: KeyDirectory, one: Destruction, copy: Copy): Promise<void> {
  const { register, session, held } = of;
  const { organisation, due } = copy;
  const dossier = one.dossier!;
  if (organisation === null) return;
  const asked = held.findLast(({ statement: { payload } }) => {
    const fits = payload.kind === 'destroy' && payload.organisation === organisation && payload.due === due;
    return fits && payload.dossier === dossier && payload.at >= one.at;
  })?.statement;
  if (asked === undefined) {
    // Who is a partner no more visits nobody: the letter is what is left.
    if (people.partnerAt(organisation, session.now()) === undefined) return;
    await saidOnce(() => say(session, { ...common(session, dossier), kind: 'destroy', organisation, due }, [], null));
    return;
  }
  const answer = held.find(
    ({ statement: { payload } }) => payload.kind === 'answer' && answers(asked, payload as PetitionAnswer),
  );
  if (answer === undefined) return;
  const words = answerWords.safeParse(await openedWith(session.keys().kem, answer));
  // What does not open stays to do: the officers read it, and write the answer down.
  if (!words.success) return;
  const { verdict, text } = words.data;
  const day = localDate(answer.statement.payload.at);
  partnerAnswered(register, one.number, organisation, day, verdict === 'done' ? null : text.slice(0, 2000));
}

const asks = ({ kind }: PetitionStatement): boolean => kind === 'name' || kind === 'ask';

/** True once no words of this dossier are left. What waits for an answer is answered first. */
async function forgotten({ session, held }: Of, one: Destruction): Promise<boolean> {
  const ofIt = held.filter(({ statement: { payload } }) => payload.dossier === one.dossier);
  const said = ofIt.filter(({ statement: { payload } }) => payload.kind !== 'destroy' && payload.kind !== 'forget');
  const last = ofIt.findLast(({ statement: { payload } }) => payload.kind === 'forget')?.line ?? -1;
  const words = said.filter(
    ({ statement: { payload } }) => payload.kind !== 'answer' || !toDestroy(ofIt, payload.petition),
  );
  if (words.length === 0 || last > words.at(-1)!.line) return true;
  const all = ofIt.map(({ statement }) => statement);
  const open = all.filter((one) => asks(one.payload) && standingAnswer(one, all) === undefined);
  if (open.length > 0) return false;
  return await saidOnce(() => say(session, { ...common(session, one.dossier!), kind: 'forget' }, [], null));
}
/** An answer of a partner is no word of the patient's. */
const toDestroy = (ofIt: readonly Held[], petition: Hash): boolean =>
  ofIt.some(({ statement: { hash, payload } }) => hash === petition && payload.kind === 'destroy');

/** False where something came between: the next run looks again. */
async function saidOnce(work: () => Promise<void>): Promise<boolean> {
  try {
    await work();
    return true;
  } catch (error) {
    const { detail } = error as { readonly detail?: { readonly problem?: unknown } };
    if (detail?.problem === 'vault/conflict') return false;
    throw error;
  }
}
