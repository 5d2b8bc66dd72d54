import { v7 } from 'uuid'
import { type Database, rows } from '../sql.ts'

export interface LedgerState {
  readonly transactionCount: bigint
  readonly sealedCount: bigint
  /** Of the last seal; undefined while nothing is sealed. */
  readonly head: { readonly hash: Buffer; readonly time: Date } | undefined
  /** The last one that was asked for. */
  readonly verification: Verification | undefined
}

export interface Verification {
  readonly outcome: 'RUNNING' | 'INTACT' | 'BROKEN'
  readonly requestTime: Date
  readonly endTime: Date | undefined
  readonly verifiedCount: bigint
  /** Id of the first transaction that is not as it was sealed. */
  readonly firstBroken: string | undefined
  readonly message: string
}

interface StateRow {
  sealed_count: string
  unsealed_count: string
  head_hash: Buffer | null
  seal_time: Date | null
  outcome: Verification['outcome'] | null
  request_time: Date | null
  end_time: Date | null
  verified_count: string | null
  first_broken: string | null
  message: string | null
}

/** Every transaction has a seal or waits for one, so nothing has to be counted that is large. */
export async function ledgerState(database: Database): Promise<LedgerState> {
  const [row] = await rows<StateRow>(
    database,
    `select coalesce(seal.number, 0) as sealed_count, (select count(*) from credit_unsealed) as unsealed_count,
       seal.hash as head_hash, seal.seal_time, verification.*
     from (values (1)) as one (row)
     left join lateral (
       select number, hash, seal_time from credit_seals order by number desc limit 1
     ) as seal on true
     left join lateral (
       select outcome, request_time, end_time, verified_count, first_broken, message
       from credit_verifications order by request_time desc limit 1
     ) as verification on true`,
    [],
  )
  if (row === undefined) throw new Error('the ledger told no state')
  const sealedCount = BigInt(row.sealed_count)
  return {
    transactionCount: sealedCount + BigInt(row.unsealed_count),
    sealedCount,
    head:
      row.head_hash === null || row.seal_time === null
        ? undefined
        : { hash: row.head_hash, time: row.seal_time },
    verification: verificationOf(row),
  }
}

function verificationOf(row: StateRow): Verification | undefined {
  if (row.outcome === null || row.request_time === null) return undefined
  return {
    outcome: row.outcome,
    requestTime: row.request_time,
    endTime: row.end_time ?? undefined,
    verifiedCount: BigInt(row.verified_count ?? '0'),
    firstBroken: row.first_broken ?? undefined,
    message: row.message ?? '',
  }
}

/** Asks the workers to verify everything; who asks while they do so waits for the same. */
export async function requestVerification(database: Database, userId: string): Promise<void> {
  await rows(
    database,
    `insert into credit_verifications (id, requested_by)
     select $1, $2 where not exists (select from credit_verifications where outcome = 'RUNNING')`,
    [v7(), userId],
  )
}
