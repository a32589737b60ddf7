import type { AuthenticationResponseJSON } from '@simplewebauthn/browser';
import { describe, expect, it } from 'vitest';
import { withoutPrf } from './passkey.ts';

const answer = (results: unknown): AuthenticationResponseJSON => ({
  id: 'aaaa',
  rawId: 'aaaa',
  type: 'public-key',
  response: { clientDataJSON: '', authenticatorData: '', signature: '' },
  clientExtensionResults: {
    prf: { results },
    credProps: { rk: true },
  } as AuthenticationResponseJSON['clientExtensionResults'],
});

describe('R8: the PRF output never goes to the vault', () => {
  const secret = new Uint8Array(32).fill(7);

  it('is taken out of what is sent', () => {
    const { credential, prf } = withoutPrf(answer({ first: secret.buffer }));
    expect(prf).toEqual(secret);
    expect(credential.clientExtensionResults).toEqual({ credProps: { rk: true } });
    expect(JSON.stringify(credential)).not.toContain('prf');
  });

  it('is null when there is none, or when it is of another length', () => {
    expect(withoutPrf(answer(undefined)).prf).toBeNull();
    expect(withoutPrf(answer({ first: new Uint8Array(16).buffer })).prf).toBeNull();
  });
});
