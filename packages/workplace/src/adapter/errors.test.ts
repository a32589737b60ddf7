import { clientError } from '@ketenkluis/client';
import { sealError } from '@ketenkluis/seal';
import { describe, expect, it } from 'vitest';
import { workplaceError } from '../errors.ts';
import { understood } from './errors.ts';

const code = (error: unknown) => (understood(error) as { code?: string }).code;

describe('what the floors below report', () => {
  it('never shows anything when a proof does not hold', () => {
    for (const below of ['fork', 'log-changed', 'not-included', 'not-signed', 'rolled-back', 'wrong-entry'] as const) {
      expect(code(clientError(below, 'x'))).toBe('workplace/not-proved');
    }
    expect(code(sealError('cannot-open', 'x'))).toBe('workplace/not-proved');
  });

  it('keeps the reason of a refusal, and says nothing more than the vault', () => {
    const denied = understood(clientError('denied', 'x', { detail: { reason: 'no-step' } }));
    expect(workplaceError.is(denied, 'denied')).toBe(true);
    expect((denied as unknown as { detail: { reason: string } }).detail.reason).toBe('no-step');
    expect(code(clientError('refused', 'x', { detail: { status: 404, problem: 'vault/refused' } }))).toBe(
      'workplace/denied',
    );
  });

  it('R24: locks on silence and after the hour', () => {
    expect(code(clientError('session-idle', 'x'))).toBe('workplace/locked');
    expect(code(clientError('session-ended', 'x'))).toBe('workplace/locked');
  });

  it('takes anything unknown as a failure', () => {
    expect(code(new TypeError('x'))).toBe('workplace/failed');
    expect(code('x')).toBe('workplace/failed');
    expect(code(clientError('refused', 'x', { detail: { problem: 'vault/something-new' } }))).toBe('workplace/failed');
  });
});
