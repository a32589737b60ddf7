/** The workplace as it is served: the real adapter, this origin, and nothing else. */

import { loadPolicy } from '@ketenkluis/access/web';
import { createRoot } from 'react-dom/client';
import { createWorkplace } from './adapter/index.ts';
import { App } from './app.tsx';
import { startLanguage } from './i18n/index.ts';
import { takeAddress } from './lib/return-path.ts';

const back = takeAddress(location, history);
const world = createWorkplace({
  origin: location.origin,
  fetch: (url, init) => fetch(url, { ...init, credentials: 'omit', cache: 'no-store', redirect: 'error' }),
});
await startLanguage();
const root = createRoot(document.getElementById('root')!);
if (back !== null) {
  const { Returned } = await import('./screens/returned.tsx');
  root.render(<Returned address={back} />);
} else root.render(<App world={world} />);
// Large, and needed at the first list: it comes while somebody reads the door. A failure shows when it is needed.
setTimeout(() => void loadPolicy().catch(() => undefined), 50);
