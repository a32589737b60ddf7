/**
 * The inspection pack's text (docs/inspector.md, R57), in the order in which inspectors ask. Counts, roles and names of staff; no
 * patient, no content. Pure over the practice's register and its mirror. Dutch, Markdown.
 */

import { type Instant, isoInstant, localDate } from '@ketenkluis/base';
import { FIELDS, PROGRAMME_IDS, PROGRAMMES, ROLES, type RoleId } from '@ketenkluis/care';
import type { Entry } from '@ketenkluis/ledger';
import type { Payload } from '@ketenkluis/seal';
import { countsOf, hoursLeft } from '../breach/file.ts';
import { destructionReport } from '../destroy/settle.ts';
import type { Register } from '../register.ts';

export interface InspectFacts {
  readonly register: Register;
  readonly lines: readonly Entry[];
  readonly statements: readonly Payload[];
  readonly now: Instant;
  readonly log: { readonly origin: string; readonly key: string; readonly size: number; readonly root: string | null };
}
export interface Chapter {
  readonly file: string;
  readonly text: string;
}

const day = (at: Instant): string => isoInstant(at).slice(0, 10);
const table = (head: readonly string[], rows: readonly (readonly (string | number)[])[]): string =>
  rows.length === 0
    ? 'Geen.'
    : [head, head.map(() => '---'), ...rows]
        .map((row) => `| ${row.map((cell) => String(cell).replaceAll('|', '/')).join(' | ')} |`)
        .join('\n');
const tally = <T>(list: readonly T[], of: (one: T) => string): [string, number][] =>
  [...Map.groupBy(list, of)]
    .map(([name, group]) => [name, group.length] as [string, number])
    .sort((a, b) => b[1] - a[1]);

