export { type CreditsSeed, readCreditsSeed } from './credits-seed.ts'
export { type CreditsSeedOptions, seedCredits } from './seed-credits.ts'
