/** What the practice asks of a sign-on: asked anew by an owner, and read by the second signer. */

import { Button, Radio, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { DEMAND, MEANS, SETTINGS } from '../i18n/demand.ts';
import { LEVELS } from '../i18n/sign-on.ts';
import type { AskedOfSignOn, DemandProposal, OfferedWay, SignOnSettings } from '../model.ts';
import { useSay } from '../parts/say.ts';
import { Strip } from '../parts/states.tsx';
import { Fault } from '../parts/sure.tsx';
import { useWords } from '../parts/words.ts';
import { useAct, useWorld } from '../parts/world.tsx';

type Asks = 'substantial' | 'high' | null;
export const hostOf = (address: string): string => (URL.canParse(address) ? new URL(address).host : address);
/** An address as somebody types it. */
const originOf = (text: string): string => {
  const full = text.includes('://') ? text : `https://${text}`;
  return URL.canParse(full) ? new URL(full).origin : full;
};

export function ChangeDemand({ found, close }: { readonly found: SignOnSettings; readonly close: () => void }) {
  const words = useWords();
  const world = useWorld();
  const say = useSay();
  const queries = useQueryClient();
  const { signed, host } = found;
  const [desk, setDesk] = useState(signed?.desk ?? host.desk ?? '');
  const [staff, setStaff] = useState<Asks>(signed?.staff ?? null);
  const [patients, setPatients] = useState<Asks>(signed?.patients ?? null);
  const look = useMutation({ mutationFn: () => world.pins!.offered(originOf(desk.trim())) });
  const none = desk.trim() === '';
  const offered: readonly OfferedWay[] = none ? [] : (look.data ?? []);
  const ways = offered.flatMap(({ means, issuer }) => (issuer === null ? [] : { means, issuer }));
  const forStaff = ways.some(({ means }) => means !== 'eid');
  const forPatients = ways.some(({ means }) => means === 'eid');
  const asks: AskedOfSignOn = {
    desk: none ? null : originOf(desk.trim()),
    ways,
    staff: forStaff ? staff : null,
    patients: forPatients ? patients : null,
  };
  const ready = none ? signed !== null && signed.desk !== null : ways.length > 0;
  const propose = useAct(
    (to, asked: AskedOfSignOn) => to.pins!.ask(asked),
    () => {
      say(words.text(DEMAND.proposed));
      void queries.invalidateQueries({ queryKey: ['people'] });
      close();
    },
  );
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (ready) propose.mutate(asks);
  };
  return (
    <form className="kk-stack" onSubmit={submit}>
      <p>{words.text(DEMAND.body)}</p>
      <Strip name="cost" tone="plain" title={words.text(DEMAND.cost)} body={words.text(DEMAND.costBody)} />
      <TextInput
        label={words.text(DEMAND.desk)}
        description={words.text(DEMAND.deskHint)}
        placeholder="https://"
        inputMode="url"
        autoComplete="off"
        data-autofocus
        value={desk}
        onChange={(event) => {
          setDesk(event.currentTarget.value);
          look.reset();
        }}
        onKeyDown={(event) => {
          // Nothing was looked at yet: the button that sends is off, and a browser would do nothing.
          if (event.key !== 'Enter' || ready || none) return;
          event.preventDefault();
          look.mutate();
        }}
      />
      <div className="kk-buttons">
        <Button variant="default" size="xs" disabled={none} loading={look.isPending} onClick={() => look.mutate()}>
          {words.text(DEMAND.look)}
        </Button>
      </div>
      <Fault error={look.error} />
      {look.isSuccess && !none ? <Offered offered={offered} named={ways.length} /> : null}
      {forStaff ? <Level label={words.text(DEMAND.staff)} value={staff} put={setStaff} /> : null}
      {forPatients ? (
        <Level
          label={words.text(DEMAND.patients)}
          hint={words.text(DEMAND.patientsHint)}
          value={patients}
          put={setPatients}
        />
      ) : null}
      <Fault error={propose.error} />
      <div className="kk-buttons">
        <Button type="submit" loading={propose.isPending} disabled={!ready}>
          {words.text(DEMAND.propose)}
        </Button>
      </div>
    </form>
  );
}

