export {
  announceCredits,
  type Charge,
  type ClassFacts,
  creditsChannel,
  creditsTooFew,
  type HeldRequest,
  hasPrice,
  holdForJob,
  ImmediateCharges,
  type JobHold,
  type JsonTerms,
  jsonOfTerms,
  KnownClasses,
  priceOf,
  type QuotedPrice,
  releaseAbandoned,
  settleJobs,
  setWaiting,
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
