/** Which texts decide. Apart from the engine's port, so that a page that only asks does not carry the texts until the engine comes. */

import { hex, lengthPrefixed, utf8 } from '@ketenkluis/base';
import { sha256 } from '@ketenkluis/seal';
import { POLICIES, SCHEMA } from './policies.ts';

const versionOf = (): string => {
  const named = [['schema', SCHEMA] as const, ...Object.entries(POLICIES)];
  return `cedar-${hex(sha256(lengthPrefixed(...named.flatMap((one) => one.map(utf8)))))}`;
};

/** Stands in the entry as the authorisation protocol (NEN 7513 7.4.6): the texts that decided. */
export const POLICY_VERSION: string = /* @__PURE__ */ versionOf();
