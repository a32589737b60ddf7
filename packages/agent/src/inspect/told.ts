/** Chapters 6 and 7: how patients were told; the impact assessment, the processor, the registers. */

import { localDate } from '@ketenkluis/base';
import { FIELDS, PROGRAMME_IDS, PROGRAMMES } from '@ketenkluis/care';
import type { PaperBlock } from '@ketenkluis/client/pdf';
import { countsOf, hoursLeft } from '../breach/file.ts';
import { destructionReport } from '../destroy/settle.ts';
import type { Stated } from './people.ts';
import { petitionRows } from './petitions.ts';
import { count, day, head, list, pairs, quiet, say, table, tally, warn } from './words.ts';

export function told(all: Stated): PaperBlock[] {
  const { register, texts, places } = all.facts;
  const patients = Object.values(register.patients);
  const notices = patients.flatMap((one) => one.notices);
  const of = (state: string) => patients.filter(({ enrolment }) => enrolment?.state === state);
  const grounds = (ground: string) =>
    of('enrolled').filter(({ enrolment }) => enrolment?.state === 'enrolled' && enrolment.ground === ground).length;
  const unread = of('enrolled').filter((one) => one.notices.length === 0).length;
  const versions = [...new Set(notices.map(({ text }) => text))];
  const fileOf = (version: string) => texts.find((one) => one.version === version);
  const said = patients.flatMap((one) => one.said ?? []);
  const destructions = register.destructions ?? [];
  const left = destructionReport(register, localDate(all.facts.now));
  return [
    table(
      'Welke tekst, hoe en hoe vaak',
      ['Tekst', 'Hoe', 'Keer verteld', 'Eerst', 'Laatst'],
      tally(notices, ({ text, channel }) => `${text}\n${channel}`).map(([both, times]) => {
        const [text, channel] = both.split('\n') as [string, string];
        const days = notices
          .filter((one) => one.text === text && one.channel === channel)
          .map(({ at }) => at)
          .sort();
        return [text, channel, times, days[0]!, days.at(-1)!];
      }),
      'Er is nog niemand geïnformeerd.',
    ),
    head('De teksten zelf'),
    table(
      'De teksten zelf',
      ['Tekst', 'Bestand in deze map', 'SHA-256'],
      versions.map((version) => {
        const file = fileOf(version);
        return [version, file ? `teksten/${file.file}` : 'NIET BIJGEVOEGD', file?.sha256 ?? ''];
      }),
    ),
    ...(versions.every((version) => fileOf(version) !== undefined)
      ? []
      : [
          warn(
            'Niet elke tekst is bijgevoegd. De praktijk bewaart de teksten zelf; voeg ze toe met --texts MAP, waarin elk bestand heet zoals de tekst (v1.pdf is tekst v1).',
          ),
        ]),
    head('Aangemeld, geweigerd, beëindigd'),
    pairs(
      'Aanmeldingen',
      ['In het register van de praktijk', patients.length],
      ['Aangemeld', of('enrolled').length],
      ['waarvan aan de balie gevraagd', grounds('asked')],
      ['waarvan op grond van deelname in het HIS, na informatie', grounds('participation')],
      ['Nog niet gevraagd', patients.filter(({ enrolment }) => enrolment === null).length],
      ['Geweigerd en onthouden', of('refused').length],
      ['Beëindigd', of('ended').length],
      [
        'waarvan bij de kluis verwijderd',
        of('ended').filter(({ enrolment }) => enrolment?.state === 'ended' && enrolment.removed).length,
      ],
      ['Aangemeld zonder vastgelegde informatie', unread],
    ),
    ...(unread === 0
      ? []
      : [
          warn(
            `${count(unread, 'patiënt is', 'patiënten zijn')} aangemeld zonder dat is vastgelegd hoe zij zijn geïnformeerd.`,
          ),
        ]),
    head('Verzoeken om vernietiging (BW 7:455: binnen drie maanden)'),
    pairs(
      'Verzoeken om vernietiging',
      ['Verzoeken', destructions.length],
      ['waarvan geweigerd', destructions.filter(({ decision }) => decision === 'refuse').length],
      ['Kopieën die nog weg moeten', left.todo],
      ['waarvan te laat', left.overdue],
    ),
    head('Toestemming om anderen te laten kijken'),
    pairs(
      'Wat patiënten zeiden',
      ['Toestemming', said.filter(({ answer }) => answer === 'consent').length],
      ['Bezwaar', said.filter(({ answer }) => answer === 'objection').length],
      [
        'Verteld na noodtoegang',
        places.filter(({ entry: { common } }) => common.event === 'told' && common.outcome === 'success').length,
      ],
    ),
    head('Wat patiënten vroegen (AVG 12 lid 3: antwoord binnen een maand)'),
    table(
      'Verzoeken van patiënten',
      ['Verzoek', 'Gevraagd', 'Beantwoord', 'waarvan te laat', 'Wacht nog', 'waarvan te laat'],
      petitionRows(
        all.facts.statements.map(({ payload }) => payload),
        all.facts.now,
      ),
    ),
  ];
}

