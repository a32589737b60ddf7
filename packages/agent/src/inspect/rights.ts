/** Chapters 1, 4 and 5: who can open a file and why, who left, how people prove who they are. */

import { POLICY_VERSION } from '@ketenkluis/access';
import { FIELDS, ROLES, type RoleId } from '@ketenkluis/care';
import type { PaperBlock } from '@ketenkluis/client/pdf';
import type { Stated } from './people.ts';
import { count, day, EVENT, head, list, OUTCOME, pairs, quiet, say, table } from './words.ts';

const LOOKS: ReadonlySet<string> = new Set(['release', 'emergency', 'list']);

/** The one file that is asked about, under its random id. */
function oneFile(all: Stated): PaperBlock[] {
  const { register, patient, places, now } = all.facts;
  const record = patient === null ? undefined : register.patients[patient];
  const enrolment = record?.enrolment ?? null;
  if (patient === null) {
    return [
      quiet(
        'Gaat het om één dossier? Maak dit dossier opnieuw met --patient en het nummer uit het HIS: dan staat hier wie dat dossier nu kan openen, en wie het opende.',
      ),
    ];
  }
  if (enrolment === null || !('ids' in enrolment)) return [say('Van deze patiënt staat en stond niets in de kluis.')];
  const { ids } = enrolment;
  const members = all.ofKind('membership').filter((one) => all.live(one));
  const inTeam = (team: string) =>
    members
      .filter((one) => one.team === team)
      .map(({ person }) => all.name(person))
      .join(', ') || 'nu niemand';
  const live = enrolment.state === 'enrolled';
  const steps = Object.entries(ids.steps).map(([team, own]) => [
    ...[all.team(team), inTeam(team), 'vaste controle: ingeschreven en aangemeld'],
    ...[`${new Set(own.flatMap(({ handles }) => handles)).size}`, live ? 'zolang de aanmelding duurt' : 'beëindigd'],
  ]);
  const visits = (ids.visits ?? [])
    .filter(({ over, until }) => !over && until > now)
    .map((one) => [all.team(one.team), inTeam(one.team), 'afspraak', `${one.handles.length}`, day(one.until)]);
  const handed = (record?.live?.handed ?? [])
    .filter(({ until }) => until > now)
    .map((one) => {
      const partner = register.partners.find(({ teams }) => teams.some(({ team }) => team === one.team));
      const why =
        one.assumed === undefined ? 'verwijzing, patiënt gaf toestemming' : 'verwijzing, toestemming verondersteld';
      return [
        partner?.name ?? 'andere organisatie',
        'bij die organisatie bekend',
        why,
        `${one.handles.length}`,
        day(one.until),
      ];
    });
  const touched = places.flatMap(({ index, entry: { common, items } }) =>
    items.some(({ dossier }) => dossier === ids.dossier) ? [{ index, common }] : [],
  );
  const own = register.practice.organisation;
  return [
    pairs(
      'Het gevraagde dossier',
      ['Dossier', ids.dossier],
      ['Aangemeld', live ? `sinds ${enrolment.since}` : `beëindigd op ${enrolment.since}`],
      ['Regels in het logboek over dit dossier', touched.length],
    ),
    head('Wie kan dit dossier nu openen, en waarom'),
    table(
      'Wie kan dit dossier nu openen',
      ['Team of organisatie', 'Wie', 'Op grond van', 'Onderdelen', 'Tot'],
      live ? [...steps, ...visits, ...handed] : [],
      'Niemand: de aanmelding is beëindigd.',
    ),
    head('Wie opende dit dossier'),
    table(
      'Wie opende dit dossier',
      ['Wanneer', 'Wie', 'Wat', 'Regel'],
      touched
        .filter(({ common }) => LOOKS.has(common.event) && common.event !== 'list')
        .map(({ index, common }) => [
          ...[
            day(common.at),
            common.organisation === own ? all.name(common.actor) : all.organisation(common.organisation),
          ],
          ...[`${EVENT[common.event]}${OUTCOME[common.outcome]}`, index],
        ]),
      'Nog niemand.',
    ),
    quiet(
      'De reden van elke raadpleging staat verzegeld in het logboek. De praktijk opent die in de werkplek onder "Wie keek?".',
    ),
  ];
}

/** Every set of rules that ever decided, as the lines name it (NEN 7513, 7.4.6). */
function rules({ facts: { places } }: Stated): PaperBlock[] {
  const rows = [...Map.groupBy(places, ({ entry }) => entry.common.policy)].map(([policy, own]) => [
    ...[policy, day(own[0]!.entry.common.at), day(own.at(-1)!.entry.common.at), own.length],
    policy === POLICY_VERSION ? 'map regels' : 'bij de uitgave van toen',
  ]);
  return [
    head('De regels waarmee is beslist'),
    say(
      'Elke regel van het logboek noemt de versie van de regels waarmee over toegang is beslist. De regels van nu staan in de map "regels", elk met de vraag en de grond in het Nederlands erboven.',
    ),
    table('De regels waarmee is beslist', ['Versie', 'Vanaf', 'Tot en met', 'Regels', 'Tekst'], rows),
  ];
}

