/** The practice takes one or two months longer for one request, once, and says why (docs/spec/petition.md, "The clock"). */

import { Button, Radio, Textarea } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { WORK } from '../i18n/petitions.ts';
import type { LongerBy, PatientRequest } from '../model.ts';
import { Dialog } from '../parts/dialog.tsx';
import { useSay } from '../parts/say.ts';
import { Fault } from '../parts/sure.tsx';
import { useWords } from '../parts/words.ts';
import { useAct } from '../parts/world.tsx';

interface LengthenProps {
  readonly one: PatientRequest;
  readonly close: () => void;
}
interface More {
  readonly months: 1 | 2;
  readonly ground: LongerBy;
  readonly text: string;
}

export function Lengthen({ one, close }: LengthenProps) {
  const words = useWords();
  const say = useSay();
  const queries = useQueryClient();
  const [months, setMonths] = useState<1 | 2 | null>(null);
  const [ground, setGround] = useState<LongerBy | null>(null);
  const [text, setText] = useState('');
  const send = useAct(
    (world, more: More) => world.petitions!.extend(one.id, more),
    () => {
      close();
      say(words.text(WORK.extended));
      void queries.invalidateQueries({ queryKey: ['petitions'] });
      void queries.invalidateQueries({ queryKey: ['petitions-waiting'] });
    },
  );
  return (
    <Dialog opened close={close} title={words.text(WORK.extend)}>
      <form
        className="kk-stack"
        onSubmit={(event) => {
          event.preventDefault();
          if (months !== null && ground !== null) send.mutate({ months, ground, text });
        }}
      >
        <p>{words.text(WORK.extendBody)}</p>
        <Radio.Group
          label={words.text(WORK.months)}
          value={months === null ? '' : `${months}`}
          onChange={(value) => setMonths(value === '2' ? 2 : 1)}
        >
          <div className="kk-stack">
            <Radio value="1" label={words.text(WORK.one)} />
            <Radio value="2" label={words.text(WORK.two)} />
          </div>
        </Radio.Group>
        <Radio.Group
          label={words.text(WORK.because)}
          value={ground ?? ''}
          onChange={(value) => setGround(value === 'number' ? 'number' : 'complex')}
        >
          <div className="kk-stack">
            <Radio value="complex" label={words.text(WORK.complex)} />
            <Radio value="number" label={words.text(WORK.number)} />
          </div>
        </Radio.Group>
        <Textarea
          label={words.text(WORK.why)}
          autosize
          minRows={3}
          maxLength={4000}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
        />
        <Fault error={send.error} />
        <div className="kk-buttons">
          <Button
            type="submit"
            loading={send.isPending}
            disabled={months === null || ground === null || text.trim() === ''}
          >
            {words.text(WORK.extend)}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
