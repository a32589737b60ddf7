/**
 * Writes docs/crypto-inventory.json from the suite registry (R13); `--check` fails when the file is not what the code says.
 * Versions come from the lock file, so an update of a library shows here too.
 */

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suites } from '@ketenkluis/seal';

const root = join(import.meta.dirname, '..');
const path = join(root, 'docs/crypto-inventory.json');
const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));

const LIBRARIES = [
  '@noble/hashes',
  '@noble/post-quantum',
  '@panva/hpke-noble',
  'fflate',
  'hash-wasm',
  'hpke',
  'shamir-secret-sharing',
];
const BEYOND_SEAL = [
  {
    algorithm: 'SHA-256',
    use: 'Merkle trees, tiles and entries of the log',
    source: 'RFC 6962, C2SP tlog-tiles',
    library: '@noble/hashes',
    quantum: 'symmetric',
    where: 'packages/ledger',
  },
  {
    algorithm: 'Ed25519',
    use: 'checkpoints of the log',
    source: 'C2SP signed-note',
    library: 'WebCrypto',
    quantum: 'broken-by-quantum',
    where: 'packages/ledger',
  },
  {
    algorithm: 'Ed25519, ML-DSA-44',
    use: 'cosignatures of witnesses under checkpoints: two keys, so that one outlives the other',
    source: 'C2SP tlog-cosignature, FIPS 204',
    library: 'node:crypto signs; WebCrypto and @noble/post-quantum verify',
    quantum: 'hybrid',
    where: 'packages/witness, packages/ledger',
  },
  {
    algorithm: 'AES-256-GCM',
    use: "the agent's register and journal on disk, spill files under a key in memory",
    source: 'NIST SP 800-38D',
    library: 'node:crypto',
    quantum: 'symmetric',
    where: 'packages/agent',
  },
  {
    algorithm: 'HMAC-SHA256',
    use: "fingerprints by which the agent notices a change, under the agent's own key",
    source: 'RFC 2104',
    library: 'node:crypto',
    quantum: 'symmetric',
    where: 'packages/agent',
  },
  {
    algorithm: 'SHA-256',
    use: 'session tokens and request bodies at the vault',
    source: 'FIPS 180-4',
    library: 'node:crypto',
    quantum: 'symmetric',
    where: 'packages/vault',
  },
  {
    algorithm: 'WebAuthn (ES256, EdDSA, RS256 as the authenticator offers)',
    use: 'sign-in; the PRF extension unlocks the keyring',
    source: 'W3C WebAuthn Level 3',
    library: '@simplewebauthn/server and the browser',
    quantum: 'broken-by-quantum',
    where: 'packages/vault, packages/workplace',
  },
];

const inventory = {
  about:
    'Every cryptographic algorithm in use, for inventories as the EU roadmap for post-quantum cryptography asks. Made by tools/crypto-inventory.mjs.',
  quantum: {
    hybrid: 'safe while either the classical or the post-quantum half holds',
    symmetric: 'safe at this size',
    'broken-by-quantum': 'signatures and sign-in only: breaks forging later, not reading today',
  },
  suites: suites().map(({ id, name, algorithms }) => ({
    suite: id,
    name,
    algorithms: algorithms.map((one) => ({ ...one, where: 'packages/seal' })),
  })),
  besides: BEYOND_SEAL,
  libraries: LIBRARIES.map((name) => ({ name, version: packages[`node_modules/${name}`].version })),
};
const text = `${JSON.stringify(inventory, null, 2)}\n`;

if (!process.argv.includes('--check')) {
  writeFileSync(path, text);
} else if (readFileSync(path, 'utf8') !== text) {
  process.stderr.write('docs/crypto-inventory.json is not what the code says; run: node tools/crypto-inventory.mjs\n');
  process.exitCode = 1;
}
