export { type JsonTerms, jsonOfTerms, termsOfJson } from './charge-json.ts'
export { type ClassFacts, KnownClasses } from './class-facts.ts'
export { holdForJob, type JobHold, type JobToPay } from './hold-for-job.ts'
export {
  type HeldRequest,
  ImmediateCharges,
  type RequestToPay,
  releaseAbandoned,
} from './immediate-charges.ts'
export { creditsTooFew } from './insufficient-credits.ts'
export { type Outlook, outlookOf } from './look-at-job.ts'
export { hasPrice, isPriced, type Payer, payersOf } from './payer-store.ts'
export type { Charge, ChargeTerms, Quote, Use } from './price.ts'
export { priceOf, type QuotedPrice } from './price-of.ts'
export { type PricingHandlerDependencies, pricingHandler } from './pricing-handler.ts'
export { PricingService } from './pricing-service.ts'
export { type EndedJob, type SettledJob, settleJobs } from './settle-jobs.ts'
export { isSameShortage, type Shortage, shortageText } from './shortage.ts'
export {
  creditsChannel,
  setWaiting,
  waitForCredits,
} from './waiting-for-credits.ts'
