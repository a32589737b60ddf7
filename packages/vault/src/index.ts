export { vaultError } from './errors.ts';
export { createVault, type Listening, type RunningVault, startVault, type VaultOptions } from './start.ts';