export function whoCan(all: Stated): PaperBlock[] {
  const { register, statements } = all.facts;
  const enrolled = Object.values(register.patients).flatMap(({ enrolment }) =>
    enrolment?.state === 'enrolled' ? [enrolment] : [],
  );
  const members = all.ofKind('membership');
  const authority = statements.flatMap(({ payload }) => (payload.t === 'authority' ? [payload] : [])).at(-1);
  return [
    say(
      'Een dossier opent alleen wie in een team zit dat er nu een behandelreden voor heeft, en alleen de onderdelen die dat team nodig heeft. Rechten volgen uit de behandeling en eindigen vanzelf. Er is geen scherm waarmee iemand een dossier aan een willekeurig persoon geeft.',
    ),
    ...oneFile(all),
    head('De teams van de praktijk'),
    table(
      'De teams van de praktijk',
      ['Team', 'Leden', 'Dossiers', 'Mag zien'],
      register.teams.map(({ team, name, role }) => [
        name,
        members
          .filter((one) => one.team === team && all.live(one))
          .map(({ person }) => all.name(person))
          .join(', ') || 'niemand',
        enrolled.filter(({ ids }) => (ids.steps[team] ?? []).length > 0).length,
        role !== null && Object.hasOwn(ROLES, role)
          ? ROLES[role as RoleId].fields.map((field) => FIELDS[field].nl).join(', ')
          : 'geen dossiers',
      ]),
    ),
    ...rules(all),
    head('Andere organisaties'),
    say('Alleen na een verwijzing, met toestemming van de patiënt, zolang de verwijzing loopt.'),
    table(
      'Andere organisaties',
      ['Organisatie', 'Teams', 'Sinds', 'Dossiers nu'],
      all.ofKind('partner').flatMap((one) => {
        if (!all.live(one)) return [];
        const teams = new Set<string>(one.teams);
        const open = Object.values(register.patients).filter(({ live }) =>
          live?.handed.some(({ team, until }) => teams.has(team) && until > all.facts.now),
        );
        return [[all.organisation(one.organisation), one.teams.length, day(one.from), open.length]];
      }),
      'Er is geen andere organisatie vastgelegd.',
    ),
    head('Wie rechten mag wijzigen'),
    say(
      authority
        ? `${authority.threshold} van ${count(authority.owners.length, 'eigenaar', 'eigenaren')} tekent: ${authority.owners.map(({ person }) => all.name(person)).join(', ')}.`
        : 'Onbekend: het logboek in deze map noemt geen eigenaren.',
    ),
  ];
}

export function leavers(all: Stated): PaperBlock[] {
  const { statements, now } = all.facts;
  const epochs = statements.flatMap(({ payload }) => (payload.t === 'epoch' ? [payload] : []));
  const gone = all.ofKind('membership').filter((one) => !all.live(one) && one.from <= now);
  const checks = statements.flatMap(({ payload }) =>
    payload.t === 'review' && payload.kind === 'rights' ? [payload] : [],
  );
  return [
    say(
      'Een vertrekker wordt meteen geweigerd. Het team krijgt een nieuwe sleutel en wat verzegeld is gaat over naar die sleutel.',
    ),
    table(
      'Vertrekkers',
      ['Medewerker', 'Team', 'Geëindigd op', 'Nieuwe sleutel van het team'],
      gone.map((one) => {
        const end = all.endOf(one) ?? now;
        const next = epochs.filter(({ team, at }) => team === one.team && at >= end).sort((a, b) => a.at - b.at)[0];
        return [all.name(one.person), all.team(one.team), day(end), next ? day(next.at) : 'nog niet'];
      }),
      'Er is nog niemand uit een team vertrokken.',
    ),
    head('Rechten nagelopen (herbeoordeling)'),
    table(
      'Rechten nagelopen',
      ['Op', 'Door', 'Gebleven', 'Beëindigd'],
      checks.map((one) => [day(one.at), all.name(one.by), one.kept.length, one.ended.length]),
      'De rechten zijn nog niet nagelopen. Wat het beleid daarover zegt staat in hoofdstuk 3.',
    ),
    head('Kaarten en mandaten die aflopen'),
    table(
      'Kaarten en mandaten',
      ['Van', 'Loopt tot'],
      [
        ...[
          ...Map.groupBy(
            statements.flatMap(({ payload }) => (payload.t === 'card' ? [payload] : [])),
            ({ subject }) => subject,
          ).values(),
        ]
          .map((cards) => cards.at(-1)!)
          .filter(({ until, kind }) => until > now && kind !== 'patient')
          .map((one) => [all.name(one.subject), day(one.until)]),
        ...all
          .ofKind('mandate')
          .filter((one) => all.live(one))
          .map((one) => ['mandaat van de praktijkagent', day(one.until)]),
      ],
    ),
  ];
}

