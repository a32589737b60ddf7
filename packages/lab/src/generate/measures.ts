/**
 * The measurements that the practice writes. NHG numbers, LOINC and units as in the project's field facts; where the
 * NHG number is not known to us the measurement carries LOINC or SNOMED only. Answers whose number is not known are
 * written as text.
 */

import type { Answer } from './model.ts';

export interface Measure {
  readonly nhg: string | undefined;
  readonly loinc: string | undefined;
  readonly snomed: string | undefined;
  readonly text: string;
  /** UCUM code and the text a Dutch record shows. */
  readonly ucum: string | undefined;
  readonly unit: string | undefined;
  readonly decimals: number;
  readonly kind: 'vital-signs' | 'laboratory' | 'social-history' | 'survey' | 'exam' | 'process';
}

const measure = (
  nhg: string | undefined,
  loinc: string | undefined,
  text: string,
  kind: Measure['kind'],
  unit?: string,
  ucum?: string,
  decimals = 0,
  snomed?: string,
): Measure => ({ nhg, loinc, snomed, text, ucum, unit, decimals, kind });

export const MEASURES = {
  systolic: measure('1744', '8480-6', 'systolische bloeddruk', 'vital-signs', 'mmHg', 'mm[Hg]'),
  diastolic: measure('1740', '8462-4', 'diastolische bloeddruk', 'vital-signs', 'mmHg', 'mm[Hg]'),
  systolicHome: measure('3326', undefined, 'systolische bloeddruk, thuis 5-7 dagen', 'vital-signs', 'mmHg', 'mm[Hg]'),
  systolicDay: measure('2659', undefined, 'systolische bloeddruk, gemiddeld 24 uur', 'vital-signs', 'mmHg', 'mm[Hg]'),
  systolicHalfHour: measure('3336', undefined, 'systolische bloeddruk, 30 minuten', 'vital-signs', 'mmHg', 'mm[Hg]'),
  pulse: measure('1875', '8867-4', 'polsfrequentie', 'vital-signs', '/min', '/min'),
  saturation: measure('2680', '59408-5', 'zuurstofsaturatie (pulsoximeter)', 'vital-signs', '%', '%'),
  weight: measure('357', '29463-7', 'gewicht patiënt', 'vital-signs', 'kg', 'kg', 1),
  height: measure('560', '8302-2', 'lengte patiënt', 'vital-signs', 'm', 'm', 2),
  bmi: measure('1272', '39156-5', 'Quetelet-index (BMI) patiënt', 'vital-signs', 'kg/m2', 'kg/m2', 1),
  hba1c: measure('2816', '59261-8', 'HbA1c', 'laboratory', 'mmol/mol', 'mmol/mol'),
  glucoseFasting: measure('372', '14771-0', 'glucose nuchter, veneus (lab)', 'laboratory', 'mmol/l', 'mmol/L', 1),
  glucose: measure('371', undefined, 'glucose niet nuchter', 'laboratory', 'mmol/l', 'mmol/L', 1),
  ldl: measure('542', '22748-8', 'LDL-cholesterol', 'laboratory', 'mmol/l', 'mmol/L', 1),
  nonHdl: measure('3826', '70204-3', 'non-HDL-cholesterol', 'laboratory', 'mmol/l', 'mmol/L', 1),
  hdl: measure(undefined, '14646-4', 'HDL-cholesterol', 'laboratory', 'mmol/l', 'mmol/L', 2),
  cholesterol: measure(undefined, '14647-2', 'totaal cholesterol', 'laboratory', 'mmol/l', 'mmol/L', 1),
  ratio: measure(undefined, '32309-7', 'cholesterol/HDL-ratio', 'laboratory', undefined, '1', 1),
  triglycerides: measure(undefined, '14927-8', 'triglyceriden', 'laboratory', 'mmol/l', 'mmol/L', 1),
  creatinine: measure('523', '14682-9', 'kreatinine', 'laboratory', 'µmol/l', 'umol/L'),
  egfr: measure('3583', '62238-1', 'eGFR (CKD-EPI)', 'laboratory', 'ml/min/1,73 m2', 'mL/min/{1.73_m2}'),
  acr: measure('40', '32294-1', 'albumine/kreatinine-ratio urine', 'laboratory', 'mg/mmol', 'mg/mmol', 1),
  smoking: measure('1739', '72166-2', 'roken', 'social-history'),
  smokingStatus: measure('4013', undefined, 'rookstatus', 'social-history'),
  alcohol: measure('1591', '11331-6', 'alcoholgebruik', 'social-history'),
  exercise: measure('3239', undefined, 'voldoet aan beweegnorm', 'social-history'),
  dietAdvice: measure('2137', undefined, 'advies gezonde voeding gegeven', 'social-history'),
  ckdRisk: measure('3934', undefined, 'risicocategorie chronische nierschade', 'survey'),
  cvRisk: measure('3953', undefined, 'risico hart- en vaatziekten (CVRM 2019)', 'survey'),
  foot: measure(undefined, undefined, 'voetonderzoek', 'exam', undefined, undefined, 0, '401191002'),
  fundus: measure(undefined, '71491-5', 'fundusonderzoek', 'exam'),
  fev1: measure(undefined, '20150-9', 'FEV1', 'exam', 'l', 'L', 2),
  fvc: measure(undefined, '19868-9', 'FVC', 'exam', 'l', 'L', 2),
  fev1Fvc: measure('1675', '19926-5', 'FEV1/FVC ratio', 'exam', '%', '%'),
  spirometry: measure('1704', undefined, 'conclusie longfunctieonderzoek', 'exam'),
  gold: measure('2209', undefined, 'ernst/stadium COPD (GOLD)', 'exam'),
  mrc: measure('2210', '89434-5', 'MRC-dyspneuschaal', 'survey', undefined, '1'),
  ccq: measure('2403', undefined, 'CCQ totaalscore', 'survey', undefined, '1', 1),
  act: measure('3555', '82669-3', 'ACT totaalscore', 'survey', undefined, '1'),
  acq: measure('3602', undefined, 'ACQ totaalscore', 'survey', undefined, '1', 1),
  asthmaControl: measure('4025', undefined, 'astmacontrole', 'survey'),
  inhalation: measure('1608', undefined, 'inhalatietechniek', 'exam'),
  exacerbations: measure('3549', undefined, 'aantal exacerbaties in 12 maanden', 'survey', undefined, '1'),
  mainDiabetes: measure('2206', undefined, 'hoofdbehandelaar diabetes', 'process'),
  mainCopd: measure('2405', undefined, 'hoofdbehandelaar COPD', 'process'),
  mainAsthma: measure('2406', undefined, 'hoofdbehandelaar astma', 'process'),
  mainCvrm: measure('2815', undefined, 'hoofdbehandelaar CVRM', 'process'),
  joinDiabetes: measure(undefined, undefined, 'deelname ketenzorgprogramma diabetes', 'process'),
  joinCopd: measure('3829', undefined, 'deelname ketenzorgprogramma COPD', 'process'),
  joinAsthma: measure('3828', undefined, 'deelname ketenzorgprogramma astma', 'process'),
  joinCvrm: measure('3830', undefined, 'deelname ketenzorgprogramma CVRM', 'process'),
  noCareAsthma: measure('1788', undefined, 'reden geen geregelde zorg astma', 'process'),
} as const satisfies Record<string, Measure>;

