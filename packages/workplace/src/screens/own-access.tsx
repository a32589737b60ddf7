/** "Mijn dossier": who may look, why and until when; and the patient's own word about it. One column, large type, few words. */

import type { HandleId } from '@ketenkluis/base';
import { Button, Checkbox, NativeSelect } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { OWN_ACCESS as W } from '../i18n/own-access.ts';
import type { OwnAccess, OwnPartner, OwnShut, OwnWhom, Workplace } from '../model.ts';
import { Tag } from '../parts/page.tsx';
import { useSay } from '../parts/say.ts';
import { Strip } from '../parts/states.tsx';
import { Fault } from '../parts/sure.tsx';
import { useWords } from '../parts/words.ts';
import { useAct } from '../parts/world.tsx';

/** After a word of the patient everything is looked at again. */
function useWord<In>(act: (world: Workplace, input: In) => Promise<void>, told: { nl: string; en: string }) {
  const words = useWords();
  const say = useSay();
  const queries = useQueryClient();
  return useAct(act, async () => {
    say(words.text(told));
    await queries.invalidateQueries({ queryKey: ['own'] });
  });
}

export function Openers({ access }: { readonly access: OwnAccess }) {
  const words = useWords();
  const { openers, readers } = access;
  return (
    <section className="kk-card" aria-labelledby="own-openers">
      <h2 id="own-openers">{words.text(W.title)}</h2>
      {access.whole ? (
        <p>{words.text(W.lead)}</p>
      ) : (
        <div role="alert">
          <Strip name="not-whole" tone="bad" title={words.text(W.notWhole)} body={words.text(W.notWholeBody)} />
        </div>
      )}
      {access.unreviewed > 0 ? (
        <Strip name="unreviewed" tone="warn" title={words.text(W.unreviewed)} body={words.text(W.unreviewedBody)} />
      ) : null}
      {openers.length === 0 ? <p>{words.text(W.nobody)}</p> : null}
      <ul className="kk-own-looks" data-list="openers">
        {openers.map((one) => (
          <li key={one.key}>
            <strong>{words.text(one.who)}</strong>
            <div>{words.text(one.why)}</div>
            <div className="kk-dim">
              {words.text(W.sees)} {one.parts.map((part) => words.text(part)).join(', ')}.{' '}
              {one.until === null ? words.text(W.always) : `${words.text(W.until)} ${words.dayOf(one.until)}.`}
            </div>
          </li>
        ))}
      </ul>
      <h3>{words.text(W.readers)}</h3>
      <ul className="kk-own-looks" data-list="readers">
        {readers.map((one) => (
          <li key={one.key}>
            {words.text(one.who)} {one.self ? `(${words.text(W.self)})` : null}
            <div className="kk-dim">
              {words.text(W.until)} {words.dayOf(one.until)}
            </div>
          </li>
        ))}
      </ul>
      {access.overseen ? <p className="kk-dim">{words.text(W.overseen)}</p> : null}
    </section>
  );
}

export function Said({ access }: { readonly access: OwnAccess }) {
  const words = useWords();
  return (
    <section className="kk-card" aria-labelledby="own-said">
      <h2 id="own-said">{words.text(W.said)}</h2>
      <p>{words.text(access.partners.length === 0 ? W.noPartners : W.saidLead)}</p>
      {access.partners.length === 0 ? null : <p className="kk-dim">{words.text(W.seenStays)}</p>}
      <ul className="kk-own-looks" data-list="partners">
        {access.partners.map((one) => (
          <Partner key={one.organisation} partner={one} access={access} />
        ))}
      </ul>
    </section>
  );
}

function Partner({ partner, access }: { readonly partner: OwnPartner; readonly access: OwnAccess }) {
  const words = useWords();
  const [asking, setAsking] = useState(false);
  const back = useWord((world, _: null) => world.own!.takeBack(partner.organisation), W.tookBack);
  const { consent } = partner;
  const name = words.text(partner.name);
  return (
    <li>
      <strong>{name}</strong> {partner.shut ? <Tag tone="warn">{words.text(W.isShut)}</Tag> : null}
      <div className="kk-dim">{partner.roles.map((role) => words.text(role)).join(', ')}</div>
      <div>
        {consent === null
          ? words.text(W.no)
          : `${words.text(consent.by === 'assumed' ? W.yesAssumed : W.yes)}. ${
              consent.by === 'assumed' ? '' : words.text(consent.by === 'own' ? W.byOwn : W.byDesk)
            }`}
        {consent?.until ? ` ${words.text(W.until)} ${words.dayOf(consent.until)}.` : ''}
      </div>
      {partner.referred ? null : <div className="kk-dim">{words.text(W.notReferred)}</div>}
      <Fault error={back.error} />
      {consent !== null ? (
        <Button
          size="md"
          variant="default"
          loading={back.isPending}
          aria-label={`${words.text(W.takeBack)}: ${name}`}
          onClick={() => back.mutate(null)}
        >
          {words.text(W.takeBack)}
        </Button>
      ) : asking ? (
        <Agree partner={partner} access={access} done={() => setAsking(false)} />
      ) : (
        <Button
          size="md"
          variant="default"
          aria-label={`${words.text(W.agree)}: ${name}`}
          onClick={() => setAsking(true)}
        >
          {words.text(W.agree)}
        </Button>
      )}
    </li>
  );
}