const hostRows = (all: Stated): [string, string][] => {
  const said = all.ofKind('hosting').findLast((one) => all.endOf(one) === null);
  if (said === undefined) return [['Beheerder van de kluis', 'nog niet vastgelegd door een eigenaar']];
  const { operator, owner, places, law, certificates } = said;
  return [
    ['Beheerder van de kluis', `${operator}; eigendom van ${owner.name} (${owner.country})`],
    ['Land waar de gegevens staan, en recht', `${places.join(', ')}; ${law}`],
    [
      'Certificaten van de beheerder',
      certificates.map((one) => `${one.norm} door ${one.by}, tot ${one.until}`).join('; ') || 'geen genoemd',
    ],
  ];
};

export function dpia(all: Stated): PaperBlock[] {
  const { register, outside, erased, now, places } = all.facts;
  const patients = Object.values(register.patients);
  const enrolled = patients.filter(({ enrolment }) => enrolment?.state === 'enrolled').length;
  const holders = all.ofKind('keyholders').at(-1);
  const { selection } = register;
  const programmes = PROGRAMME_IDS.filter((id) => selection?.lines.some(({ programme }) => programme === id) ?? false);
  const fields = [...new Set(selection?.lines.map(({ field }) => FIELDS[field].nl) ?? [])].sort();
  const oldest = places[0]?.entry.common.at;
  const breaches = register.breaches ?? [];
  const { backups } = register;
  const keepers =
    holders === undefined || holders.holders.length === 0
      ? 'geen'
      : `${holders.holders.length}, waarvan ${holders.need} nodig per raadpleging`;
  const witnesses =
    outside === null || outside.witnesses.length === 0
      ? 'geen'
      : `${outside.witnesses.length}, waarvan ${outside.quorum} nodig`;
  return [
    head('Register van de verwerking (AVG 30)'),
    pairs(
      'Register van de verwerking',
      [
        'Verwerkingsverantwoordelijke',
        `${register.practice.name} (URA ${register.practice.ura}, AGB ${register.practice.agb})`,
      ],
      ['Functionaris gegevensbescherming', 'vult de praktijk in: dit programma kent die niet'],
      [
        'Doel',
        `zorgprogramma's in de keten: ${programmes.map((id) => PROGRAMMES[id].nl).join(', ') || 'nog geen aanvaard'}`,
      ],
      [
        'Grondslag',
        'behandelingsovereenkomst (AVG 6 lid 1 b, 9 lid 2 h); inzage door andere organisaties met toestemming',
      ],
      [
        'Betrokkenen',
        `${enrolled} aangemelde patiënten van ${patients.length} in het register van de praktijk; ${register.staff.length} medewerkers`,
      ],
      [
        'Gegevens',
        fields.length === 0
          ? 'nog niets: er is geen lijst van velden aanvaard'
          : `${fields.join(', ')}. Geen vrije tekst uit het dossier en geen burgerservicenummer`,
      ],
      [
        'Lijst van velden',
        selection === null
          ? 'nog niet aanvaard'
          : `versie ${selection.version}, ${selection.lines.length} regels, door een eigenaar aanvaard`,
      ],
      [
        'Ontvangers',
        `eigen teams; ${count(register.partners.length, 'andere organisatie', 'andere organisaties')}${register.partners.length === 0 ? '' : `: ${register.partners.map(({ name }) => name).join(', ')}`}`,
      ],
      ['Doorgifte buiten de EU', 'niet door dit programma; waar de kluis staat zegt de overeenkomst met de host'],
      ...hostRows(all),
      ['Plaats', `kluis ${register.vault.origin}: versleutelde gegevens, willekeurige nummers, tijden en maten`],
      [
        'Bewaartermijn',
        `afschrift: zolang de aanmelding duurt; logboek: vijf jaar, per heel jaar gewist${erased.length === 0 ? '' : ` (gewist: ${erased.map(({ year }) => year).join(', ')})`}${oldest === undefined ? '' : `; oudste regel van ${day(oldest)}`}; reservekopieën hooguit 30 dagen`,
      ],
      ['Sleutelhouders', keepers],
      ['Getuigen van het logboek', witnesses],
      [
        'Levering',
        `elke ${register.intervalDays} dagen; ${register.snapshot === null ? 'nog niet geleverd' : `laatst op ${day(register.snapshot.at)}`}`,
      ],
    ),
    head('Noodzaak en evenredigheid'),
    list(
      'Alleen wat een programma nodig heeft verlaat de praktijk, en alleen van wie geïnformeerd en aangemeld is. Een bredere lijst van velden gaat pas in als een eigenaar het verschil heeft aanvaard.',
      'Wie weigert wordt gewoon behandeld; de weigering wordt onthouden.',
      'Elke rol ziet alleen de onderdelen die zij nodig heeft (hoofdstuk 1).',
    ),
    head("Risico's, maatregelen en wat overblijft"),
    table(
      "Risico's",
      ['Risico', 'Maatregel', 'Hier', 'Wat overblijft'],
      [
        [
          'Host of dief leest mee',
          'versleuteling in de praktijk; de host heeft geen sleutel',
          'altijd aan',
          'tijden, maten, wie met wie werkt',
        ],
        [
          'Host geeft sleuteldelen zonder regel aan een medewerker',
          'onafhankelijke sleutelhouder',
          keepers,
          holders === undefined || holders.holders.length === 0
            ? 'host en medewerker samen kunnen een regel ontlopen'
            : 'host, medewerker en genoeg sleutelhouders samen',
        ],
        [
          'Inzage zonder reden',
          'sleutel pas na een regel; rechten volgen de behandeling; controle van alle regels',
          'zie hoofdstuk 3',
          'wie een scherm zag, zag het',
        ],
        [
          'Logboek veranderd',
          'Merkle-boom, ondertekende stand, getuigen',
          witnesses,
          outside === null || outside.quorum === 0
            ? 'zonder getuigen moeten twee lezers vergelijken'
            : 'genoeg getuigen en host samen',
        ],
        [
          'Medewerker vertrekt',
          'meteen geweigerd, nieuwe sleutel van het team',
          'zie hoofdstuk 4',
          'wat eerder gelezen is',
        ],
        [
          'Rechten door één persoon gewijzigd',
          'wijzigen vraagt meer handtekeningen',
          count(register.owners.length, 'eigenaar', 'eigenaren'),
          register.owners.length > 1
            ? 'samenspannen'
            : 'één eigenaar: een tweede ondertekenaar van buiten tekent mee waar dat verplicht is',
        ],
        [
          'Host valt weg',
          'eigen kopie van alles na elke levering; uitgangssleutel',
          'deze map is daaruit gemaakt',
          'de kopie is zo oud als de laatste levering',
        ],
      ],
    ),
    quiet('De volledige tabel, ook van wat niet beschermd is, staat in SECURITY.md van het programma.'),
    head('Afspraken met de verwerker (AVG 28 lid 3)'),
    table(
      'Afspraken met de verwerker',
      ['Punt', 'Wat de techniek waarmaakt', 'Overeenkomst'],
      [
        ['a. alleen op schriftelijke instructie', 'de host ziet alleen getekende opdrachten van de praktijk', 'nodig'],
        ['b. geheimhouding', 'de host kan niets lezen', 'nodig'],
        ['c. beveiliging (AVG 32)', 'versleuteling, logboek, twee factoren', 'nodig'],
        ['d. andere verwerkers', 'niet te zien voor dit programma', 'nodig'],
        ['e. rechten van betrokkenen', 'inzage, afschrift en wie keek: door de praktijk zelf', 'nodig'],
        ['f. hulp bij meldplicht en DPIA', 'dit dossier; ketenkluis breach', 'nodig'],
        [
          'g. wissen of teruggeven',
          `eigen kopie na elke levering; wissen na vertrek; reservekopieën hooguit 30 dagen${
            backups === undefined
              ? ' (hoe lang precies is niet vastgelegd)'
              : `; volgens opgave van ${backups.at} die van de host ${backups.host} en die van de praktijk ${backups.practice} dagen`
          }`,
          'nodig',
        ],
        ['h. controle toestaan', 'logboek en eigen kopie zijn zonder de host te controleren', 'nodig'],
      ],
    ),
    warn('Voeg de getekende overeenkomst met de host toe: die kent dit programma niet.'),
    head('Reservekopieën terugzetten: geoefend'),
    table(
      'Oefeningen',
      ['Geoefend op', 'Regels in de kopie', 'Regels nu', 'Zou terugbrengen', 'Uitkomst'],
      (register.drills ?? []).map(({ at, size, newest, back, ok, copy, opened }) => [
        copy === 'mirror' ? `${day(at)}, eigen kopie` : day(at),
        size,
        newest,
        `${back.dossiers} dossiers, ${back.versions} versies, ${back.people} vertrekkers, ${back.years} gewiste jaren`,
        !ok
          ? 'NIET in orde'
          : opened === undefined
            ? 'niets daarvan gaat open'
            : `${opened} delen geopend, zonder de host`,
      ]),
      'Nog niet geoefend.',
    ),
    head('Register van inbreuken (AVG 33 lid 5)'),
    table(
      'Register van inbreuken',
      ['Nummer', 'Ontdekt', 'Betrokkenen', 'Leesbaar', 'Gemeld', 'Uren over'],
      breaches.map((one) => {
        const counts = countsOf(one.patients);
        return [
          one.id,
          day(one.aware),
          counts.persons,
          counts.readable,
          one.reported ? day(one.reported.at) : 'nee',
          `${hoursLeft(one, now) ?? '-'}`,
        ];
      }),
      'Er is geen inbreuk vastgelegd.',
    ),
  ];
}