export type MeasureKey = keyof typeof MEASURES;
export const measureOf = (key: MeasureKey): Measure => MEASURES[key];

const answer = (text: string, code?: string): Answer => ({ code, text });

/** Answer numbers that stand in public Nictiz examples; the others go as text. */
export const ANSWER = {
  yes: answer('ja', '1'),
  no: answer('nee'),
  former: answer('voorheen', '4'),
  never: answer('nooit'),
  unclear: answer('onduidelijk', '8'),
  gold1: answer('1: mild COPD', '255'),
  gold2: answer('2: matig ernstig COPD'),
  gold3: answer('3: ernstig COPD'),
  gold4: answer('4: zeer ernstig COPD'),
  asthma: answer('astma', '97'),
  copd: answer('COPD'),
  restriction: answer('geen obstructie'),
  gp: answer('huisarts'),
  specialist: answer('specialist'),
  footNormal: answer('zorgprofiel 0: geen verhoogd risico'),
  footOne: answer('zorgprofiel 1: licht verhoogd risico'),
  footTwo: answer('zorgprofiel 2: verhoogd risico'),
  fundusNormal: answer('geen retinopathie'),
  fundusMild: answer('achtergrondretinopathie'),
  good: answer('goed'),
  moderate: answer('matig'),
  poor: answer('onvoldoende'),
  wellControlled: answer('goede controle'),
  partlyControlled: answer('gedeeltelijke controle'),
  notControlled: answer('onvoldoende controle'),
  noAlcohol: answer('drinkt niet'),
  fewDrinks: answer('1-7 eenheden per week'),
  moreDrinks: answer('8-14 eenheden per week'),
  manyDrinks: answer('meer dan 14 eenheden per week'),
  riskLow: answer('laag tot matig verhoogd risico'),
  riskHigh: answer('hoog risico'),
  riskVeryHigh: answer('zeer hoog risico'),
  kidneyNone: answer('geen verhoogd risico'),
  kidneyMild: answer('mild verhoogd risico'),
  kidneyModerate: answer('matig verhoogd risico'),
  kidneyHigh: answer('sterk verhoogd risico'),
  noWish: answer('wens patiënt'),
} as const;
