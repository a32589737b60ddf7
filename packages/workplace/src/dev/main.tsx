/** Starts the app on invented people: `dev.html?scene=stale&patients=2000`. Not an input of the production build. */

import { instant } from '@ketenkluis/base';
import { notifications } from '@mantine/notifications';
import { createRoot, type Root } from 'react-dom/client';
import { App } from '../app.tsx';
import { language, speak, startLanguage } from '../i18n/index.ts';
import { takeAddress } from '../lib/return-path.ts';
import { DEV_ROLES, devWorld, type Scene } from './world.ts';

let root: Root | undefined;

/** The app on the practice that the address asks for. */
async function begin(): Promise<void> {
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
  root = createRoot(document.getElementById('root')!);
  root.render(<App world={world} {...number('idle')} />);
}

const title = document.title;

/** Another practice in the page that is there: all of the app goes, only its code stays. */
async function anew(address: string): Promise<void> {
  root?.unmount();
  notifications.clean();
  if (language() !== 'nl') await speak('nl');
  localStorage.clear();
  sessionStorage.clear();
  document.title = title;
  // The router before laid its own over them.
  Reflect.deleteProperty(history, 'pushState');
  Reflect.deleteProperty(history, 'replaceState');
  history.replaceState(null, '', address);
  window.scrollTo(0, 0);
  await begin();
}

Object.assign(window, { devAnew: anew });
await startLanguage();
const back = takeAddress(location, history);
if (back === null) await begin();
else {
  const { Returned } = await import('../screens/returned.tsx');
  createRoot(document.getElementById('root')!).render(<Returned address={back} />);
}
