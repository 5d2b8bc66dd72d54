import type { Database } from '../sql.ts'
import { type Booked, book } from './booking.ts'
import type { NewTransaction, PostOutcome, Refusal } from './transaction.ts'
import { transactionsById } from './transaction-reader.ts'

export interface PostOptions {
  /** Tells what would be, now and without changing anything. */
  readonly dryRun?: boolean
}

/** Books transactions, each on its own: what is refused does not touch the others. */
export function post(
  database: Database,
  transactions: readonly NewTransaction[],
  options: PostOptions = {},
): Promise<PostOutcome[]> {
  return postBatch(database, transactions, false, options)
}

/** Books all of at most 10,000 transactions, or none: those that alone would pass are refused as OTHERS_REFUSED. */
export function postAll(
  database: Database,
  transactions: readonly NewTransaction[],
  options: PostOptions = {},
): Promise<PostOutcome[]> {
  return postBatch(database, transactions, true, options)
}

async function postBatch(
  database: Database,
  transactions: readonly NewTransaction[],
  allOrNone: boolean,
  { dryRun = false }: PostOptions,
): Promise<PostOutcome[]> {
  for (const { postings } of transactions) {
    if (postings.some(({ account }) => account.kind === 'HELD')) {
      throw new TypeError('held credits are moved by hold and settleHolds alone')
    }
  }
  checkDistinct(transactions)
  const booked = await book(
    database,
    transactions.map((transaction) => ({ transaction })),
    { allOrNone, dryRun },
  )
  return outcomesOf(database, booked)
}

/** Reads what was booked before. */
async function outcomesOf(database: Database, booked: readonly Booked[]): Promise<PostOutcome[]> {
  const repeated = booked.flatMap((outcome) => (outcome.kind === 'repeated' ? [outcome.transactionId] : []))
  const earlier = repeated.length === 0 ? undefined : await transactionsById(database, repeated)
  return booked.map((outcome) => {
    switch (outcome.kind) {
      case 'posted':
        return outcome
      case 'refused':
        return outcome satisfies Refusal
      case 'repeated': {
        const transaction = earlier?.get(outcome.transactionId)
        if (transaction === undefined) throw new Error(`${outcome.transactionId} is booked, and is not there`)
        return { kind: 'repeated', transaction }
      }
      default:
        throw new Error('a hold came with what opens none')
    }
  })
}

function checkDistinct(transactions: readonly NewTransaction[]): void {
  for (const key of ['id', 'requestId', 'reverses'] as const) {
    const values = transactions.flatMap((transaction) => transaction[key] ?? [])
    if (new Set(values).size < values.length)
      throw new TypeError(`no two of the transactions have the same ${key}`)
  }
}
