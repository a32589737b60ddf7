export { clientError, type ClientErrorCode } from './errors.ts';
export { type ClientStorage, type Fetch, memoryStorage, type PasskeyPort, type PasskeyResult, type Ports } from './ports.ts';
