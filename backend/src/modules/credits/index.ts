export {
  type Charge,
  type ClassFacts,
  creditsChannel,
  creditsTooFew,
  type HeldRequest,
  hasPrice,
  holdForJob,
  ImmediateCharges,
  isPriced,
  isSameShortage,
  type JobHold,
  type JsonTerms,
  jsonOfTerms,
  KnownClasses,
  outlookOf,
  type Payer,
  payersOf,
  priceOf,
  type QuotedPrice,
  releaseAbandoned,
  type Shortage,
  settleJobs,
  setWaiting,
  shortageText,
  termsOfJson,
  type Use,
  waitForCredits,
} from './billing/index.ts'
export {
  type CreditsModule,
  type CreditsModuleOptions,
  createCreditsModule,
} from './create-credits-module.ts'
export { type CreditsWorkerOptions, createCreditsWorker } from './create-credits-worker.ts'
export { LEDGER_USAGE, runLedgerCommand } from './sealing/index.ts'
export { readCreditsSeed, seedCredits } from './seed/index.ts'
