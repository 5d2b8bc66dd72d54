import type { DataSource, EntityManager } from 'typeorm'
import { accountId } from '../ledger/index.ts'
import { type Database, rows } from '../sql.ts'
import { FIRST_HASH, type SealedPosting, type SealedTransaction, sealHash } from './seal-content.ts'

export interface SealPosition {
  /** From 1. */
  readonly number: bigint
  /** Lower-case hexadecimal. */
  readonly hash: string
}

export interface VerifyOptions {
  /** A seal that was noted elsewhere: it must be there still. */
  readonly expect?: SealPosition
  readonly signal?: AbortSignal
}

export type Verification = Readonly<{
  /** Transactions that were looked at. */
  verifiedCount: bigint
  /** The last seal; undefined when nothing is sealed. */
  head: SealPosition | undefined
}> &
  (
    | { readonly outcome: 'INTACT' }
    | {
        readonly outcome: 'BROKEN'
        /** The first one; undefined when what is wrong belongs to none. */
        readonly transactionId: string | undefined
        /** For people. */
        readonly message: string
      }
  )

/** Read at a time, with their postings. */
const BATCH = 1_000

/**
 * Reads the whole ledger in one snapshot, in pieces, and recomputes it: the chain of seals from the rows themselves,
 * every transaction's sum, every account's sequence and balances, and what is held. Trusts nothing of the database but
 * its rows: the encoding is this program's own.
 *
 * It finds the first transaction, in the order of seals, whose rows are not those that were sealed. What was taken off
 * the end of the chain, and everything made to fit, is found by a seal that was noted elsewhere (`expect`).
 */
export async function verify(dataSource: DataSource, options: VerifyOptions = {}): Promise<Verification> {
  return dataSource.transaction('REPEATABLE READ', async (manager) => {
    await manager.query('set transaction read only')
    // Accounts may have millions of postings.
    await manager.query('set local statement_timeout = 0')
    return verifyWithin(manager, options)
  })
}

/** The same within a transaction of the caller's, which has one snapshot. */
export function verifyWithin(manager: EntityManager, options: VerifyOptions = {}): Promise<Verification> {
  return new Verifier(manager, options).run()
}

interface Finding {
  readonly transactionId: string | undefined
  readonly message: string
}

interface SealRow {
  number: string
  transaction_id: string
  hash: Buffer
}

const transactionColumns = `id, kind, class_id, (extract(epoch from time) * 1000000)::bigint as time, description,
  reference_kind, reference_id, actor_id, request_id, encode(request_hash, 'hex') as request_hash,
  metadata::text as metadata, reverses`

const postingColumns = `transaction_id, account_id, account_kind, organization_id, class_id, sequence, amount,
  balance_after, (extract(epoch from time) * 1000000)::bigint as time`

class Verifier {
  readonly #database: EntityManager
  readonly #options: VerifyOptions
  #verified = 0n
  #number = 0n
  #hash: Buffer = FIRST_HASH

  constructor(database: EntityManager, options: VerifyOptions) {
    this.#database = database
    this.#options = options
  }