export function log(all: Stated): PaperBlock[] {
  const { register, verdict, outside } = all.facts;
  return [
    verdict.ok
      ? say(
          `Bij het maken van deze map klopte het logboek: ${count(verdict.entries, 'regel', 'regels')} opnieuw berekend, en de boom geeft de ondertekende stand.`,
        )
      : warn(`Het logboek in deze map klopt NIET: ${verdict.faults.map(({ kind }) => kind).join(', ')}.`),
    pairs(
      'Het logboek',
      ['Logboek', register.vault.log.origin],
      ['Sleutel van het logboek', register.vault.log.key],
      ['Regels', verdict.size],
      ['Wortel', verdict.root ?? 'geen'],
    ),
    head('Getuigen'),
    table(
      'Getuigen',
      ['Getuige', 'Tekende mee'],
      (outside?.witnesses ?? []).map(({ name, note }) => [
        name,
        note === null ? 'nog niet' : 'ja: zie logboek/log/witnesses.json',
      ]),
      'De praktijk heeft geen getuigen genoemd. Dan moeten twee lezers hun stand vergelijken om te zien dat de host niet twee logboeken bijhoudt.',
    ),
    ...(outside === null || outside.witnesses.length === 0
      ? []
      : [
          say(
            `Nodig zijn ${outside.quorum} getuigen; zoveel tekenden de stand tot en met ${verdict.outside.size} regels.`,
          ),
        ]),
    head('Zelf nagaan, zonder ons te vertrouwen'),
    list(
      'Met het programma: "ketenkluis inspect --check MAP" gaat na of elk bestand is zoals het ondertekend werd, of de handtekening van de praktijkagent is volgens zijn kaart, of die kaart in dit logboek staat, en of het logboek klopt. Zonder netwerk en zonder account.',
      'Zonder ons programma, de handtekening: openssl pkeyutl -verify -pubin -inkey ondertekenaar.pem -rawin -in SHA256SUMS -sigfile SHA256SUMS.sig',
      'Zonder ons programma, de bestanden: sha256sum --check SHA256SUMS',
      'Alleen het logboek: "ketenkluis ledger verify --dir logboek", of een eigen controle geschreven met docs/spec/ledger.md en docs/spec/entry.md.',
    ),
    head('Wat hier buiten valt'),
    warn('Het HIS van de praktijk heeft een eigen logboek. Wie daar een dossier opent, staat hier niet.'),
    say('Dit dossier gaat over het afschrift in de kluis. Het bevat geen medische inhoud en geen namen van patiënten.'),
  ];
}
