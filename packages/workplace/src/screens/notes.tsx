/** Notes live here until they stand in the GP system. What is typed is sealed as a draft within a second. */

import { SECOND } from '@ketenkluis/base';
import { Button, Textarea } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Dossier, Note } from '../model.ts';
import { Dialog } from '../parts/dialog.tsx';
import { useSay } from '../parts/say.ts';
import { Strip, useErrorText } from '../parts/states.tsx';
import { useWords } from '../parts/words.ts';
import { useAct, useWorld } from '../parts/world.tsx';

const QUIET = 0.7 * SECOND;

/** What changed is put into what is on screen: opening again would be another look in the log. */
function useNotes(id: Dossier['dossier']) {
  const queries = useQueryClient();
  return (change: (notes: readonly Note[]) => readonly Note[]) =>
    queries.setQueryData<Dossier>(['dossier', id], (old) => old && { ...old, notes: change(old.notes) });
}

export function Notes({ dossier }: { readonly dossier: Dossier }) {
  const { t } = useTranslation();
  return (
    <section className="kk-card" aria-labelledby="notes" style={{ display: 'grid', gap: 12 }}>
      <h2 id="notes" style={{ margin: 0 }}>
        {t('notes.title')}
      </h2>
      {dossier.mayWrite ? <Editor dossier={dossier} /> : <p className="kk-dim">{t('notes.readOnly')}</p>}
      {dossier.mayWrite && dossier.notes.length === 0 ? <p className="kk-dim kk-small">{t('notes.none')}</p> : null}
      <ul className="kk-list">
        {dossier.notes.map((note) => (
          <Written key={note.handle} note={note} dossier={dossier} />
        ))}
      </ul>
    </section>
  );
}

type DraftState = 'reading' | 'none' | 'typing' | 'kept';

function Editor({ dossier }: { readonly dossier: Dossier }) {
  const put = useNotes(dossier.dossier);
  const { t } = useTranslation();
  const say = useSay();
  const world = useWorld();
  const errorText = useErrorText();
  const [text, setText] = useState('');
  const [draft, setDraft] = useState<DraftState>('reading');
  const pending = useRef<string | null>(null);
  const id = dossier.dossier;

  useEffect(() => {
    let gone = false;
    world.draft(id).then(
      (found) => {
        if (gone) return;
        setText(found);
        setDraft(found === '' ? 'none' : 'kept');
      },
      () => gone || setDraft('none'),
    );
    // Whatever was typed last is sealed on the way out as well.
    const flush = () => {
      if (pending.current === null) return;
      void world.saveDraft(id, pending.current).catch(() => undefined);
      pending.current = null;
    };
    return () => {
      gone = true;
      flush();
    };
  }, [world, id]);

  useEffect(() => {
    if (draft !== 'typing') return;
    const timer = setTimeout(() => {
      pending.current = null;
      world.saveDraft(id, text).then(
        () => setDraft((now) => (now === 'typing' ? (text === '' ? 'none' : 'kept') : now)),
        () => undefined,
      );
    }, QUIET);
    return () => clearTimeout(timer);
  }, [world, id, text, draft]);

  const save = useAct(
    async (to, text: string) => {
      const note = await to.writeNote(id, text);
      await to.saveDraft(id, '');
      return note;
    },
    (note) => {
      pending.current = null;
      setText('');
      setDraft('none');
      say(t('notes.saved'));
      put((notes) => [note, ...notes]);
    },
  );

  return (
    <div style={{ display: 'grid', gap: 8 }}>
      <Textarea
        aria-label={t('notes.write')}
        placeholder={t('notes.placeholder')}
        autosize
        minRows={3}
        maxRows={12}
        maxLength={10_000}
        value={text}
        // Typing before the kept draft is read would write over it.
        readOnly={draft === 'reading'}
        aria-busy={draft === 'reading'}
        onChange={(event) => {
          pending.current = event.target.value;
          setText(event.target.value);
          setDraft('typing');
        }}
      />
      {save.error ? (
        <div role="alert">
          <Strip tone="bad" title={errorText(save.error)} />
        </div>
      ) : null}
      <div className="kk-note-foot" style={{ marginTop: 0 }}>
        <span className="kk-dim kk-small" role="status">
          {draft === 'typing' ? t('notes.saving') : draft === 'kept' ? t('notes.draft') : ''}
        </span>
        <Button disabled={text.trim() === ''} loading={save.isPending} onClick={() => save.mutate(text.trim())}>
          {t('notes.save')}
        </Button>
      </div>
    </div>
  );
}

function Written({ note, dossier }: { readonly note: Note; readonly dossier: Dossier }) {
  const put = useNotes(dossier.dossier);
  const { t } = useTranslation();
  const say = useSay();
  const words = useWords();
  const errorText = useErrorText();
  const [asked, setAsked] = useState(false);
  const take = useAct(
    (to, handle: Note['handle']) => to.takeOver(dossier.dossier, handle),
    () => {
      setAsked(false);
      say(t('notes.takenOver'));
      put((notes) => notes.filter((one) => one.handle !== note.handle));
    },
  );
  return (
    <li>
      <p className="kk-note">{note.text}</p>
      <div className="kk-note-foot">
        <span className="kk-dim kk-small">
          {t('notes.by', { name: note.mine ? t('common.you') : note.author, date: words.moment(note.at) })}
        </span>
        {dossier.mayWrite ? (
          <Button variant="default" size="xs" onClick={() => setAsked(true)}>
            {t('notes.takeOver')}
          </Button>
        ) : null}
      </div>
      <Dialog opened={asked} close={() => setAsked(false)} title={t('notes.sure')}>
        <p className="kk-note kk-card" style={{ marginBottom: 12 }}>
          {note.text}
        </p>
        <p className="kk-dim" style={{ marginBottom: 14 }}>
          {t('notes.takeOverHint')}
        </p>
        {take.error ? (
          <div role="alert" style={{ marginBottom: 12 }}>
            <Strip tone="bad" title={errorText(take.error)} />
          </div>
        ) : null}
        <div className="kk-buttons">
          <Button data-autofocus loading={take.isPending} onClick={() => take.mutate(note.handle)}>
            {t('notes.yes')}
          </Button>
          <Button variant="default" onClick={() => setAsked(false)}>
            {t('common.cancel')}
          </Button>
        </div>
      </Dialog>
    </li>
  );
}
