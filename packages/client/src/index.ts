/** What a key holder does, in browser or Node: sign in, look, verify, write, prove. */

export { type Access, accessOf, type Seer } from './access.ts';
export { type Approval, readInvitation } from './admission.ts';
export { ALARMS, type Alarm, alarmOf, clocksDiffer } from './alarms.ts';
export { type About, readAnnex, SAID, type Saying } from './annex.ts';
export {
  ASSUMPTION_LIFE,
  assumptionsOf,
  endAssumption,
  proposeAssumption,
} from './assumptions.ts';
export { type Audit, type AuditLine, audit } from './audit.ts';
export { change } from './change.ts';
export { consentTo, liftRestriction, type Restriction, restrict, restrictionsOf } from './consent.ts';
export {
  type DirectoryContent,
  deliveryNumbers,
  directoryContent,
  type EvidenceContent,
  evidenceContent,
  type InboxContent,
  inboxContent,
  type KeptContent,
  type LegendContent,
  legendContent,
  type OverviewContent,
  overviewContent,
  type ReceiptContent,
  type ReferralContent,
  readContent,
  receiptContent,
  referralContent,
  type ScopeContent,
  scopeContent,
  type WeekContent,
  type WorklistContent,
  worklistContent,
} from './contents.ts';
export { type ControlTerms, controlsOf, proposeControl } from './control.ts';
export { countedMeans, type HeldDesk, heldDesk } from './demand.ts';
export { type Asked, demanded, proposeDemand } from './demand-proposal.ts';
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
export { type Confirmation, isOfPartner, provedActor } from './dossier-state.ts';
export { closeReview, openEmergency, openReviews, type Told, tellPatient } from './emergency.ts';
export { endReferral, takeOverMessage, withdrawConsent } from './ending.ts';
export { ErasedLines } from './erased.ts';
export { type ClientErrorCode, clientError } from './errors.ts';
export { type Followed, followDossier } from './follow.ts';
export { Frontier } from './frontier.ts';
export { http } from './http.ts';
export { endKept, type KeptMessage, keptMessages, markSent } from './kept.ts';
export {
  agreeRenewal,
  endMembership,
  freshSince,
  type Renewal,
  type RewrapProgress,
  rewrap,
  waitingRenewals,
} from './leaving.ts';
export { agreeToLift, mayAskToLift, proposeLift } from './lifting.ts';
export { type LinkedPractice, linkedPractices, linkPractice, unlinkPractice, withLinked } from './linked.ts';
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
export {
  acceptReferral,
  declineReferral,
  dossierOf,
  report,
  type SentMessage,
} from './messages.ts';
export { type Named, namesOf, type Profile, profilesOf } from './names.ts';
export { declare, type NoteContent, takeOver, writeNote } from './notes.ts';
export { type OwnDossier, openOwn, ownDossiersOf, ownLog } from './own.ts';
export {
  groundsOf,
  type Opener,
  type OpenerGround,
  type Openers,
  openersOf,
  type Reader,
  type ToldGround,
} from './own-access.ts';
export { type Desk, endOwn, inviteOwn, ownersOf } from './own-admission.ts';
export { type ConsentChange, type ConsentDeed, consentChanges } from './own-changes.ts';
export { type Eid, eidOf } from './own-eid.ts';
export { agreeTo, liftOwn, mayLift, ownAccess, refuse, takeBack } from './own-said.ts';
export { openWhole, type WholeOwn } from './own-whole.ts';
export { type Ground, isOwnReading, type OwnWords, sentenceOf, type ToldLine, toldLines } from './own-words.ts';
export {
  type CardTeam,
  type PartnerCard,
  partnerCard,
  partnerFingerprint,
  placeOf,
  readPartnerCard,
} from './partner-card.ts';
export { readPartnerDirectory } from './partner-keys.ts';
export { proposePartner } from './partner-proposal.ts';
export {
  couplePartners,
  endPartner,
  type Partner,
  type PartnerProfile,
  partnersOf,
  showPartnerKeys,
} from './partners.ts';
export { checkPassphrase, type PassphraseFault, passphraseFault } from './passphrase.ts';
export { type PastReferral, pastReferralsOf } from './past.ts';
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
export { endPool, extendPool } from './pool.ts';
export {
  type ClientStorage,
  type Fetch,
  memoryStorage,
  type PasskeyPort,
  type PasskeyResult,
  type Ports,
} from './ports.ts';
export {
  admit,
  admitOwn,
  agree,
  type Broken,
  disagree,
  settleOutward,
  type Waiting,
  type WaitingColleague,
  type WaitingDemand,
  type WaitingLift,
  type WaitingOwn,
  type WaitingPartner,
  type WaitingPlace,
  type WaitingWitnesses,
  waitingProposals,
} from './proposals.ts';
export { raiseBySheets, recordRecovery, recoverTeamKey } from './recovery.ts';
export { type NewReferral, refer } from './referral.ts';
export {
  factIds,
  type Referral,
  type ReferralMessage,
  type ReferralState,
  referralCounts,
  referralsOf,
} from './referrals.ts';
export { checkOwnLine, type DeniedItem, type Look, type OpenedItem, openRelease } from './release.ts';
export { renew } from './renewing.ts';
export { type Ask, type AskedItem, signedMessage, signRequest, type Who } from './request.ts';
export { type Me, Session, type SessionStart } from './session.ts';
export type { Recipient } from './sharing.ts';
export {
  type BegunSignOn,
  cameBack,
  type DeskDoor,
  type DeskPlace,
  deskDoor,
  deskPlace,
  loopbackAddress,
  SIGN_ON_LIFE,
  type SignOnMeans,
} from './sign-on.ts';
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
export { revisit, visit } from './visit.ts';
export { vouch } from './vouch.ts';
export { type Place, type Wire, wire } from './wire.ts';
export {
  type LogStanding,
  logStanding,
  type NamedWitnesses,
  proposeWitnesses,
  WITNESS_LAG,
} from './witnesses.ts';
