import { randomUUID } from 'node:crypto'
import { expect } from 'vitest'
import { inTransaction } from '../../../../database/index.ts'
import { PricingService } from '../../../credits/billing/index.ts'
import { issue } from '../../../credits/testing/ledger-fixture.ts'
import type { TaskOutput } from '../../job.ts'
import { stopJob } from '../../job-endings.ts'
import { lockJob } from '../../job-store.ts'
import { type ClaimedTask, claimTasks } from '../../queue/claim-tasks.ts'
import { type AttemptEnd, endAttempts } from '../../task-endings.ts'
import { createRequest, type ModuleFixture, moduleFixture } from '../../testing/module-fixture.ts'

export interface ClassOptions {
  readonly expireTime?: Date
}

export interface ChargeFixture extends ModuleFixture {
  readonly pricing: PricingService
  query<Row>(sql: string, values?: unknown[]): Promise<Row[]>
  /** Adds a class with 2 decimals, and returns its id. */
  addClass(code: string, options?: ClassOptions): Promise<string>
  price(code: string, amounts?: Partial<Amounts>): Promise<void>
  issue(classId: string, amount: bigint): Promise<void>
  available(classId: string): Promise<bigint>
  held(classId: string): Promise<bigint>
  submit(acts: readonly string[], more?: object): Promise<string>
  charge(jobId: string): Promise<ChargeRow>
  claim(slots?: number): Promise<ClaimedTask[]>
  endTask(attempt: ClaimedTask | undefined, as: AttemptEnd): Promise<void>
  /** Has a task's present attempt begun so long ago. */
  ran(attempt: ClaimedTask | undefined, seconds: number): Promise<void>
  /** What the ledger, the holds, the jobs and free use say of each other. */
  expectBooksAgree(): Promise<void>
  /** Empties what one test left for the next. */
  clear(): Promise<void>
}

export interface Amounts {
  readonly perJob: bigint
  readonly perTaskSecond: bigint
  readonly perOutputGb: bigint
  readonly freePerMonth: bigint
}

export interface ChargeRow {
  readonly phase: string
  readonly phase_reason: string | null
  readonly charge_state: string | null
  readonly charge_at_most: string | null
  readonly charge_captured: string | null
  readonly charge_transaction: string | null
  readonly charge_class_id: string | null
}

/** A byte of results costs 1. */
const BYTE = 1_000_000_000n

const plain: Amounts = { perJob: 100n, perTaskSecond: 10n, perOutputGb: BYTE, freePerMonth: 0n }

export function completed(...sizes: number[]): AttemptEnd {
  const outputs = sizes.map(
    (sizeBytes): TaskOutput => ({
      fileName: 'answer.txt',
      mediaType: 'text/plain',
      sizeBytes,
      sha256: '0'.repeat(64),
      scanState: 'UNSCANNED',
      sourceId: '',
      stencil: '',
      objectKey: `jobs/${randomUUID()}`,
    }),
  )
  return { kind: 'completed', outputs, value: null }
}

export const failed: AttemptEnd = {
  kind: 'failed',
  error: { reason: 'PROBE_BROKEN', message: 'Never.', transient: false },
}