/** What the owners signed about a sign-on outside; the one stated last counts. */
function demanded(all: Stated): [string, string][] {
  const said = all.ofKind('demand').at(-1);
  if (said === undefined) return [['Aanmelden van buiten', 'de eigenaren hebben hier niets voor ondertekend']];
  const level = (of: 'substantial' | 'high' | null) =>
    of === null ? 'niet gevraagd' : `niveau ${of === 'high' ? 'hoog' : 'substantieel'}`;
  return [
    ['Van wie hier werkt', level(said.staff)],
    ['Van elke patiënt met inzage', level(said.patients)],
    ['Aanmeldbalie', said.desk ?? 'geen'],
    ['Wie ervoor instaat', said.ways.map(({ issuer }) => issuer).join(', ') || 'niemand'],
    ['Door de eigenaren en een tweede ondertekenaar, sinds', day(said.from)],
  ];
}

/** Sessions that recovery sheets raised: an `identity` line that names the request behind a `recovery` line (docs/spec/entry.md). */
function raisedBySheets(all: Stated): PaperBlock[] {
  const lines = all.facts.places.filter(({ entry: { common } }) => common.outcome === 'success');
  const sheets = new Map(
    lines.flatMap(({ entry: { common, items } }) =>
      common.event === 'recovery' && common.requestHash !== null ? [[common.requestHash as string, items.length]] : [],
    ),
  );
  const raised = lines.flatMap(({ entry: { common, items } }) => {
    const count = common.event === 'identity' ? sheets.get(items[0]?.object ?? '') : undefined;
    return count === undefined ? [] : [[day(common.at), all.name(common.actor), count]];
  });
  if (raised.length === 0) return [];
  return [
    say(
      'Waar niemand zich van buiten kon aanmelden, lieten herstelbladen een medewerker toe: een half uur, om te wijzigen wat er wordt gevraagd of om het register terug te halen. Geen dossier gaat daarmee open.',
    ),
    table('Toegelaten met herstelbladen', ['Dag', 'Medewerker', 'Herstelbladen'], raised),
  ];
}

export function twoFactors(all: Stated): PaperBlock[] {
  const { places, keyrings, register, statements } = all.facts;
  const logins = places.filter(({ entry }) => entry.common.event === 'login');
  const proofs = statements.flatMap(({ payload }) => (payload.t === 'assurance' ? [payload] : []));
  const ways = (person: string): string => {
    const unlockers = keyrings.get(person)?.unlockers ?? [];
    const of = (kind: string) => unlockers.filter((one) => one.kind === kind).length;
    const said = [
      ...(of('passkey') > 0 ? [count(of('passkey'), 'passkey', 'passkeys')] : []),
      ...(of('passphrase') > 0 ? [count(of('passphrase'), 'apparaat met wachtzin', 'apparaten met wachtzin')] : []),
    ];
    return said.join(', ') || 'nog geen';
  };
  return [
    say('Aanmelden kan op twee manieren, en beide vragen twee factoren:'),
    list(
      'met een passkey: het apparaat zelf, en een vingerafdruk, gezicht of code op dat apparaat;',
      'met een apparaatsleutel die het apparaat niet verlaat, en een wachtzin. Wachtzinnen die te raden zijn worden geweigerd.',
    ),
    say(
      'Een wachtwoord alleen bestaat niet, ook niet op het netwerk van de praktijk. Zonder gebruik gaat het scherm na 15 minuten op slot.',
    ),
    table(
      'Aanmelden per medewerker',
      ['Medewerker', 'Manieren om te openen', 'Aangemeld', 'Apparaten', 'Laatst'],
      register.staff.map(({ person, name }) => {
        const own = logins.filter(({ entry: { common } }) => common.actor === person && common.outcome === 'success');
        const devices = new Set(own.flatMap(({ entry }) => entry.common.device ?? []));
        const last = own.at(-1)?.entry.common.at;
        return [name, ways(person), own.length, devices.size, last === undefined ? 'nog niet' : day(last)];
      }),
    ),
    pairs('Wat de praktijk daarbovenop vraagt', ...demanded(all)),
    pairs(
      'Pogingen',
      ['Aanmeldingen geweigerd', logins.filter(({ entry }) => entry.common.outcome !== 'success').length],
      ['Identiteit ook van buiten aangetoond (Dezi of eigen aanmelding)', proofs.length],
    ),
    ...raisedBySheets(all),
  ];
}