function Offered({ offered, named }: { readonly offered: readonly OfferedWay[]; readonly named: number }) {
  const words = useWords();
  if (offered.length === 0) return <Strip tone="warn" title={words.text(DEMAND.nothing)} />;
  if (named < offered.length) return <Strip tone="warn" title={words.text(DEMAND.old)} />;
  return (
    <div role="status">
      <h3>{words.text(DEMAND.found)}</h3>
      <ul style={{ margin: 0, paddingLeft: 20 }}>
        {offered.map(({ means, name, issuer }) => (
          <li key={means}>
            <strong>{name}</strong> {words.text(SETTINGS[means])}{' '}
            <span className="kk-dim">
              ({words.text(SETTINGS.vouches)} {hostOf(issuer ?? '')})
            </span>
          </li>
        ))}
      </ul>
    </div>
  );
}

function Level(of: {
  readonly label: string;
  readonly hint?: string;
  readonly value: Asks;
  readonly put: (next: Asks) => void;
}) {
  const words = useWords();
  return (
    <Radio.Group
      label={of.label}
      {...(of.hint === undefined ? {} : { description: of.hint })}
      value={of.value ?? 'no'}
      onChange={(next) => of.put(next === 'substantial' || next === 'high' ? next : null)}
    >
      <div className="kk-stack" style={{ marginTop: 8 }}>
        {(['no', 'substantial', 'high'] as const).map((one) => (
          <Radio key={one} value={one} label={words.text(DEMAND[one])} />
        ))}
      </div>
    </Radio.Group>
  );
}

/** One way on a line. */
const LINES = { whiteSpace: 'pre-line' } as const;

/** What a second signer reads, and asks about, before signing: what is asked now beside what will be. */
export function ProposedDemand({ proposal, mine }: { readonly proposal: DemandProposal; readonly mine: string }) {
  const words = useWords();
  const { asks, before, lower, shutOut } = proposal;
  const level = (of: Asks) =>
    of === null ? words.text(SETTINGS.notAsked) : `${words.text(SETTINGS.asked)} ${words.text(LEVELS[of])}`;
  const free = ({ patients, ways }: AskedOfSignOn) => patients === null && ways.some(({ means }) => means === 'eid');
  const rows = (of: AskedOfSignOn | null) => ({
    staff: of === null ? words.text(DEMAND.never) : level(of.staff),
    patients: of === null ? words.text(DEMAND.never) : free(of) ? words.text(SETTINGS.chosen) : level(of.patients),
    desk: of?.desk ? hostOf(of.desk) : words.text(SETTINGS.noDesk),
    means: (of?.ways ?? []).map(({ means, issuer }) => `${words.text(MEANS[means])} (${hostOf(issuer)})`).join('\n'),
  });
  const [now, then] = [rows(before), rows(asks)];
  return (
    <>
      {lower ? (
        <Strip name="lower" tone="warn" title={words.text(DEMAND.lower)} body={words.text(DEMAND.lowerBody)} />
      ) : null}
      {shutOut === 0 ? null : (
        <Strip
          name="shut-out"
          tone="warn"
          title={`${shutOut} ${words.text(shutOut === 1 ? DEMAND.shutOutOne : DEMAND.shutOut)}`}
          body={words.text(DEMAND.shutOutBody)}
        />
      )}
      <div className="kk-scroll">
        <table className="kk-table">
          <thead>
            <tr>
              <td />
              <th scope="col">{words.text(DEMAND.before)}</th>
              <th scope="col">{words.text(DEMAND.after)}</th>
            </tr>
          </thead>
          <tbody>
            {(['staff', 'patients', 'desk', 'means'] as const).map((one) => (
              <tr key={one}>
                <th scope="row">{words.text(SETTINGS[one])}</th>
                <td style={LINES}>{now[one] || '–'}</td>
                <td style={LINES}>{now[one] === then[one] ? then[one] || '–' : <strong>{then[one] || '–'}</strong>}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <p className="kk-dim">{proposal.signedByMe ? mine : words.text(DEMAND.compare)}</p>
    </>
  );
}
