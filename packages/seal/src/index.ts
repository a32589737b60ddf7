/** Door one: parse, verify, sign, hash. Nothing here opens content. */

export { asSealedAnnex, joinAnnex, type SealedAnnex, splitAnnex } from './annex.ts';
export { signedByOwners, verifyAuthority, verifyAuthorityStep } from './authority.ts';
export {
  type BatchWire,
  batchFromBytes,
  batchFromWire,
  batchToWire,
  batchWireSchema,
  MAX_BATCH,
  pathBytes,
  type SignedBatch,
  signBatch,
} from './batch.ts';
export { asSealedBlob, type BlobKey, newBlobKey, sealTo, sealUnder } from './blob.ts';
export {
  asShare,
  type Plaintext,
  type Sealed,
  SHARE_BYTES,
  SHARE_KINDS,
  type Share,
  type ShareKind,
} from './brands.ts';
export { type Wrap, type WrapWire, wrapFromWire, wrapToWire, wrapWireSchema } from './bundle.ts';
export {
  type Custody,
  custodyBytes,
  type Holders,
  holdingsDigest,
  isPiece,
  type Piece,
  pieceCommitment,
} from './custody.ts';
export { checkDemand, type Demand, type DemandedLevel, demandedOf, meetsDemand, reachesLevel } from './demand.ts';
export { type DirectoryFact, isDirectoryFact, KeyDirectory, type Place } from './directory.ts';
export {
  decodeObject,
  domain,
  encodeObject,
  MAGICS,
  MAX_HEADER,
  type Magic,
  type StoredObject,
  sha256,
} from './encoding.ts';
export { asEpochWraps, type EpochRecipient, epochRecipients } from './epoch.ts';
export { sealError } from './errors.ts';
export type { Kem, KemKeyPair, KemPrivateKey } from './hpke.ts';
export {
  createInvitation,
  createJoin,
  INVITATION_LIFE,
  joinCode,
  type NewInvitation,
  parseInvitationFragment,
  verifyJoin,
} from './invitation.ts';
export { type KeyringHeader, keyringHeader, MIN_UNLOCKERS, parseKeyring, unlockerId } from './keyring.ts';
export {
  type PackHeader,
  type ParsedPack,
  packHash,
  packHeader,
  parsePack,
  parsePackHeader,
  shareCommitment,
  verifyPackHash,
  verifyShare,
} from './pack.ts';
export { answersFor } from './petition.ts';
export {
  checkShare,
  checkShares,
  parseShareSheet,
  recoveryCommitment,
  type ShamirKey,
  type ShareSheet,
  shareSheet,
} from './recovery.ts';
export { guestMaySign, isShutOut, isVouched, maySign, type SignRules, takesSecond, VOUCHED } from './rules.ts';
export {
  createVerifier,
  generateSigningKey,
  type SigningKeyPair,
  signingPublicKey,
  webSigner,
  webVerifier,
} from './signing.ts';
export {
  dossierState,
  type SnapshotProof,
  type SnapshotRow,
  snapshotTree,
  standingGrants,
  verifySnapshotRow,
} from './state.ts';
export {
  addSignature,
  asHash,
  type Batches,
  batchesFromWire,
  claimedSigner,
  type Draft,
  decodeStatement,
  draft,
  encodeStatement,
  expectType,
  hashOf,
  type KeyOf,
  type Proof,
  parsePayload,
  payloadHash,
  type Signature,
  type Statement,
  type StatementsWire,
  type StatementWire,
  signedBytes,
  signersOf,
  signStatement,
  statementFromWire,
  statementsFromWire,
  statementsToWire,
  statementToWire,
  statementWireSchema,
  verifyStatement,
} from './statement.ts';
export * from './statements.ts';
export { type AeadKey, type Algorithm, type Suite, suite, suites } from './suite.ts';
export { isWitnessUrl, witnessPolicy } from './witnesses.ts';
