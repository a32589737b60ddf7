import { errorFactory } from '@ketenkluis/base';

export const careError = errorFactory('care', ['bad-programme', 'bad-worklist', 'bad-record']);
