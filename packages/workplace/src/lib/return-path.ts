/** The page of the workplace to which providers send people back (docs/identity.md, "Settings"): an address without a fragment. */
const RETURN_PATH = '/aangemeld';

/** The whole address where it is that page's; taken out of the address bar and the history, before anything is fetched or fails. */
export function takeAddress(
  from: Pick<Location, 'href' | 'pathname'>,
  of: Pick<History, 'replaceState'>,
): string | null {
  if (from.pathname !== RETURN_PATH) return null;
  const address = from.href;
  of.replaceState(null, '', RETURN_PATH);
  return address;
}
