/** On "Mijn dossier": copies to take along, "Wie was dit?", questions for the practice, and a message when somebody looked. */

import { Button, NativeSelect, Textarea, TextInput } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { OWN } from '../i18n/own.ts';
import { ABOUT, ASK, LONGER_BY, verdictOf } from '../i18n/petitions.ts';
import { ownPaper } from '../lib/own-paper.ts';
import { placePairs } from '../lib/own-place.ts';
import type { Asked as AskedOne, MyRequests, OwnLook, OwnView, PetitionAbout } from '../model.ts';
import { Dialog } from '../parts/dialog.tsx';
import { Tag } from '../parts/page.tsx';
import { useSay } from '../parts/say.ts';
import { Asked, Strip } from '../parts/states.tsx';
import { Fault } from '../parts/sure.tsx';
import { useWords } from '../parts/words.ts';
import { useAct, useAsk, useSession, useWorld } from '../parts/world.tsx';

export const useMine = () => useAsk(['own-requests'], (world) => world.petitions!.mine());

/** A file for this device; the name says nothing of anybody. */
function save(name: string, type: string, content: BlobPart): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([content], { type }));
  link.download = name;
  link.click();
  URL.revokeObjectURL(link.href);
}

export function Copies({ view }: { readonly view: OwnView }) {
  const words = useWords();
  const say = useSay();
  const session = useSession();
  const now = useWorld().now;
  const done = () => say(words.text(OWN.copied));
  const pdf = useAct(async (world, _: null) => {
    const { paperPdf, readyForPaper } = await import('../adapter/paper.ts');
    // The writer first: no line stands for a file that cannot be made.
    await readyForPaper();
    await world.own!.declareCopy();
    const practice = session.stage === 'open' ? session.me.practice : '';
    const { text, day, language } = words;
    const paper = ownPaper(view, { text, day, language, labels: OWN, practice, at: now() });
    save('mijn-dossier.pdf', 'application/pdf', (await paperPdf(paper)) as Uint8Array<ArrayBuffer>);
  }, done);
  const fhir = useAct(async (world, _: null) => {
    const file = await world.petitions!.fhir();
    save(file.name, file.type, file.text);
  }, done);
  return (
    <section aria-labelledby="own-copy">
      <h2 id="own-copy">{words.text(OWN.copy)}</h2>
      <p>{words.text(ASK.copyBody)}</p>
      <Fault error={pdf.error ?? fhir.error} />
      <div className="kk-own-buttons">
        <Button size="lg" loading={pdf.isPending} disabled={fhir.isPending} onClick={() => pdf.mutate(null)}>
          {words.text(ASK.pdf)}
        </Button>
        <Button
          size="lg"
          variant="default"
          loading={fhir.isPending}
          disabled={pdf.isPending}
          onClick={() => fhir.mutate(null)}
        >
          {words.text(ASK.fhir)}
        </Button>
      </div>
    </section>
  );
}

/** Under a sentence of the list, where it was somebody of the practice or of another organisation. */
export function AskName({ look, mine }: { readonly look: OwnLook; readonly mine: MyRequests | undefined }) {
  const words = useWords();
  const say = useSay();
  const queries = useQueryClient();
  const [opened, setOpened] = useState(false);
  const [reason, setReason] = useState('');
  const lines = look.lines.filter((line) => mine?.askable.has(line));
  const elsewhere = lines.some((line) => mine?.elsewhere.has(line));
  const alone = elsewhere && lines.every((line) => mine?.alone.has(line));
  const ask = useAct(
    (world, why: string) => world.petitions!.askName(lines, why),
    () => {
      setOpened(false);
      setReason('');
      say(words.text(ASK.sent));
      void queries.invalidateQueries({ queryKey: ['own-requests'] });
    },
  );
  if (lines.length === 0) return null;
  return (
    <>
      <Button
        variant="default"
        size="sm"
        aria-label={`${words.text(ASK.who)} ${words.day(look.day)}: ${look.sentence}`}
        onClick={() => setOpened(true)}
      >
        {words.text(ASK.who)}
      </Button>
      <Dialog opened={opened} close={() => setOpened(false)} title={words.text(ASK.whoTitle)}>
        <div className="kk-stack">
          <p className="kk-note">
            {words.day(look.day)}: {look.sentence}
          </p>
          <p>{words.text(alone ? ASK.whoAlone : elsewhere ? ASK.whoElsewhere : ASK.whoBody)}</p>
          <Textarea
            label={words.text(ASK.why)}
            autosize
            minRows={3}
            maxLength={2000}
            value={reason}
            onChange={(event) => setReason(event.currentTarget.value)}
          />
          <Fault error={ask.error} />
          <div className="kk-buttons">
            <Button loading={ask.isPending} onClick={() => ask.mutate(reason)}>
              {words.text(ASK.send)}
            </Button>
            <Button variant="default" onClick={() => setOpened(false)}>
              {words.text(ASK.cancel)}
            </Button>
          </div>
        </div>
      </Dialog>
    </>
  );
}

