import { type Charge, jsonOfTerms } from '../../credits/index.ts'
import type { ChargeState, JobRecord } from '../job.ts'
import { jobsChannel, noticeOf } from '../job-notice.ts'
import { type JobRow, jobColumns, jobOf } from '../job-rows.ts'
import { type Database, rows } from '../sql.ts'

/** Values of the columns charge_state, charge_class_id, charge_at_most and charge_terms; all null for a job that is free. */
export function chargeValues(state: ChargeState, charge: Charge | undefined): unknown[] {
  if (charge === undefined) return [null, null, null, null]
  return [state, charge.classId, charge.atMost, JSON.stringify(jsonOfTerms(charge.terms))]
}

/** Notes what a locked job costs; the move of the job that follows makes it known. */
export async function writeCharge(
  database: Database,
  jobId: string,
  state: ChargeState,
  charge: Charge | undefined,
): Promise<JobRecord> {
  const [written] = await rows<JobRow>(
    database,
    `update jobs set charge_state = $2, charge_class_id = $3::uuid, charge_at_most = $4::bigint,
       charge_terms = $5::jsonb
     where id = $1 returning ${jobColumns}`,
    [jobId, ...chargeValues(state, charge)],
  )
  if (written === undefined) throw new Error(`job ${jobId} vanished while it was locked`)
  return jobOf(written)
}

export interface PaidJob {
  readonly jobId: string
  readonly captured: bigint
  readonly transactionId: string | undefined
  /** For people; empty for nothing to say. */
  readonly note: string
}

/** Notes what locked jobs paid at their end, and makes it known. */
export async function writeSettled(
  database: Database,
  paid: readonly PaidJob[],
): Promise<Map<string, JobRecord>> {
  const given = paid.map(({ jobId, captured, transactionId, note }) => ({
    id: jobId,
    captured: String(captured),
    transaction: transactionId ?? null,
    note,
  }))
  const settled = await rows<JobRow>(
    database,
    `with given as (
       select * from jsonb_to_recordset($1::jsonb) as given (id uuid, captured bigint, transaction uuid, note text)
     ), settled as (
       update jobs set charge_state = 'SETTLED', charge_captured = given.captured,
         charge_transaction = given.transaction, charge_note = given.note, version = version + 1
       from given where jobs.id = given.id and charge_state <> 'SETTLED'
       returning ${jobColumns}
     ), notified as (
       select pg_notify('${jobsChannel}', ${noticeOf('settled')}) from settled
     )
     select settled.*, (select count(*) from notified) as notices from settled`,
    [JSON.stringify(given)],
  )
  if (settled.length < paid.length) throw new Error('a job was to be paid for twice')
  return new Map(settled.map((row) => [row.id, jobOf(row)]))
}
