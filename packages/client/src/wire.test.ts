import { instant, systemRandom } from '@ketenkluis/base';
import { describe, expect, it } from 'vitest';
import { http, memoryStorage, type Place, wire } from './index.ts';

const fetch = () => Promise.reject(new Error('nothing is asked'));
const ports = { fetch, clock: () => instant(0), random: systemRandom, storage: memoryStorage() };
const place = (origin: string, url?: string): Place => ({
  origin,
  ...(url === undefined ? {} : { url }),
  pins: {} as Place['pins'],
});

describe('where a vault may be', () => {
  it.each([
    'https://kluis.example.nl',
    'https://kluis.example.nl:8443',
    'http://localhost:8443',
    'http://praktijk.localhost:8443',
    'http://127.0.0.1:1',
    'http://[::1]:8443',
  ])('%s', (origin) => {
    expect(() => wire(place(origin), ports)).not.toThrow();
    expect(() => http(origin, fetch)).not.toThrow();
  });

  it.each([
    'http://kluis.example.nl',
    'http://localhost.example.nl',
    'http://127.0.0.1.example.nl',
    'http://192.168.1.10:8443',
    'http://[::2]',
    'ws://localhost',
    'https://kluis.example.nl/pad',
    'https://naam@kluis.example.nl',
    'kluis',
    '',
  ])('not %s, as origin or as address', (origin) => {
    const insecure = expect.objectContaining({ code: 'client/insecure-origin' });
    expect(() => wire(place(origin), ports)).toThrow(insecure);
    expect(() => wire(place('https://kluis.example.nl', origin), ports)).toThrow(insecure);
    expect(() => http(origin, fetch)).toThrow(insecure);
  });
});
