import { errorFactory } from '@ketenkluis/base';

/** What can go wrong besides a no. */
export const accessError = errorFactory('access', ['bad-policy']);
