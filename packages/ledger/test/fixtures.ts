import { type Bytes, instant, newId, type Random, type Signer, type Verifier } from '@ketenkluis/base';
import { CHAIN_START, type ChainHead, type EntryDraft, type NoteKey } from '../src/index.ts';

/** Repeatable bytes; never for anything but tests. */
export function testRandom(seed = 1): Random {
  let state = seed;
  return (length) =>
    Uint8Array.from({ length }, () => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return state >>> 24;
    });
}

export const START = instant(Date.UTC(2026, 0, 5, 8));
const random = testRandom(7);
export const practice = newId('organisation', random);
export const nurse = newId('person', random);
export const doctor = newId('person', random);
export const newDossier = () => newId('dossier', random);
const handle = newId('handle', random);
const relation = newId('fact', random);
const step = newId('fact', random);
const device = newId('device', random);
const request = newId('request', random);
const HASH = 'A'.repeat(43);

type Dossier = ReturnType<typeof newDossier>;

export const releaseItem = (dossier: Dossier): EntryDraft['items'][number] => ({
  kind: 'release',
  dossier,
  handle,
  version: 3,
  object: HASH,
  outcome: 'success',
  checks: { authorisation: true, relation: true, consent: true, emergency: false },
  facts: [relation, step],
  relation,
  consent: 'own-organisation',
  state: HASH,
  annex: HASH,
});

export const lookDraft = (
  dossiers: readonly Dossier[],
  chains: ReadonlyMap<Dossier, ChainHead> = new Map(dossiers.map((dossier) => [dossier, CHAIN_START])),
): EntryDraft => ({
  common: {
    practice,
    event: 'release',
    action: 'R',
    class: 'look',
    outcome: 'success',
    actor: nurse,
    responsible: doctor,
    organisation: practice,
    device,
    request,
    requestHash: HASH,
    signature: 'A'.repeat(86),
    source: 'vault.test',
    policy: 'decide@1',
    declared: false,
    reason: null,
  },
  items: dossiers.map(releaseItem),
  chains,
});

/** An Ed25519 key for a log or a witness. */
export async function testKey(name: string): Promise<{ signer: Signer; key: NoteKey }> {
  const pair = await crypto.subtle.generateKey('Ed25519', true, ['sign', 'verify']);
  const publicKey = new Uint8Array(await crypto.subtle.exportKey('raw', pair.publicKey));
  const sign = async (message: Uint8Array): Promise<Bytes> =>
    new Uint8Array(await crypto.subtle.sign('Ed25519', pair.privateKey, message.slice() as Bytes));
  return { signer: { by: name, publicKey, sign }, key: { name, type: 1, publicKey } };
}

export const verifier: Verifier = {
  async verify(publicKey, message, signature) {
    try {
      const key = await crypto.subtle.importKey('raw', publicKey.slice() as Bytes, 'Ed25519', false, ['verify']);
      return await crypto.subtle.verify('Ed25519', key, signature.slice() as Bytes, message.slice() as Bytes);
    } catch {
      return false;
    }
  },
};
