import { errorFactory } from '@ketenkluis/base';

export const careError = errorFactory('care', ['bad-programme', 'unknown-programme', 'unknown-role', 'unknown-step']);
