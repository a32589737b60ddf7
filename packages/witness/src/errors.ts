import { errorFactory } from '@ketenkluis/base';

/** The closed union of what can go wrong in this package. */
export const witnessError = errorFactory('witness', ['bad-config', 'bad-keys', 'not-empty']);
