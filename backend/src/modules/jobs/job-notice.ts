import type { JobRecord } from './job.ts'
import { type JobRow, jobOf } from './job-rows.ts'
import { type Phase, phases } from './phase-transitions.ts'

/** PostgreSQL channel that is notified in the transaction of every change of a job. */
export const jobsChannel = 'fairlead_jobs'

/** A notification may have 8000 bytes. */
const NOTICE_BYTES = 7_500

export interface JobNotice {
  readonly organizationId: string
  readonly jobId: string
  /** Of the job's last event. */
  readonly sequence: bigint
  readonly phase: Phase
  readonly deleted: boolean
  /** The job after the change, without its parameters; undefined when that does not fit a notification. */
  readonly job: JobRecord | undefined
}

/** The payload of a change of a job, as SQL over a row that has jobColumns. */
export function noticeOf(changed: string): string {
  const head = `jsonb_build_object('o', organization_id, 'j', id, 's', last_sequence, 'p', phase)`
  const whole = `(${head} || jsonb_build_object('job', to_jsonb(${changed}) - 'parameters'))::text`
  return `case when octet_length(${whole}) < ${NOTICE_BYTES} then ${whole} else ${head}::text end`
}

/** Reads what noticeOf() sends; undefined for a payload that is not of ours. */
export function parseNotice(payload: string): JobNotice | undefined {
  let fields: { o?: unknown; j?: unknown; s?: unknown; p?: unknown; d?: unknown; job?: unknown }
  try {
    fields = JSON.parse(payload)
  } catch {
    return undefined
  }
  const { o, j, s, p, d, job } = fields
  const phase = phases.find((each) => each === p)
  if (typeof o !== 'string' || typeof j !== 'string' || typeof s !== 'number' || phase === undefined) {
    return undefined
  }
  return {
    organizationId: o,
    jobId: j,
    sequence: BigInt(s),
    phase,
    deleted: d === true,
    job: job === undefined ? undefined : jobOf(rowOfJson(job as JsonJobRow)),
  }
}

/** A row as to_jsonb() writes it: times as text, int8 as numbers, which hold what these columns do. */
type JsonJobRow = {
  [Column in keyof JobRow]: JobRow[Column] extends Date | null ? string | null : JobRow[Column]
}

function rowOfJson(row: JsonJobRow): JobRow {
  const time = (text: string | null) => (text === null ? null : new Date(text))
  return {
    ...row,
    parameters: [],
    create_time: new Date(row.create_time ?? 0),
    queue_time: time(row.queue_time),
    start_time: time(row.start_time),
    end_time: time(row.end_time),
    destruction_time: new Date(row.destruction_time ?? 0),
  }
}
