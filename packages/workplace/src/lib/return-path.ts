/** The page of the workplace to which providers send people back (docs/identity.md, "Settings"): an address without a fragment. */
export const RETURN_PATH = '/aangemeld';
