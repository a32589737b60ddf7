import { describe, expect, it } from 'vitest';
import * as holder from './holder.ts';
import * as parse from './index.ts';
import * as open from './open.ts';

describe('doors', () => {
  it('R8: the doors that a server goes through lead to nothing that opens or seals content', () => {
    const content = [
      'openPack',
      'sealPack',
      'resealPack',
      'openSealed',
      'openEpoch',
      'openWithPrf',
      'openWithPassphrase',
      'combineKey',
    ];
    for (const name of content) {
      expect(open).toHaveProperty(name);
      expect(parse).not.toHaveProperty(name);
      expect(holder).not.toHaveProperty(name);
    }
    expect(parse).not.toHaveProperty('openBundle');
    expect(Object.keys(holder).sort()).toEqual(['bringAead', 'nodeAead', 'openBundle']);
    expect(parse).not.toHaveProperty('addSuite');
  });
});