export function chaptersOf(facts: InspectFacts): readonly Chapter[] {
  const { register, lines, statements, now } = facts;
  const names = new Map<string, string>(register.staff.map(({ person, name }) => [person, name]));
  const nameOf = (person: string): string =>
    names.get(person) ??
    (person === register.agent.person ? 'praktijkagent' : 'iemand buiten de praktijk of de kluis zelf');
  const teams = new Map<string, Register['teams'][number]>(register.teams.map((team) => [team.team, team]));
  const patients = Object.values(register.patients);
  const enrolled = patients.flatMap(({ enrolment }) => (enrolment?.state === 'enrolled' ? [enrolment] : []));
  const ended = new Map(
    statements.flatMap((one) => (one.t === 'withdrawal' ? [[one.fact as string, one.at] as const] : [])),
  );
  const ofKind = (kind: string) => statements.flatMap((one) => (one.t === 'fact' && one.kind === kind ? [one] : []));
  const live = (one: { readonly id: string; readonly from: Instant; readonly until: Instant | null }): boolean =>
    one.from <= now && (one.until === null || now < one.until) && !ended.has(one.id);
  const memberships = ofKind('membership').flatMap((one) => (one.kind === 'membership' ? [one] : []));
  const epochs = statements.flatMap((one) => (one.t === 'epoch' ? [one] : []));
  const authority = statements.flatMap((one) => (one.t === 'authority' ? [one] : [])).at(-1);

  const who = `# 1. Wie kan een dossier openen, en waarom

Een dossier opent alleen wie in een team zit dat er nu een behandelreden voor heeft, voor de onderdelen die dat team nodig heeft. Rechten volgen uit de behandeling en eindigen vanzelf. Wie meer wil weten: docs/spec/access.md.

${table(
  ['Team', 'Rol', 'Leden', 'Dossiers met een lopende stap', 'Onderdelen'],
  register.teams.map(({ team, name, role, need }) => [
    name,
    role ?? need,
    memberships
      .filter((one) => one.team === team && live(one))
      .map(({ person }) => nameOf(person))
      .join(', ') || 'niemand',
    enrolled.filter(({ ids }) => (ids.steps[team] ?? []).length > 0).length,
    role !== null && Object.hasOwn(ROLES, role)
      ? ROLES[role as RoleId].fields.map((field) => FIELDS[field].nl).join(', ')
      : 'geen dossiers',
  ]),
)}

Andere organisaties (alleen na verwijzing en met toestemming van de patiënt):

${table(
  ['Organisatie', 'Teams', 'Vastgelegd op'],
  ofKind('partner').flatMap((one) =>
    one.kind === 'partner' && live(one)
      ? [
          [
            register.partners.find(({ organisation }) => organisation === one.organisation)?.name ?? one.organisation,
            one.teams.length,
            day(one.from),
          ],
        ]
      : [],
  ),
)}

Rechten wijzigen: ${authority ? `${authority.threshold} van ${authority.owners.length} eigenaren tekenen` : 'onbekend'}.`;

  const looks = lines.filter(({ common }) => ['release', 'emergency', 'list'].includes(common.event));
  const did = `# 2. Wie deed wat

Het logboek telt ${facts.log.size} regels. Elke uitgifte van een sleutel is een regel die er staat voordat iets opent. Weigeringen staan er ook in.

${table(
  ['Gebeurtenis', 'Aantal'],
  tally(lines, ({ common }) => `${common.event}${common.outcome === 'success' ? '' : ` (${common.outcome})`}`),
)}

Inzage per medewerker (raadplegingen, lijsten, noodtoegang):

${table(
  ['Medewerker', 'Aantal'],
  tally(
    looks.filter(({ common }) => common.organisation === register.practice.organisation),
    ({ common }) => nameOf(common.actor),
  ),
)}

Inzage door andere organisaties: ${looks.filter(({ common }) => common.organisation !== register.practice.organisation).length}. Noodtoegang: ${lines.filter(({ common }) => common.event === 'emergency').length}.

Per patiënt: het logboek per dossier opent alleen bij de praktijk, in de werkplek onder "Wie keek?".`;

  const reviews = lines.filter(({ common }) => common.event === 'review');
  const checks = `# 3. Controle van het logboek

Alle regels worden in de werkplek van de logfunctionaris beoordeeld; het controlebeleid en de bevindingen zijn verzegeld en openen daar (docs/spec/review.md). In het logboek zelf staat:

- ${lines.filter(({ common }) => common.event === 'log-read').length} keer is in het logboek gelezen, het laatst op ${day(lines.findLast(({ common }) => common.event === 'log-read')?.common.at ?? now)}
- ${reviews.length} beoordelingen of besluiten${reviews.length === 0 ? '' : `, de laatste op ${day(reviews.at(-1)!.common.at)}`}

${reviews.length === 0 ? '**Er is in dit logboek nog geen beoordeling vastgelegd.** Vraag de logfunctionaris naar het controlebeleid.' : ''}`;

  const leavers = memberships.filter((one) => !live(one));
  const rights = `# 4. Vertrekkers en herbeoordeling van rechten

Een vertrekker wordt meteen geweigerd; het team krijgt een nieuwe sleutel en wat verzegeld is gaat over.

${table(
  ['Medewerker', 'Team', 'Geëindigd op', 'Nieuwe sleutel van het team op'],
  leavers.map((one) => {
    const end = ended.get(one.id) ?? one.until ?? now;
    const next = epochs.filter((epoch) => epoch.team === one.team && epoch.at >= end).sort((a, b) => a.at - b.at)[0];
    return [
      nameOf(one.person),
      teams.get(one.team)?.name ?? 'team van een ander',
      day(end),
      next ? day(next.at) : '**nog niet**',
    ];
  }),
)}

Kaarten en mandaten lopen af en moeten opnieuw getekend worden:

${table(
  ['Wie', 'Loopt tot'],
  [
    ...statements.flatMap((one) =>
      one.t === 'card' && one.until > now ? [[nameOf(one.subject), day(one.until)]] : [],
    ),
    ...ofKind('mandate').flatMap((one) =>
      one.until !== null && live(one) ? [['mandaat van de praktijkagent', day(one.until)]] : [],
    ),
  ],
)}`;

  const factors = `# 5. Twee factoren

Aanmelden kan alleen met een passkey (apparaat en vingerafdruk of code) of met een apparaatsleutel en een wachtzin. Een wachtwoord alleen bestaat niet, ook niet op het netwerk van de praktijk. Zonder gebruik gaat het scherm na 15 minuten op slot.

- Aanmeldingen in dit logboek: ${lines.filter(({ common }) => common.event === 'login' && common.outcome === 'success').length}; geweigerd: ${lines.filter(({ common }) => common.event === 'login' && common.outcome !== 'success').length}
- Aangetoonde identiteit van buiten (Dezi of eigen aanmelding): ${lines.filter(({ common }) => common.event === 'identity').length}`;

  const destructions = register.destructions ?? [];
  const left = destructionReport(register, localDate(now));
  const notices = patients.flatMap((one) => one.notices);
  const told = `# 6. Hoe patiënten zijn geïnformeerd

${table(
  ['Tekst', 'Kanaal', 'Aantal'],
  tally(notices, ({ text, channel }) => `${text} | ${channel}`).map(([both, count]) => [
    ...(both.split(' | ') as [string, string]),
    count,
  ]),
)}

- Aangemeld: ${enrolled.length}, waarvan ${enrolled.filter(({ ground }) => ground === 'asked').length} aan de balie gevraagd en ${enrolled.filter(({ ground }) => ground === 'participation').length} op grond van deelname in het HIS
- Geweigerd en onthouden: ${patients.filter(({ enrolment }) => enrolment?.state === 'refused').length}
- Beëindigd: ${patients.filter(({ enrolment }) => enrolment?.state === 'ended').length}, waarvan bij de kluis verwijderd: ${patients.filter(({ enrolment }) => enrolment?.state === 'ended' && enrolment.removed).length}
- Verzoeken om vernietiging: ${destructions.length}, waarvan geweigerd: ${destructions.filter(({ decision }) => decision === 'refuse').length}; kopieën die nog weg moeten: ${left.todo}, te laat: ${left.overdue}
- Aangemeld zonder vastgelegde informatie: ${patients.filter((one) => one.enrolment?.state === 'enrolled' && one.notices.length === 0).length}`;

  const breaches = register.breaches ?? [];
  const dpia = `# 7. Gegevensbeschermingseffectbeoordeling, verwerker, register

## Verwerking
| | |
| --- | --- |
| Verwerkingsverantwoordelijke | ${register.practice.name} (URA ${register.practice.ura}, AGB ${register.practice.agb}) |
| Doel | zorgprogramma's in de keten: ${PROGRAMME_IDS.map((id) => PROGRAMMES[id].nl).join(', ')} |
| Grondslag | behandelingsovereenkomst; inzage door andere organisaties met toestemming |
| Betrokkenen | ${enrolled.length} patiënten van ${patients.length} in het register van de praktijk |
| Gegevens | per programma een lijst van toegestane velden (${register.selection === null ? 'nog niet aanvaard' : `versie ${register.selection.version}, ${register.selection.lines.length} regels`}); geen vrije tekst, geen burgerservicenummer |
| Ontvangers | eigen teams; ${register.partners.length} andere organisaties |
| Plaats | kluis ${register.vault.origin}; de host ziet versleutelde gegevens, willekeurige nummers, tijden en maten |
| Bewaartermijn | afschrift: zolang de aanmelding duurt; logboek: minstens vijf jaar, per jaar gewist (docs/spec/retention.md) |

## Risico's en maatregelen
| Risico | Maatregel | Wat overblijft |
| --- | --- | --- |
| host of dief leest mee | versleuteling in de praktijk; de host heeft geen sleutel | tijden, maten, wie met wie werkt |
| inzage zonder reden | sleutel pas na een regel in het logboek; rechten volgen de behandeling | wie een scherm zag, zag het |
| logboek veranderd | Merkle-boom, ondertekende stand, getuigen waar die zijn ingesteld | zonder getuigen: twee lezers moeten vergelijken |
| medewerker vertrekt | meteen geweigerd, nieuwe sleutel | wat eerder gelezen is |

De volledige tabel, ook van wat niet beschermd is, staat in SECURITY.md.

## Afspraken met de verwerker (AVG 28)
De host voert alleen opdrachten van de praktijk uit, kan niets lezen, meldt inbreuken zonder uitstel, geeft alles terug en wist na vertrek (docs/hosts.md, "Leaving"); reservekopieën leven hooguit 30 dagen${register.backups === undefined ? ' (hoe lang precies is hier niet vastgelegd)' : `; volgens opgave van ${register.backups.at} leven die van de host ${register.backups.host} dagen en die van de praktijk ${register.backups.practice} dagen`}. Voeg de getekende overeenkomst toe: die kent dit programma niet.

## Register van inbreuken (AVG 33 lid 5)
${table(
  ['Nummer', 'Ontdekt', 'Betrokkenen', 'Leesbaar', 'Gemeld', 'Uren over'],
  breaches.map((one) => {
    const counts = countsOf(one.patients);
    return [
      one.id,
      day(one.aware),
      counts.persons,
      counts.readable,
      one.reported ? day(one.reported.at) : 'nee',
      hoursLeft(one, now) ?? '-',
    ];
  }),
)}`;

  const drills = register.drills ?? [];
  const drilled = `
## Reservekopieën terugzetten
${table(
  ['Geoefend op', 'Regels in de kopie', 'Regels nu', 'Zou terugbrengen', 'Uitkomst'],
  drills.map(({ at, size, newest, back, ok }) => [
    day(at),
    size,
    newest,
    `${back.dossiers} dossiers, ${back.versions} versies, ${back.people} vertrekkers, ${back.years} gewiste jaren`,
    ok ? 'niets daarvan gaat open' : 'NIET in orde',
  ]),
)}`;

  const log = `# 8. Het logboek nagaan zonder ons te vertrouwen

- Logboek: ${facts.log.origin}
- Sleutel: ${facts.log.key}
- Regels: ${facts.log.size}; wortel: ${facts.log.root ?? 'geen'}

In de map "logboek" staan alle regels, bladeren en tegels en de ondertekende stand. Controleer met \`ketenkluis ledger verify --dir logboek\`, zonder netwerk en zonder account, of schrijf een eigen controle met docs/spec/ledger.md en docs/spec/entry.md. Staan er handtekeningen van getuigen onder de stand, dan controleert u die met hun eigen sleutels.

## Wat hier buiten valt
**Het HIS van de praktijk heeft een eigen logboek. Wie daar een dossier opent, staat hier niet.** Dit dossier gaat over het afschrift in de kluis. Het bevat geen medische inhoud en geen namen van patiënten.`;

  return [
    ['1-wie-kan-openen.md', who],
    ['2-wie-deed-wat.md', did],
    ['3-controle.md', checks],
    ['4-vertrekkers.md', rights],
    ['5-twee-factoren.md', factors],
    ['6-geinformeerd.md', told],
    ['7-dpia.md', `${dpia}\n${drilled}`],
    ['8-logboek.md', log],
  ].map(([file, text]) => ({ file: file!, text: `${text!.trim()}\n` }));
}