export function Requests() {
  const words = useWords();
  const query = useMine();
  return (
    <section className="kk-card" aria-labelledby="own-asked">
      <h2 id="own-asked">{words.text(ASK.title)}</h2>
      <p>{words.text(ASK.lead)}</p>
      <Asked query={query} loading={words.text(ASK.loading)}>
        {(mine) => <Mine mine={mine} />}
      </Asked>
    </section>
  );
}

function Mine({ mine }: { readonly mine: MyRequests }) {
  const words = useWords();
  return (
    <>
      {mine.broken ? (
        <div role="alert">
          <Strip name="asked-broken" tone="bad" title={words.text(ASK.broken)} body={words.text(ASK.brokenBody)} />
        </div>
      ) : null}
      <Ask />
      <div aria-live="polite">
        {mine.asked.length === 0 ? (
          <p className="kk-dim">{words.text(ASK.none)}</p>
        ) : (
          <ul className="kk-own-looks">
            {mine.asked.map((one) => (
              <One key={one.id} one={one} />
            ))}
          </ul>
        )}
      </div>
    </>
  );
}

function One({ one }: { readonly one: AskedOne }) {
  const words = useWords();
  const { waiting, answer, longer } = one;
  return (
    <li>
      <span className="kk-dim">{words.moment(one.at)}</span>
      <div>
        <strong>{words.text(ABOUT[one.about])}</strong> {waiting?.late ? <Tag tone="bad">!</Tag> : null}
      </div>
      {one.text ? <p className="kk-note">“{one.text}”</p> : null}
      {longer === null ? null : (
        <p>
          {words.text(ASK.longer)} {words.day(longer.until)}.{' '}
          {longer.reason === null
            ? words.text(ASK.unread)
            : `${words.text(LONGER_BY[longer.reason.ground])} ${longer.reason.text}`}
        </p>
      )}
      {waiting === null ? null : (
        <p className={waiting.late ? 'kk-bad' : 'kk-dim'}>
          {words.text(waiting.late ? ASK.late : ASK.waits)} {words.day(waiting.due)}.
        </p>
      )}
      {one.unread > 0 ? <p className="kk-dim">{words.text(ASK.before)}</p> : null}
      {answer === null ? null : answer.words === null ? (
        <Again one={one} />
      ) : (
        <>
          <p>
            {words.text(ASK.answer)} ({words.moment(answer.at)}):{' '}
            <strong>{words.text(verdictOf(one.about, answer.words.verdict, answer.by))}</strong>
            {answer.words.name === null ? '' : `: ${answer.words.name}`}. {answer.words.text}
          </p>
          {answer.words.verdict === 'refused' ? <p>{words.text(ASK.further)}</p> : null}
        </>
      )}
    </li>
  );
}

/** An answer that does not open: one press says so, and what was asked waits on. */
function Again({ one }: { readonly one: AskedOne }) {
  const words = useWords();
  const say = useSay();
  const queries = useQueryClient();
  const again = useAct(
    (world, id: AskedOne['id']) => world.petitions!.askAgain(id),
    () => {
      say(words.text(ASK.againSent));
      void queries.invalidateQueries({ queryKey: ['own-requests'] });
    },
  );
  if (!one.mayUnread) return <p>{words.text(ASK.unread)}</p>;
  return (
    <div className="kk-stack">
      <p>{words.text(ASK.againBody)}</p>
      <Fault error={again.error} />
      <div className="kk-buttons">
        <Button variant="default" loading={again.isPending} onClick={() => again.mutate(one.id)}>
          {words.text(ASK.again)}
        </Button>
      </div>
    </div>
  );
}