/** The jobs module with prices, and credits to give out. */
export async function chargeFixture(
  options: Parameters<typeof moduleFixture>[0] = {},
): Promise<ChargeFixture> {
  const fixture = await moduleFixture(options)
  const { dataSource } = fixture.database
  const query: ChargeFixture['query'] = (sql, values = []) => dataSource.query(sql, values)
  const pricing = new PricingService({ dataSource, services: ['probe', 'gather'] })
  const balance = async (kind: string, classId: string) => {
    const [found] = await query<{ balance: string }>(
      `select balance from credit_accounts where id = credit_account_id($1, $2, $3)`,
      [kind, classId, fixture.organizationId],
    )
    return BigInt(found?.balance ?? 0)
  }
  return {
    ...fixture,
    pricing,
    query,
    async addClass(code, { expireTime } = {}) {
      const id = randomUUID()
      await query(
        `insert into credit_classes (id, code, display_name, unit, decimals, expire_time)
         values ($1, $2, $2, 'credits', 2, $3)`,
        [id, code, expireTime ?? null],
      )
      return id
    },
    async price(code, amounts = {}) {
      await pricing.set('probe', code, { ...plain, ...amounts }, fixture.ownerId)
    },
    async issue(classId, amount) {
      await issue(dataSource, fixture.organizationId, classId, amount)
    },
    available: (classId) => balance('AVAILABLE', classId),
    held: (classId) => balance('HELD', classId),
    async submit(acts, more = {}) {
      const { name } = (await fixture.handlers.createJob(
        createRequest(acts, more) as never,
        fixture.alice,
      )) as {
        name: string
      }
      return name.split('/')[3] ?? ''
    },
    async charge(jobId) {
      const [row] = await query<ChargeRow>(
        `select phase, phase_reason, charge_state, charge_at_most, charge_captured, charge_transaction,
           charge_class_id from jobs where id = $1`,
        [jobId],
      )
      if (row === undefined) throw new Error(`there is no job ${jobId}`)
      return row
    },
    claim: (slots = 10) => claimTasks(dataSource, { worker: 'pool-test', leaseMs: 60_000, slots }),
    async endTask(attempt, as) {
      if (attempt === undefined) throw new Error('nothing was claimed')
      await inTransaction(dataSource, (manager) => endAttempts(manager, [{ attempt, end: as }]))
    },
    async ran(attempt, seconds) {
      await query(
        `update job_tasks set attempt_start_time = now() - $3::double precision * interval '1 s'
         where job_id = $1 and index = $2`,
        [attempt?.jobId, attempt?.index, seconds],
      )
    },
    async expectBooksAgree() {
      const disagreements = await query(`
        select 'transaction that does not sum to zero' as what, transaction_id as which from credit_postings
          group by transaction_id having sum(amount) <> 0
        union all
        select 'held account', account.id from credit_accounts as account where kind = 'HELD' and balance <> coalesce((
          select sum(amount) from credit_holds as hold where hold.organization_id = account.organization_id
            and hold.class_id = account.class_id and hold.state = 'OPEN'), 0)
        union all
        select 'hold without a job', purpose_id from credit_holds where state = 'OPEN' and not exists (
          select from jobs where jobs.id = purpose_id and charge_state = 'HELD' and charge_at_most = amount
            and charge_class_id = class_id
          union all
          select from credit_immediate_holds as request where request.id = purpose_id and at_most = amount)
        union all
        select 'job without its hold', id from jobs where charge_state = 'HELD' and charge_at_most > 0
          and not exists (select from credit_holds where purpose_id = jobs.id and state = 'OPEN')
        union all
        select 'job that ended unsettled', id from jobs
          where phase in ('COMPLETED', 'ERROR', 'ABORTED', 'ARCHIVED') and charge_state <> 'SETTLED'
        union all
        select 'job whose hold captured another amount', jobs.id from jobs join credit_holds on purpose_id = jobs.id
          where charge_state = 'SETTLED' and captured <> charge_captured
        union all
        select 'job that was settled more than once', reference_id from credit_transactions
          where kind in ('JOB_CAPTURE', 'JOB_RELEASE') group by reference_id having count(*) > 1
        union all
        select 'free use that is less than what is reserved', used.class_id from credit_free_use as used
          where used.used < coalesce((select sum((charge_terms ->> 'free')::bigint) from jobs
            where charge_state = 'HELD' and charge_class_id = used.class_id
              and charge_terms ->> 'freeMonth' = used.month::text), 0)`)
      expect(disagreements).toEqual([])
      const [{ deadlocks } = { deadlocks: -1 }] = await query<{ deadlocks: number }>(
        `select deadlocks::int from pg_stat_database where datname = current_database()`,
      )
      expect(deadlocks).toBe(0)
    },
    async clear() {
      const open = await query<{ id: string }>(
        `select id from jobs where charge_state in ('WAITING', 'HELD')`,
      )
      for (const { id } of open) {
        await inTransaction(dataSource, async (manager) => {
          const job = await lockJob(manager, id)
          const error = { reason: 'TEST_OVER', message: 'The test is over.', transient: false }
          if (job !== undefined) await stopJob(manager, job, 'ABORTED', error)
        })
      }
      await query(
        `truncate jobs, job_queue_turns, outbox, credit_prices, credit_free_use, credit_immediate_holds cascade`,
      )
      await query(`delete from credit_waiters`)
      await query(`update credit_classes set state = 'CLOSED'`)
    },
  }
}
