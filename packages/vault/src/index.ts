export { NEWEST_FILE } from './behind.ts';
export { vaultError } from './errors.ts';
export { type Fault, type FaultCode, type FsckReport, fsck } from './fsck.ts';
export { createVault, type Listening, type RunningVault, startVault, type VaultOptions } from './start.ts';
