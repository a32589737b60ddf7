import { expect, it } from 'vitest';
import { takeAddress } from './return-path.ts';

it('code and state leave the address and the history of the page that they came to, and of no other', () => {
  const put: unknown[] = [];
  const history = { replaceState: (...of: unknown[]) => void put.push(of) };
  const at = (href: string) => takeAddress({ href, pathname: new URL(href).pathname }, history);
  expect(at('https://kluis.example/werklijst?code=c&state=s')).toBeNull();
  expect(put).toEqual([]);
  expect(at('https://kluis.example/aangemeld?code=c&state=s')).toBe('https://kluis.example/aangemeld?code=c&state=s');
  expect(put).toEqual([[null, '', '/aangemeld']]);
});