  async run(): Promise<Verification> {
    const finding =
      (await this.#chain()) ??
      this.#expected() ??
      (await this.#unsealed()) ??
      (await firstOf(this.#database, checks, this.#options.signal))
    const head = this.#number === 0n ? undefined : { number: this.#number, hash: this.#hash.toString('hex') }
    const told = { verifiedCount: this.#verified, head }
    return finding === undefined ? { ...told, outcome: 'INTACT' } : { ...told, outcome: 'BROKEN', ...finding }
  }

  async #chain(): Promise<Finding | undefined> {
    for (;;) {
      this.#options.signal?.throwIfAborted()
      const seals = await rows<SealRow>(
        this.#database,
        `select number, transaction_id, hash from credit_seals where number > $1 order by number limit $2`,
        [String(this.#number), BATCH],
      )
      if (seals.length === 0) return undefined
      const { transactions, postings } = await read(
        this.#database,
        seals.map((seal) => seal.transaction_id),
      )
      for (const seal of seals) {
        const finding = this.#seal(
          seal,
          transactions.get(seal.transaction_id),
          postings.get(seal.transaction_id) ?? [],
        )
        if (finding !== undefined) return finding
      }
    }
  }

  #seal(
    seal: SealRow,
    transaction: SealedTransaction | undefined,
    postings: readonly SealedPosting[],
  ): Finding | undefined {
    const transactionId = seal.transaction_id
    const number = this.#number + 1n
    if (BigInt(seal.number) !== number) {
      return {
        transactionId,
        message: `seal ${number} is missing: seal ${seal.number} follows ${this.#number}`,
      }
    }
    if (transaction === undefined) {
      return { transactionId, message: `the transaction of seal ${number} is not there` }
    }
    const hash = sealHash(this.#hash, transaction, postings)
    if (!hash.equals(seal.hash)) {
      return { transactionId, message: `the transaction or its postings are not what seal ${number} sealed` }
    }
    this.#number = number
    this.#hash = hash
    this.#verified++
    const { expect } = this.#options
    if (expect?.number === number && expect.hash !== hash.toString('hex')) {
      return {
        transactionId,
        message: `seal ${number} is ${hash.toString('hex')}, and was expected to be ${expect.hash}`,
      }
    }
    return problemOf(transaction, postings)
  }

  #expected(): Finding | undefined {
    const { expect } = this.#options
    if (expect === undefined || expect.number <= this.#number) return undefined
    return {
      transactionId: undefined,
      message: `seal ${expect.number} was expected, and the chain ends with ${this.#number}`,
    }
  }

  /** What is booked and waits for its seal. */
  async #unsealed(): Promise<Finding | undefined> {
    let after = ['-infinity', '00000000-0000-0000-0000-000000000000']
    for (;;) {
      this.#options.signal?.throwIfAborted()
      const waiting = await rows<{ time: string; transaction_id: string }>(
        this.#database,
        `select time::text, transaction_id from credit_unsealed
         where (time, transaction_id) > ($1::timestamptz, $2::uuid) order by time, transaction_id limit $3`,
        [...after, BATCH],
      )
      const last = waiting.at(-1)
      if (last === undefined) return undefined
      after = [last.time, last.transaction_id]
      const { transactions, postings } = await read(
        this.#database,
        waiting.map((row) => row.transaction_id),
      )
      for (const { transaction_id: transactionId } of waiting) {
        const transaction = transactions.get(transactionId)
        if (transaction === undefined) {
          return { transactionId, message: 'the transaction is to be sealed, and is not there' }
        }
        const finding = problemOf(transaction, postings.get(transactionId) ?? [])
        if (finding !== undefined) return finding
        this.#verified++
      }
    }
  }
}

async function read(database: Database, ids: readonly string[]) {
  const transactions = await rows<SealedTransaction>(
    database,
    `select ${transactionColumns} from credit_transactions where id = any($1::uuid[])`,
    [ids],
  )
  const postings = await rows<SealedPosting>(
    database,
    `select ${postingColumns} from credit_postings where transaction_id = any($1::uuid[])
     order by account_id, sequence`,
    [ids],
  )
  return {
    transactions: new Map(transactions.map((transaction) => [transaction.id, transaction])),
    postings: Map.groupBy(postings, (posting) => posting.transaction_id),
  }
}

/** What is wrong with a transaction by itself. */
function problemOf(transaction: SealedTransaction, postings: readonly SealedPosting[]): Finding | undefined {
  const transactionId = transaction.id
  if (postings.length < 2) return { transactionId, message: `it has ${postings.length} postings` }
  const sum = postings.reduce((total, { amount }) => total + BigInt(amount), 0n)
  if (sum !== 0n) return { transactionId, message: `its postings sum to ${sum}` }
  for (const posting of postings) {
    if (posting.class_id !== transaction.class_id)
      return { transactionId, message: 'a posting is of another class' }
    if (posting.time !== transaction.time) return { transactionId, message: 'a posting is of another time' }
    if (!isOfItsAccount(posting))
      return { transactionId, message: 'a posting is of another account than it says' }
  }
  return undefined
}

function isOfItsAccount({
  account_id,
  account_kind,
  organization_id,
  class_id: classId,
}: SealedPosting): boolean {
  switch (account_kind) {
    case 'AVAILABLE':
    case 'HELD':
      if (organization_id === null) return false
      return account_id === accountId({ kind: account_kind, organizationId: organization_id, classId })
    case 'ISSUANCE':
    case 'SINK':
      return organization_id === null && account_id === accountId({ kind: account_kind, classId })
    default:
      return false
  }
}

interface Check {
  /** Answers the first broken one as transaction_id, and `found` and `expected` for the message. */
  readonly sql: string
  message(row: CheckRow): string
}

interface CheckRow {
  transaction_id: string | null
  found: string | null
  expected: string | null
}

/** Of all rows together, in this order. None keeps more than a row of each account in memory. */
const checks: readonly Check[] = [
  {
    sql: `select id as transaction_id, null as found, null as expected from credit_transactions as booked
      where not exists (select from credit_seals where transaction_id = booked.id)
        and not exists (select from credit_unsealed where transaction_id = booked.id)
      order by time, id limit 1`,
    message: () => 'it is not sealed, and is not among those that will be',
  },
  {
    sql: `select transaction_id, null as found, null as expected from credit_unsealed as waiting
      where exists (select from credit_seals where transaction_id = waiting.transaction_id)
      order by time limit 1`,
    message: () => 'it is sealed, and is among those that will be',
  },
  {
    sql: `select transaction_id, account_id::text as found, null as expected from credit_postings as posting
      where not exists (select from credit_transactions where id = posting.transaction_id)
      order by time, transaction_id limit 1`,
    message: ({ found }) => `a posting of account ${found} is there, and its transaction is not`,
  },
  {
    // By the primary key: sorted as it is read.
    sql: `select transaction_id,
        'posting ' || sequence || ' with ' || balance_after || ' of ' || time::text as found,
        'posting ' || count_before || ' with ' || balance_before || ' of ' || coalesce(time_before::text, 'none')
          as expected
      from (
        select transaction_id, time, sequence, amount, balance_after, lag(time) over account_order as time_before,
          coalesce(lag(sequence) over account_order, 0) as count_before,
          coalesce(lag(balance_after) over account_order, 0) as balance_before
        from credit_postings window account_order as (partition by account_id order by sequence)
      ) as ordered
      where sequence <> count_before + 1 or balance_after <> balance_before + amount or time <= time_before
      order by time, transaction_id limit 1`,
    message: ({ found, expected }) => `of one of its accounts, ${found} does not follow ${expected}`,
  },
  {
    sql: `select posting.transaction_id, null as found, posting.account_id::text as expected
      from credit_postings as posting
      where posting.sequence = 1 and not exists (select from credit_accounts where id = posting.account_id)
      order by posting.time limit 1`,
    message: ({ expected }) => `its account ${expected} is not there`,
  },
  {
    sql: `select last.transaction_id, account.balance || ' and ' || account.posting_count || ' postings' as found,
        coalesce(last.balance_after, 0) || ' and ' || coalesce(last.sequence, 0) || ' postings' as expected
      from credit_accounts as account
      left join lateral (
        select transaction_id, balance_after, sequence, time from credit_postings
        where account_id = account.id order by sequence desc limit 1
      ) as last on true
      where account.balance <> coalesce(last.balance_after, 0)
        or account.posting_count <> coalesce(last.sequence, 0)
      order by last.time, account.id limit 1`,
    message: ({ found, expected }) => `an account of it says ${found} instead of ${expected}`,
  },
  {
    sql: `select booked.id as transaction_id, hold.amount::text as found, booked.amount::text as expected
      from credit_holds as hold
      left join lateral (
        select opening.id, posting.amount from credit_transactions as opening
        join credit_postings as posting on posting.transaction_id = opening.id
        where opening.reference_id = hold.purpose_id and posting.account_kind = 'HELD' and posting.amount > 0
          and posting.organization_id = hold.organization_id and posting.class_id = hold.class_id
          and opening.kind = case hold.purpose when 'JOB' then 'JOB_HOLD' else 'TRANSFER_HOLD' end
      ) as booked on true
      where booked.amount is distinct from hold.amount
      order by hold.create_time, hold.id limit 1`,
    message: ({ found, expected }) =>
      `a hold of it is of ${found} instead of ${expected ?? 'what is booked nowhere'}`,
  },
  {
    sql: `select last.transaction_id, coalesce(open.amount, 0)::text as found,
        coalesce(account.balance, 0)::text as expected
      from (select * from credit_accounts where kind = 'HELD') as account
      full join (
        select organization_id, class_id, sum(amount) as amount from credit_holds where state = 'OPEN'
        group by organization_id, class_id
      ) as open using (organization_id, class_id)
      left join lateral (
        select transaction_id, time from credit_postings
        where account_id = account.id order by sequence desc limit 1
      ) as last on true
      where coalesce(open.amount, 0) <> coalesce(account.balance, 0)
      order by last.time limit 1`,
    message: ({ found, expected }) => `${expected} are held after it, and open holds are of ${found}`,
  },
]

async function firstOf(
  database: Database,
  all: readonly Check[],
  signal: AbortSignal | undefined,
): Promise<Finding | undefined> {
  for (const { sql, message } of all) {
    signal?.throwIfAborted()
    const [row] = await rows<CheckRow>(database, sql, [])
    if (row !== undefined) return { transactionId: row.transaction_id ?? undefined, message: message(row) }
  }
  return undefined
}
