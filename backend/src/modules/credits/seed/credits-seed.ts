import { z } from 'zod'

/*
 * What a set-up for development or a demonstration begins with. "{year}" and "{nextYear}" stand in texts for years in
 * UTC. Amounts are decimal, as the class shows them.
 */

const code = z.string().regex(/^[a-z][a-z0-9-]{1,38}$/)
const amount = z.string().regex(/^-?\d+([.]\d+)?$/, { error: 'is no decimal number, in quotes' })
const email = z.email()
const text = z.string().min(1)

const classSeed = z.strictObject({
  code,
  displayName: text,
  unit: text,
  decimals: z.int().min(0).max(6),
  /** Years from now that it is good in: 0 is this one. */
  yearsAhead: z.int().min(0).max(1),
  description: z.string(),
})

const priceSeed = z.strictObject({
  service: text,
  creditClass: code,
  perJob: amount,
  perTaskSecond: amount,
  perOutputGb: amount,
  freePerMonth: amount,
  /** Who sets it. */
  by: email,
})

const bookingSeed = z.strictObject({
  /** Tells it from all others, for good. */
  key: text,
  kind: z.enum(['ISSUANCE', 'AWARD', 'REDUCTION', 'ADJUSTMENT']),
  displayName: text,
  reason: text,
  creator: email,
  /** Without one it waits for its approval. */
  approver: email.optional(),
  rows: z
    .array(
      z.strictObject({ organization: text, creditClass: code, amount, reference: z.string().default('') }),
    )
    .min(1),
})

const stepSeed = z.strictObject({
  action: z.enum([
    'accept',
    'refuse',
    'rescind',
    'recommend approval',
    'recommend rejection',
    'approve',
    'decline',
  ]),
  by: email,
  reason: z.string().default(''),
})

const transferSeed = z.strictObject({
  key: text,
  proposer: email,
  /** Slugs. */
  organization: text,
  partner: text,
  direction: z.enum(['SELL', 'BUY']),
  creditClass: code,
  amount,
  /** Of one credit. */
  price: amount,
  currency: z.string().length(3),
  category: z.enum(['SALE', 'AFFILIATED', 'EXCHANGE', 'GIFT']),
  /** YYYY-MM-DD; at once when it is approved, by default. */
  effectiveDate: z.string().default(''),
  comment: z.string().default(''),
  steps: z.array(stepSeed).default([]),
})

const creditsSeed = z.strictObject({
  classes: z.array(classSeed),
  prices: z.array(priceSeed),
  bookings: z.array(bookingSeed),
  transfers: z.array(transferSeed),
})

export type CreditsSeed = z.output<typeof creditsSeed>
export type TransferSeed = CreditsSeed['transfers'][number]
export type BookingSeed = CreditsSeed['bookings'][number]

/**
 * @param json the "credits" of a seed; undefined when it has none
 * @throws Error that names each wrong entry
 */
export function readCreditsSeed(json: unknown, now: Date): CreditsSeed | undefined {
  if (json === undefined) return undefined
  const year = now.getUTCFullYear()
  const result = creditsSeed.safeParse(withYears(json, year))
  if (result.success) return result.data
  throw new Error(`the credits of the seed are not valid:\n${z.prettifyError(result.error)}`)
}

function withYears(json: unknown, year: number): unknown {
  const filled = JSON.stringify(json)
    .replaceAll('{year}', String(year))
    .replaceAll('{nextYear}', String(year + 1))
  return JSON.parse(filled)
}