const RIGHTS = ['correct', 'erase', 'paper', 'other'] as const satisfies readonly PetitionAbout[];

function Ask() {
  const words = useWords();
  const say = useSay();
  const queries = useQueryClient();
  const [about, setAbout] = useState<(typeof RIGHTS)[number]>('correct');
  const [text, setText] = useState('');
  const ask = useAct(
    (world, said: { readonly about: (typeof RIGHTS)[number]; readonly text: string }) =>
      world.petitions!.ask(said.about, said.text),
    () => {
      setText('');
      say(words.text(ASK.sent));
      void queries.invalidateQueries({ queryKey: ['own-requests'] });
    },
  );
  const needed = about === 'paper' ? '' : text.trim();
  return (
    <form
      className="kk-stack"
      onSubmit={(event) => {
        event.preventDefault();
        ask.mutate({ about, text });
      }}
    >
      <NativeSelect
        label={words.text(ASK.what)}
        value={about}
        data={RIGHTS.map((value) => ({ value, label: words.text(ABOUT[value]) }))}
        onChange={(event) => setAbout(RIGHTS.find((one) => one === event.currentTarget.value) ?? 'other')}
      />
      <Textarea
        label={words.text(ASK.text)}
        autosize
        minRows={2}
        maxLength={4000}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
      />
      <Fault error={ask.error} />
      <div className="kk-buttons">
        <Button type="submit" size="md" loading={ask.isPending} disabled={about !== 'paper' && needed === ''}>
          {words.text(ASK.send)}
        </Button>
      </div>
    </form>
  );
}

const PLAIN_ADDRESS = /^[^\s@,;<>"()]+@[^\s@,;<>"()]+\.[^\s@,;<>"()]+$/;

/** Off until somebody asks for it; not there where the practice has nobody to send it. */
export function Alerts() {
  const words = useWords();
  const say = useSay();
  const queries = useQueryClient();
  const { data: mine } = useMine();
  const [address, setAddress] = useState('');
  const [bad, setBad] = useState(false);
  const set = useAct(
    (world, to: string | null) => world.petitions!.alert(to),
    () => {
      setAddress('');
      say(words.text(ASK.saved));
      void queries.invalidateQueries({ queryKey: ['own-requests'] });
    },
  );
  if (mine === undefined || mine.alert === null) return null;
  return (
    <section className="kk-card" aria-labelledby="own-alert">
      <h2 id="own-alert">{words.text(ASK.alert)}</h2>
      <p>{words.text(ASK.alertBody)}</p>
      <Fault error={set.error} />
      {mine.alert ? (
        <>
          <Strip name="alert-on" tone="good" title={words.text(ASK.alertIs)} />
          <Button variant="default" loading={set.isPending} onClick={() => set.mutate(null)}>
            {words.text(ASK.alertOff)}
          </Button>
        </>
      ) : (
        <form
          className="kk-stack"
          noValidate
          onSubmit={(event) => {
            event.preventDefault();
            const fits = PLAIN_ADDRESS.test(address.trim());
            setBad(!fits);
            if (fits) set.mutate(address.trim());
          }}
        >
          <TextInput
            type="email"
            autoComplete="email"
            label={words.text(ASK.address)}
            value={address}
            error={bad ? words.text(ASK.badAddress) : undefined}
            maxLength={254}
            onChange={(event) => {
              setAddress(event.currentTarget.value);
              setBad(false);
            }}
          />
          <div className="kk-buttons">
            <Button type="submit" loading={set.isPending} disabled={address.trim() === ''}>
              {words.text(ASK.alertOn)}
            </Button>
          </div>
        </form>
      )}
    </section>
  );
}

/** Who runs the vault, where, and under which law. */
export function Where({ place }: Pick<OwnView, 'place'>) {
  const words = useWords();
  const { text, day, language } = words;
  return (
    <section className="kk-card" aria-labelledby="own-where">
      <h2 id="own-where">{text(OWN.where)}</h2>
      {place === null ? (
        <p>{text(OWN.whereNone)}</p>
      ) : (
        <>
          <p>{text(OWN.whereLead)}</p>
          <dl className="kk-own-place">
            {placePairs(place, { text, day, language, labels: OWN }).map(([what, said]) => (
              <div key={what}>
                <dt>{what}</dt>
                <dd>{said}</dd>
              </div>
            ))}
          </dl>
        </>
      )}
    </section>
  );
}
