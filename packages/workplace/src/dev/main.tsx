/** Starts the app on invented people: `dev.html?scene=stale&patients=2000`. Not an input of the production build. */

import { instant } from '@ketenkluis/base';
import { createRoot } from 'react-dom/client';
import { App } from '../app.tsx';
import { startLanguage } from '../i18n/index.ts';
import { DEV_ROLES, devWorld, type Scene } from './world.ts';

const asked = new URLSearchParams(location.search);
const number = (name: string) => (asked.has(name) ? { [name]: Number(asked.get(name)) } : {});
const fixed = asked.get('now');

const world = devWorld({
  scene: (asked.get('scene') ?? 'usual') as Scene,
  role: DEV_ROLES.find((role) => role === asked.get('role')) ?? 'nurse',
  signedIn: asked.get('in') !== 'no',
  ...number('patients'),
  ...(fixed === null ? {} : { now: instant(Date.parse(fixed)) }),
});
Object.assign(window, { devWorld: world });
await startLanguage();
createRoot(document.getElementById('root')!).render(<App world={world} {...number('idle')} />);
