/** Notes live here until they stand in the GP system. What is typed is sealed as a draft within a second. */

import { SECOND } from '@ketenkluis/base';
import { Button, Modal, Textarea } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Dossier, Note } from '../model.ts';
import { Strip, useErrorText } from '../parts/states.tsx';
import { useWords } from '../parts/words.ts';
import { useAct, useWorld } from '../parts/world.tsx';

const QUIET = 0.7 * SECOND;

export function Notes({ dossier, again }: { readonly dossier: Dossier; readonly again: () => void }) {
  const { t } = useTranslation();
  return (
    <section className="kk-card" aria-labelledby="notes" style={{ display: 'grid', gap: 12 }}>
      <h2 id="notes" style={{ margin: 0 }}>
        {t('notes.title')}
      </h2>
      {dossier.mayWrite ? <Editor dossier={dossier} again={again} /> : <p className="kk-dim">{t('notes.readOnly')}</p>}
      {dossier.notes.length === 0 ? <p className="kk-dim kk-small">{t('notes.none')}</p> : null}
      <ul className="kk-list">
        {dossier.notes.map((note) => (
          <Written key={note.handle} note={note} dossier={dossier} again={again} />
        ))}
      </ul>
    </section>
  );
}

type DraftState = 'none' | 'typing' | 'kept';

function Editor({ dossier, again }: { readonly dossier: Dossier; readonly again: () => void }) {
  const { t } = useTranslation();
  const world = useWorld();
  const errorText = useErrorText();
  const [text, setText] = useState('');
  const [draft, setDraft] = useState<DraftState>('none');
  const pending = useRef<string | null>(null);
  const id = dossier.dossier;

  useEffect(() => {
    let gone = false;
    world.draft(id).then(
      (found) => {
        if (gone || found === '' || pending.current !== null) return;
        setText(found);
        setDraft('kept');
      },
      () => undefined,
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
    async (to, note: string) => {
      await to.writeNote(id, note);
      await to.saveDraft(id, '');
    },
    () => {
      pending.current = null;
      setText('');
      setDraft('none');
      notifications.show({ message: t('notes.saved') });
      again();
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

function Written(props: { readonly note: Note; readonly dossier: Dossier; readonly again: () => void }) {
  const { note, dossier, again } = props;
  const { t } = useTranslation();
  const words = useWords();
  const errorText = useErrorText();
  const [asked, setAsked] = useState(false);
  const take = useAct(
    (to, handle: Note['handle']) => to.takeOver(dossier.dossier, handle),
    () => {
      setAsked(false);
      notifications.show({ message: t('notes.takenOver') });
      again();
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
      <Modal
        opened={asked}
        onClose={() => setAsked(false)}
        title={t('notes.sure')}
        centered
        closeButtonProps={{ 'aria-label': t('common.close') }}
      >
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
      </Modal>
    </li>
  );
}
