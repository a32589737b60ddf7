/** Four words, or sixteen characters: Argon2id and the device key carry the rest. */
export const longEnough = (passphrase: string): boolean =>
  passphrase.length >= 16 || passphrase.split(/\s+/).filter((word) => word.length >= 3).length >= 4;
