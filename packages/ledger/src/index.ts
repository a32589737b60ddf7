export {
  type Appender,
  type AppenderOptions,
  type Committed,
  createAppender,
  isCommitted,
  type Operation,
  type Prepared,
  type Sequenced,
} from './appender.ts';
export { bringBuffer, type TextBuffer } from './buffer.ts';
export {
  CHAIN_START,
  type ChainFault,
  type ChainHead,
  type ChainResult,
  type Chains,
  checkChain,
} from './chain.ts';
export { cosignedMessage, timestamped } from './cosignature.ts';
export {
  CLASSES,
  type Entry,
  type EntryCommon,
  type EntryItem,
  EVENTS,
  type EventCode,
  ITEM_KINDS,
  MAX_ITEMS,
  OUTCOMES,
  parseEntry,
  partBytes,
  REASONS,
  type Reason,
} from './entry.ts';
export { ledgerError } from './errors.ts';
export {
  type DecodedEntry,
  type DraftItem,
  decodeEntry,
  type EntryDraft,
  type EntryParts,
  type EntrySalts,
  encodeEntry,
  itemHash,
  leafOf,
  openCommon,
  openItem,
  parseLeaf,
  type SealedEntry,
  type ShownPart,
  sealEntry,
  verifyCommon,
  verifyItem,
} from './leaf.ts';
export { type Annex, annexSchema, decodeAnnex, encodeAnnex, GROUNDS, NEN_7513, type NenField } from './nen7513.ts';
export {
  type Checkpoint,
  type CosignatureType,
  checkpointText,
  cosignedBy,
  formatNote,
  formatVkey,
  keyId,
  type Note,
  type NoteKey,
  type NoteSignature,
  openCheckpoint,
  parseCheckpointText,
  parseNote,
  parseVkey,
  readCheckpoint,
  signCheckpoint,
  signNote,
  type Trust,
  verifyNote,
} from './note.ts';
export { type BadConfig, pinnedLogs, readPinned } from './pinned.ts';
export { type Advance, compareCheckpoints, formatProof, parseProof, type TlogProof, verifyProof } from './proof.ts';
export { type ErasedShard, ErasureCheck, erasableFrom, KEPT_YEARS, shardHash, shardYear } from './retention.ts';
export type { LedgerStore, LogId, LogState, LogWrite, StoredEntry } from './store.ts';
export {
  consistencyFromTiles,
  decodeBundle,
  encodeBundle,
  type Integrated,
  inclusionFromTiles,
  integrate,
  type KnownNodes,
  parseTilePath,
  type ReadTile,
  rootFromTiles,
  TILE_WIDTH,
  type Tile,
  tilePath,
  tileWidth,
} from './tiles.ts';
export {
  bringSha256,
  type ConsistencyClaim,
  consistencyProof,
  emptyRoot,
  HASH_BYTES,
  type InclusionClaim,
  inclusionProof,
  leafHash,
  type MemoryTree,
  memoryTree,
  merkleRoot,
  nodeHash,
  sha256,
  verifyConsistency,
  verifyInclusion,
} from './tree.ts';
export {
  type Fault,
  type FaultKind,
  folderOf,
  type LedgerFolder,
  type LedgerSource,
  type Verdict,
  verifyLedger,
} from './verify.ts';
export {
  type Confirmed,
  confirmedBy,
  type KnownLine,
  type ShownNote,
  type Standing,
  standingOf,
  type WitnessPolicy,
  type WitnessSaid,
  type WitnessWord,
} from './witnessed.ts';
