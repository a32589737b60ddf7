import { errorFactory } from '@ketenkluis/base';

/** The closed union of what can go wrong in the agent. No message holds anything about a patient. */
export const agentError = errorFactory('agent', [
  'already-initialised',
  'bad-identity',
  'bad-mirror',
  'bad-mitz',
  'bad-post',
  'bad-register',
  'busy',
  'identity-refused',
  'key-missing',
  'no-source',
  'not-initialised',
  'not-an-owner',
  'not-a-candidate',
  'not-sent',
  'unconfirmed',
  'vault-behind',
  'vault-forked',
  'vault-refused',
  'widened',
]);
