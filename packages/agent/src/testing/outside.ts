/** What stands outside a practice, as stubs on this machine: Mitz, and a sign-on server that can speak as Dezi. For tests and attacks. */

export { type BentToken, type TestIssuer, testIssuer } from './issuer.ts';
export { answerXml, type Bend, type MitzStub, mitzStub, podiatrist } from './mitz.ts';
export { testAuthority } from './tls.ts';
