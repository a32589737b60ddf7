/**
 * The inspection pack's text (docs/inspector.md, R57), in the order in which inspectors ask. Counts, roles and names of staff; no
 * patient, no content. Pure over the practice's register and its mirror. Dutch.
 */

import type { Paper, PaperBlock } from '@ketenkluis/client/pdf';
import { control, whoDid } from './deeds.ts';
import type { InspectFacts } from './facts.ts';
import { Stated } from './people.ts';
import { leavers, twoFactors, whoCan } from './rights.ts';
import { dpia, log, told } from './told.ts';
import { day, say, warn } from './words.ts';

export interface Chapter {
  /** Without ending. */
  readonly file: string;
  readonly title: string;
  readonly blocks: readonly PaperBlock[];
}

export function chaptersOf(facts: InspectFacts): readonly Chapter[] {
  const all = new Stated(facts);
  const chapter = (file: string, title: string, blocks: readonly PaperBlock[]): Chapter => ({ file, title, blocks });
  return [
    chapter('1-wie-kan-openen', '1. Wie kan een dossier openen, en waarom', whoCan(all)),
    chapter('2-wie-deed-wat', '2. Wie deed wat', whoDid(all)),
    chapter('3-controle', '3. Controlebeleid en controles', control(all)),
    chapter('4-vertrekkers', '4. Vertrekkers en herbeoordeling van rechten', leavers(all)),
    chapter('5-twee-factoren', '5. Twee factoren', twoFactors(all)),
    chapter('6-geinformeerd', '6. Hoe patiënten zijn geïnformeerd', told(all)),
    chapter('7-dpia', '7. DPIA, verwerker en registers', dpia(all)),
    chapter('8-logboek', '8. Het logboek zelf nagaan', log(all)),
  ];
}

export function paperOf(facts: InspectFacts, chapters: readonly Chapter[]): Paper {
  const { register, now, verdict } = facts;
  return {
    ...{ language: 'nl', title: 'Inspectiedossier', of: register.practice.name, at: now },
    subtitle: `${register.practice.name}, stand van ${day(now)}`,
    blocks: [
      ...(verdict.ok ? [] : [warn('LET OP: het logboek in deze map klopt niet. Zie hoofdstuk 8.')]),
      say(
        'In de volgorde waarin inspecteurs vragen. Dit dossier bevat geen medische inhoud en geen namen van patiënten. Het gaat over het afschrift in de kluis: het HIS van de praktijk heeft een eigen logboek, en wie daar een dossier opent staat hier niet.',
      ),
      { kind: 'list', items: chapters.map(({ title }) => title) },
      ...chapters.flatMap(({ title, blocks }, i): PaperBlock[] => [
        { kind: 'heading', level: 2, text: title, newPage: i > 0 },
        ...blocks,
      ]),
    ],
  };
}
