/** What a key holder does, in browser or Node: sign in, look, verify, write, prove. */

export { type Approval, readInvitation } from './admission.ts';
export { type About, readAnnex } from './annex.ts';
export { type Audit, type AuditLine, audit } from './audit.ts';
export { change } from './change.ts';
export {
  type DirectoryContent,
  deliveryNumbers,
  directoryContent,
  type ReceiptContent,
  readContent,
  receiptContent,
  type ScopeContent,
  scopeContent,
  type WorklistContent,
  worklistContent,
} from './contents.ts';
export {
  forgetDevice,
  keepDevice,
  keptDevices,
  labelDevice,
  openKeyring,
  type Proof,
  prfSalt,
  type StoredDevice,
  signIn,
  takeDeviceLink,
  touch,
} from './door.ts';
export { type Confirmation, provedActor } from './dossier-state.ts';
export { closeReview, openEmergency, openReviews } from './emergency.ts';
export { type ClientErrorCode, clientError } from './errors.ts';
export { http } from './http.ts';
export { type LogKey, type LogView, openLog, type ProvedLine, provedLine, type SeenCheckpoint } from './log.ts';
export {
  listHandles,
  type OpenedDossier,
  type OpenedList,
  type OpenedPart,
  openDossier,
  openList,
  release,
  type Slot,
} from './look.ts';
export { type Named, namesOf } from './names.ts';
export { declare, type NoteContent, takeOver, writeNote } from './notes.ts';
export { checkPassphrase, type PassphraseFault, passphraseFault } from './passphrase.ts';
export { type DirectoryAnswer, directorySeen, readDirectory } from './people.ts';
export {
  type DeviceLink,
  encodeDeviceLink,
  encodePracticeLink,
  type Pins,
  parseDeviceLink,
  parsePracticeLink,
  pins,
} from './pins.ts';
export {
  type ClientStorage,
  type Fetch,
  memoryStorage,
  type PasskeyPort,
  type PasskeyResult,
  type Ports,
} from './ports.ts';
export { admit, agree, type Broken, disagree, renew, type Waiting, waitingProposals } from './proposals.ts';
export { recordRecovery, recoverTeamKey } from './recovery.ts';
export { checkOwnLine, type DeniedItem, type Look, type OpenedItem, openRelease } from './release.ts';
export { type Ask, type AskedItem, signedMessage, signRequest, type Who } from './request.ts';
export { type Me, Session, type SessionStart } from './session.ts';
export {
  activate,
  type Called,
  callPatient,
  callsForMe,
  endPlace,
  openCalled,
  substitutesToCall,
} from './substitutes.ts';
export { endOwnUnlocker, endUnlocker, putKeyring, waysIn } from './unlockers.ts';
export { type Place, type Wire, wire } from './wire.ts';
