/** The practice takes one or two months longer for one request, once, and says why (docs/spec/petition.md, "The clock"). */

import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { WORK } from '../i18n/petitions.ts';
import type { LongerBy, PatientRequest } from '../model.ts';
import { Choices, DecideForm } from '../parts/petition.tsx';
import { useSay } from '../parts/say.ts';
import { useWords } from '../parts/words.ts';
import { useAct } from '../parts/world.tsx';

interface LengthenProps {
  readonly one: PatientRequest;
  readonly opened: boolean;
  readonly close: () => void;
}
interface More {
  readonly months: 1 | 2;
  readonly ground: LongerBy;
  readonly text: string;
}

export function Lengthen({ one, opened, close }: LengthenProps) {
  const words = useWords();
  const say = useSay();
  const queries = useQueryClient();
  const [months, setMonths] = useState<'1' | '2' | null>(null);
  const [ground, setGround] = useState<LongerBy | null>(null);
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
    <DecideForm
      title={WORK.extend}
      opened={opened}
      close={close}
      why={WORK.why}
      send={WORK.extend}
      ready={months !== null && ground !== null}
      sending={send.isPending}
      error={send.error}
      onSend={(text) => ground !== null && send.mutate({ months: months === '2' ? 2 : 1, ground, text })}
    >
      <p>{words.text(WORK.extendBody)}</p>
      <Choices
        label={words.text(WORK.months)}
        of={[
          { value: '1', label: words.text(WORK.one) },
          { value: '2', label: words.text(WORK.two) },
        ]}
        chosen={months}
        choose={setMonths}
      />
      <Choices
        label={words.text(WORK.because)}
        of={[
          { value: 'complex', label: words.text(WORK.complex) },
          { value: 'number', label: words.text(WORK.number) },
        ]}
        chosen={ground}
        choose={setGround}
      />
    </DecideForm>
  );
}
