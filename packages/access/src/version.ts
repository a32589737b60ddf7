/** Which texts decide. Apart from the engine's port, so that a page that only asks does not carry the texts until the engine comes. */

import { hex, lengthPrefixed, utf8 } from '@ketenkluis/base';
import { sha256 } from '@ketenkluis/seal';
import { POLICIES, SCHEMA } from './policies.ts';

/** Each by the name of its file without ending, the schema first. */
export const policyTexts = (policies = POLICIES): readonly (readonly [name: string, text: string])[] => [
  ['schema', SCHEMA],
  ...Object.entries(policies),
];

/** Changes with every letter of the schema and of these policies, and with their order. */
export const versionOf = (policies = POLICIES): string =>
  `cedar-${hex(sha256(lengthPrefixed(...policyTexts(policies).flatMap((one) => one.map(utf8)))))}`;

/** Stands in the entry as the authorisation protocol (NEN 7513 7.4.6): the texts that decided. */
export const POLICY_VERSION: string = /* @__PURE__ */ versionOf();