function Parts(props: {
  readonly access: OwnAccess;
  readonly label: string;
  readonly chosen: readonly HandleId[];
  readonly choose: (chosen: readonly HandleId[]) => void;
}) {
  const words = useWords();
  const { access, chosen, choose } = props;
  return (
    <fieldset className="kk-own-parts">
      <legend>{props.label}</legend>
      {access.parts.map(({ handle, name }) => (
        <Checkbox
          key={handle}
          size="md"
          label={words.text(name)}
          checked={chosen.includes(handle)}
          onChange={(event) =>
            choose(event.currentTarget.checked ? [...chosen, handle] : chosen.filter((one) => one !== handle))
          }
        />
      ))}
      {chosen.length === 0 ? <p className="kk-dim">{words.text(W.choose)}</p> : null}
    </fieldset>
  );
}

function Agree({ partner, access, done }: { partner: OwnPartner; access: OwnAccess; done: () => void }) {
  const words = useWords();
  const [chosen, setChosen] = useState<readonly HandleId[]>(access.parts.map(({ handle }) => handle));
  const agree = useWord((world, _: null) => world.own!.agree(partner.organisation, chosen), W.agreed);
  return (
    <div className="kk-own-form">
      <Parts access={access} label={words.text(W.agreeWhat)} chosen={chosen} choose={setChosen} />
      <Fault error={agree.error} />
      <div className="kk-own-buttons">
        <Button size="md" disabled={chosen.length === 0} loading={agree.isPending} onClick={() => agree.mutate(null)}>
          {words.text(W.agreeNow)}
        </Button>
        <Button size="md" variant="default" onClick={done}>
          {words.text(W.cancel)}
        </Button>
      </div>
    </div>
  );
}

export function Shut({ access }: { readonly access: OwnAccess }) {
  const words = useWords();
  const [asking, setAsking] = useState(false);
  return (
    <section className="kk-card" aria-labelledby="own-shut">
      <h2 id="own-shut">{words.text(W.shut)}</h2>
      <p>{words.text(W.shutLead)}</p>
      {access.shut.length === 0 ? <p>{words.text(W.nothingShut)}</p> : null}
      <ul className="kk-own-looks" data-list="shut">
        {access.shut.map((one) => (
          <OneShut key={one.fact} shut={one} />
        ))}
      </ul>
      {asking ? (
        <ShutMore access={access} done={() => setAsking(false)} />
      ) : (
        <Button size="lg" variant="default" onClick={() => setAsking(true)}>
          {words.text(W.shutMore)}
        </Button>
      )}
    </section>
  );
}

function OneShut({ shut }: { readonly shut: OwnShut }) {
  const words = useWords();
  const open = useWord((world, _: null) => world.own!.unshut(shut.fact), W.unshutDone);
  const what = shut.parts === null ? words.text(W.everything) : shut.parts.map((part) => words.text(part)).join(', ');
  const told = `${what.charAt(0).toUpperCase()}${what.slice(1)}, ${words.text(W.for)} ${words.text(shut.whom)}`;
  const by = { self: W.bySelf, other: W.byOther, desk: W.atDesk }[shut.by];
  return (
    <li>
      {told}
      <div className="kk-dim">{words.text(by)}</div>
      <Fault error={open.error} />
      {shut.mayOpen ? (
        <Button
          size="md"
          variant="default"
          loading={open.isPending}
          aria-label={`${words.text(W.unshut)}: ${told}`}
          onClick={() => open.mutate(null)}
        >
          {words.text(W.unshut)}
        </Button>
      ) : null}
    </li>
  );
}

function ShutMore({ access, done }: { readonly access: OwnAccess; readonly done: () => void }) {
  const words = useWords();
  const [whom, setWhom] = useState('outside');
  const [some, setSome] = useState(false);
  const [chosen, setChosen] = useState<readonly HandleId[]>([]);
  const meant = (): OwnWhom => {
    const partner = access.partners.find(({ organisation }) => organisation === whom);
    if (partner) return { organisation: partner.organisation };
    return whom === 'outside' ? 'outside' : { role: whom };
  };
  const shut = useWord((world, _: null) => world.own!.shut(meant(), some ? chosen : null).then(done), W.shutDone);
  const everyone = words.text(W.outside);
  return (
    <div className="kk-own-form">
      <NativeSelect
        size="md"
        label={words.text(W.whom)}
        value={whom}
        onChange={(event) => setWhom(event.currentTarget.value)}
        data={[
          { value: 'outside', label: everyone },
          ...access.categories.map(({ role, name }) => ({
            value: role,
            label: `${words.text(name)} (${words.text(W.all)})`,
          })),
          ...access.partners.map(({ organisation, name }) => ({ value: organisation, label: words.text(name) })),
        ]}
      />
      {access.categories.some(({ role }) => role === whom) ? <p className="kk-dim">{words.text(W.allNow)}</p> : null}
      <NativeSelect
        size="md"
        label={words.text(W.what)}
        value={some ? 'some' : 'all'}
        onChange={(event) => setSome(event.currentTarget.value === 'some')}
        data={[
          { value: 'all', label: words.text(W.everything) },
          { value: 'some', label: words.text(W.some) },
        ]}
      />
      {some ? <Parts access={access} label={words.text(W.what)} chosen={chosen} choose={setChosen} /> : null}
      <Fault error={shut.error} />
      <div className="kk-own-buttons">
        <Button
          size="md"
          disabled={some && chosen.length === 0}
          loading={shut.isPending}
          onClick={() => shut.mutate(null)}
        >
          {words.text(W.shutNow)}
        </Button>
        <Button size="md" variant="default" onClick={done}>
          {words.text(W.cancel)}
        </Button>
      </div>
    </div>
  );
}
