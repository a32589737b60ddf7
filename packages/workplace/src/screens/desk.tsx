/** At the desk: who reads this dossier as the patient or for them, a way in for one more, and the log on paper. */

import type { DossierId, FactId, InvitationId } from '@ketenkluis/base';
import { Button, NativeSelect, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { DESK } from '../i18n/desk.ts';
import { LEVELS, PIN } from '../i18n/sign-on.ts';
import { printDeclared } from '../lib/print.ts';
import type { DeskView, NewReader, OwnReader, OwnView } from '../model.ts';
import { Main } from '../parts/main.tsx';
import { Heading } from '../parts/page.tsx';
import { useSay } from '../parts/say.ts';
import { Asked, Strip } from '../parts/states.tsx';
import { Fault, Sure } from '../parts/sure.tsx';
import { useWords } from '../parts/words.ts';
import { useAct, useAsk, useWorld } from '../parts/world.tsx';
import { PinNewcomer } from './pin.tsx';
import './care.css';
import './notice.css';

export function DeskScreen() {
  const words = useWords();
  const { dossier } = useParams({ from: '/dossier/$dossier/inzage' }) as { dossier: DossierId };
  const query = useAsk(['desk', dossier], (world) => world.desk!.open(dossier));
  return (
    <Main>
      <Asked query={query} loading={words.text(DESK.loading)} heading={words.text(DESK.title)}>
        {(view) => <Whole view={view} dossier={dossier} />}
      </Asked>
    </Main>
  );
}

interface Of {
  readonly dossier: DossierId;
}

function Whole({ view, dossier }: Of & { readonly view: DeskView }) {
  const words = useWords();
  return (
    <div className="kk-page">
      <div className="kk-head kk-screen-only">
        <Heading name={words.text(DESK.title)}>{view.patient}</Heading>
        <Link to="/dossier/$dossier" params={{ dossier }}>
          {words.text(DESK.back)}
        </Link>
      </div>
      <p className="kk-lead kk-screen-only">{words.text(DESK.lead)}</p>
      <section className="kk-card kk-stack kk-screen-only" aria-labelledby="readers">
        <h2 id="readers">{words.text(DESK.readers)}</h2>
        {view.readers.length === 0 ? <p>{words.text(DESK.none)}</p> : null}
        <ul className="kk-list">
          {view.readers.map((reader) => (
            <Reader key={reader.id} reader={reader} owner={view.owner} dossier={dossier} />
          ))}
        </ul>
      </section>
      {view.owner ? <Give dossier={dossier} patient={view.patient} /> : <p>{words.text(DESK.onlyOwner)}</p>}
      <Paper dossier={dossier} />
    </div>
  );
}

function Reader({ reader, owner, dossier }: Of & { readonly reader: OwnReader; readonly owner: boolean }) {
  const words = useWords();
  const say = useSay();
  const queries = useQueryClient();
  const [asks, setAsks] = useState(false);
  const end = useAct(
    (world, id: FactId) => world.desk!.end(id),
    () => {
      setAsks(false);
      say(words.text(DESK.ended));
      void queries.invalidateQueries({ queryKey: ['desk', dossier] });
    },
  );
  return (
    <li>
      <strong>{reader.name ?? words.text(DESK.unnamed)}</strong>
      <span className="kk-dim">
        {' '}
        {words.text(DESK[reader.as])}
        {reader.role === null || reader.as === 'patient' ? '' : ` · ${reader.role}`} · {words.text(DESK.until)}{' '}
        {words.dayOf(reader.until)}
        {reader.eid === null ? '' : ` · ${words.text(PIN.reader)} ${words.text(LEVELS[reader.eid])}`}
      </span>{' '}
      {owner ? (
        <Button variant="default" size="compact-sm" onClick={() => setAsks(true)}>
          {words.text(DESK.end)}
        </Button>
      ) : null}
      <Sure
        opened={asks}
        close={() => setAsks(false)}
        title={words.text(DESK.endTitle)}
        yes={words.text(DESK.endYes)}
        act={{ isPending: end.isPending, error: end.error, mutate: () => end.mutate(reader.id) }}
      >
        <p>{words.text(DESK.endBody)}</p>
      </Sure>
    </li>
  );
}

interface Invited {
  readonly id: InvitationId;
  readonly link: string;
}

function Give({ dossier, patient }: Of & { readonly patient: string }) {
  const words = useWords();
  const [reader, setReader] = useState<NewReader>({
    name: patient,
    role: 'Patiënt',
    as: 'patient',
    checked: 'document',
  });
  const [invited, setInvited] = useState<Invited | null>(null);
  const invite = useAct((world, _: null) => world.desk!.invite(), setInvited);
  const put = (more: Partial<NewReader>) => setReader({ ...reader, ...more });
  const ready = reader.name.trim() !== '' && reader.role.trim() !== '';
  if (invited !== null)
    return <Waiting invited={invited} reader={reader} dossier={dossier} done={() => setInvited(null)} />;
  return (
    <section className="kk-card kk-screen-only" aria-labelledby="give">
      <h2 id="give">{words.text(DESK.give)}</h2>
      <form
        className="kk-stack"
        onSubmit={(event) => {
          event.preventDefault();
          if (ready) invite.mutate(null);
        }}
      >
        <NativeSelect
          label={words.text(DESK.as)}
          value={reader.as}
          data={[
            { value: 'patient', label: words.text(DESK.patient) },
            { value: 'representative', label: words.text(DESK.representative) },
          ]}
          onChange={(event) =>
            put(
              event.currentTarget.value === 'patient'
                ? { as: 'patient', name: patient, role: 'Patiënt' }
                : { as: 'representative', name: '', role: '' },
            )
          }
        />
        <TextInput
          label={words.text(DESK.name)}
          value={reader.name}
          maxLength={120}
          autoComplete="off"
          onChange={(event) => put({ name: event.currentTarget.value })}
        />
        {reader.as === 'patient' ? null : (
          <TextInput
            label={words.text(DESK.role)}
            description={words.text(DESK.roleHint)}
            value={reader.role}
            maxLength={60}
            autoComplete="off"
            onChange={(event) => put({ role: event.currentTarget.value })}
          />
        )}
        <NativeSelect
          label={words.text(DESK.checked)}
          value={reader.checked}
          data={[
            { value: 'document', label: words.text(DESK.document) },
            { value: 'known', label: words.text(DESK.known) },
          ]}
          onChange={(event) => put({ checked: event.currentTarget.value === 'known' ? 'known' : 'document' })}
        />
        <Fault error={invite.error} />
        <div className="kk-buttons">
          <Button type="submit" disabled={!ready} loading={invite.isPending}>
            {words.text(DESK.makeLink)}
          </Button>
        </div>
      </form>
    </section>
  );
}

/** Asked again while nobody has used the link; it makes no line. */
const EVERY = 4000;

function Waiting(of: Of & { readonly invited: Invited; readonly reader: NewReader; readonly done: () => void }) {
  const { invited, reader, dossier, done } = of;
  const words = useWords();
  const say = useSay();
  const found = useAsk(['desk-code', invited.id], (world) => world.desk!.code(invited.id), {
    every: ({ code, over }) => (code === null && !over ? EVERY : false),
  });
  const [pin, setPin] = useState<{ readonly id: string | null } | null>(null);
  const admit = useAct(
    (world, one: string | null) => world.desk!.admit(invited.id, dossier, reader, one),
    () => {
      say(words.text(DESK.proposed));
      done();
    },
  );
  const code = found.data?.code ?? null;
  return (
    <section className="kk-card kk-stack kk-screen-only" aria-labelledby="give">
      <h2 id="give">{words.text(DESK.linkTitle)}</h2>
      <p>{words.text(DESK.linkBody)}</p>
      <pre className="kk-mono" style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>
        {invited.link}
      </pre>
      <div aria-live="polite" className="kk-stack">
        {found.data?.over ? <Strip tone="warn" title={words.text(DESK.over)} /> : null}
        {code === null ? (
          <p className="kk-dim">{words.text(DESK.waiting)}</p>
        ) : (
          <>
            <output className="kk-code">{code}</output>
            <p>{words.text(DESK.codeBody)}</p>
          </>
        )}
      </div>
      {code === null ? null : <PinNewcomer of={{ invitation: invited.id }} ready={setPin} />}
      <Fault error={admit.error ?? found.error} />
      <div className="kk-buttons">
        <Button
          disabled={code === null || pin === null}
          loading={admit.isPending}
          onClick={() => pin !== null && admit.mutate(pin.id)}
        >
          {words.text(DESK.propose)}
        </Button>
        <Button variant="default" onClick={() => void navigator.clipboard.writeText(invited.link)}>
          {words.text(DESK.copyLink)}
        </Button>
      </div>
    </section>
  );
}

function Paper({ dossier }: Of) {
  const words = useWords();
  const [shown, setShown] = useState<Pick<OwnView, 'looks' | 'proved'> | null>(null);
  const make = useAct((world, _: null) => world.desk!.paper(dossier), setShown);
  const world = useWorld();
  const print = useMutation({ mutationFn: () => printDeclared(() => world.take!.declarePrint(dossier)) });
  return (
    <>
      <section className="kk-card kk-stack kk-screen-only" aria-labelledby="paper">
        <h2 id="paper">{words.text(DESK.paper)}</h2>
        <p>{words.text(DESK.paperBody)}</p>
        <Fault error={make.error ?? print.error} />
        <div className="kk-buttons">
          <Button variant="default" loading={make.isPending} onClick={() => make.mutate(null)}>
            {words.text(DESK.make)}
          </Button>
          {shown === null ? null : (
            <Button loading={print.isPending} onClick={() => print.mutate()}>
              {words.text(DESK.print)}
            </Button>
          )}
        </div>
      </section>
      {shown === null ? null : (
        <article className="kk-card kk-paper" aria-label={words.text(DESK.paperTitle)}>
          <h2>{words.text(DESK.paperTitle)}</h2>
          <p>{words.text(shown.proved ? DESK.proved : DESK.unproved)}</p>
          <ul>
            {shown.looks[words.language].map((look) => (
              <li key={`${look.day} ${look.until} ${look.sentence}`}>
                {words.day(look.day)}: {look.sentence}
                {look.count > 1 ? ` (${look.count} ${words.text(DESK.times)})` : ''}
              </li>
            ))}
          </ul>
        </article>
      )}
    </>
  );
}
