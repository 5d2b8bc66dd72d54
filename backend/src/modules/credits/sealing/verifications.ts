import type { Logger } from 'pino'
import type { DataSource } from 'typeorm'
import { v7 } from 'uuid'
import { type Repetition, repeatedly } from '../../../repeatedly.ts'
import type { WorkerPart } from '../../notifications/index.ts'
import { type Database, rows } from '../sql.ts'
import { type Verification, verify } from './verify.ts'

export interface VerificationRecord {
  readonly id: string
  readonly requestTime: Date
  /** Undefined while it is asked for or under way. */
  readonly endTime: Date | undefined
  readonly outcome: 'RUNNING' | 'INTACT' | 'BROKEN'
  readonly verifiedCount: bigint
  /** The transaction. */
  readonly firstBroken: string | undefined
  readonly message: string
}

/** How far the ledger is sealed, and what the last verification found. */
export interface LedgerState {
  readonly transactionCount: bigint
  readonly sealedCount: bigint
  /** Of the last seal, lower-case hexadecimal; empty when there is none. */
  readonly headHash: string
  readonly sealTime: Date | undefined
  readonly verification: VerificationRecord | undefined
}

interface StateRow {
  unsealed: string
  number: string | null
  hash: string | null
  seal_time: Date | null
}

interface VerificationRow {
  id: string
  request_time: Date
  end_time: Date | null
  outcome: VerificationRecord['outcome']
  verified_count: string
  first_broken: string | null
  message: string
}

export async function ledgerState(database: Database): Promise<LedgerState> {
  const [state] = await rows<StateRow>(
    database,
    `select waiting.unsealed, head.number, head.hash, head.seal_time
     from (select count(*) as unsealed from credit_unsealed) as waiting
     left join (
       select number, encode(hash, 'hex') as hash, seal_time from credit_seals order by number desc limit 1
     ) as head on true`,
    [],
  )
  const found = await rows<VerificationRow>(
    database,
    `select id, request_time, end_time, outcome, verified_count, first_broken, message
     from credit_verifications order by request_time desc limit 1`,
    [],
  )
  const sealedCount = BigInt(state?.number ?? 0)
  return {
    transactionCount: sealedCount + BigInt(state?.unsealed ?? 0),
    sealedCount,
    headHash: state?.hash ?? '',
    sealTime: state?.seal_time ?? undefined,
    verification: found.map(verificationOf)[0],
  }
}

/**
 * Asks a worker to verify the ledger. Who asks while another waits is answered by the same; one that is under way may
 * have looked already, and is not waited for.
 */
export async function requestVerification(database: Database, actorId: string | undefined): Promise<void> {
  await rows(
    database,
    `insert into credit_verifications (id, requested_by)
     select $1, $2 where not exists (
       select from credit_verifications where end_time is null and begin_time is null
     )`,
    [v7(), actorId ?? null],
  )
}

export interface VerificationsOptions {
  readonly dataSource: DataSource
  readonly log: Logger
  /** Between two looks for what is asked for. Default 2 s. */
  readonly intervalMs?: number
}

/** Verifies the ledger when somebody asks, and once a day; one worker at a time. */
export function createVerifications({
  dataSource,
  log,
  intervalMs = 2_000,
}: VerificationsOptions): WorkerPart {
  const stopped = new AbortController()
  let running: Repetition | undefined
  return {
    async start() {
      running = repeatedly({ name: 'verifying the ledger', intervalMs, log }, () =>
        verifyDue(dataSource, log, stopped.signal),
      )
    },
    async stop() {
      stopped.abort()
      await running?.stop()
    },
    // What keeps it from its work is the database, which the worker's health asks itself.
    healthy: () => true,
  }
}

async function verifyDue(dataSource: DataSource, log: Logger, signal: AbortSignal): Promise<void> {
  const [due] = await rows<{ is_asked: boolean; is_late: boolean }>(
    dataSource,
    `select exists (select from credit_verifications where end_time is null) as is_asked,
       not exists (select from credit_verifications where request_time > now() - interval '1 day') as is_late`,
    [],
  )
  if (due?.is_late === true) await requestVerification(dataSource, undefined)
  else if (due?.is_asked !== true) return
  // Its holder may die: what it was at has no end, and the next one finds it.
  await dataSource.transaction(async (manager) => {
    const [lock] = await rows<{ is_mine: boolean }>(
      manager,
      `select pg_try_advisory_xact_lock(1667391845, 2) as is_mine`,
      [],
    )
    if (lock?.is_mine === true) await verifyAsked(dataSource, log, signal)
  })
}

async function verifyAsked(dataSource: DataSource, log: Logger, signal: AbortSignal): Promise<void> {
  // All that is asked for by now is answered by one look.
  const asked = await rows<{ id: string }>(
    dataSource,
    `update credit_verifications set begin_time = clock_timestamp() where end_time is null returning id`,
    [],
  )
  if (asked.length === 0) return
  const verification = await verify(dataSource, { signal })
  await keep(
    dataSource,
    asked.map(({ id }) => id),
    verification,
  )
  const { verifiedCount, outcome } = verification
  const told = { transactions: String(verifiedCount) }
  if (outcome === 'INTACT') log.info(told, 'the ledger is intact')
  else
    log.error(
      { ...told, transaction: verification.transactionId, problem: verification.message },
      'the ledger is broken',
    )
}

async function keep(database: Database, ids: readonly string[], verification: Verification): Promise<void> {
  const isBroken = verification.outcome === 'BROKEN'
  await rows(
    database,
    `update credit_verifications set end_time = clock_timestamp(), outcome = $2, verified_count = $3,
       head_number = $4, head_hash = decode($5, 'hex'), first_broken = $6, message = $7
     where id = any($1::uuid[])`,
    [
      ids,
      verification.outcome,
      String(verification.verifiedCount),
      verification.head === undefined ? null : String(verification.head.number),
      verification.head?.hash ?? null,
      isBroken ? (verification.transactionId ?? null) : null,
      isBroken ? verification.message : '',
    ],
  )
}

function verificationOf(row: VerificationRow): VerificationRecord {
  return {
    id: row.id,
    requestTime: row.request_time,
    endTime: row.end_time ?? undefined,
    outcome: row.outcome,
    verifiedCount: BigInt(row.verified_count),
    firstBroken: row.first_broken ?? undefined,
    message: row.message,
  }
}
