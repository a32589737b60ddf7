/** Door three: content. The vault never comes through here; a test of the house forbids it. */

export { openSealed } from './blob.ts';
export { createBundle, type NewBundle, type OpenBundle, openBundle } from './bundle.ts';
export type { Deflate } from './compress.ts';
export {
  describePack,
  type Envelope,
  type EnvelopeFields,
  envelope,
  type OpenedPack,
  openPack,
  type PackShares,
  resealPack,
  type SealedPack,
  type SealOptions,
  sealPack,
} from './content.ts';
export { joinPieces, splitSecret } from './custody.ts';
export { createEpoch, type NewEpoch, openEpoch } from './epoch.ts';
export {
  ARGON2_DEFAULT,
  addUnlocker,
  createKeyring,
  type DeviceKey,
  generateDeviceKey,
  type KeyringSecrets,
  type NewUnlocker,
  type OpenedKeyring,
  openWithPassphrase,
  openWithPrf,
  removeUnlockers,
} from './keyring.ts';
export { nodeAead } from './node-aead.ts';
export { splitExitShare } from './pack.ts';
export { combineKey, createSplitKey, type SplitKey, splitKey } from './recovery.ts';
export { type Argon2Cost, type Argon2id, bringArgon2id, webArgon2id } from './stretch.ts';
export { type Aead, type AeadKey, bringAead } from './suite.ts';
