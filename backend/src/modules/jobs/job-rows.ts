import { type JsonTerms, termsOfJson } from '../credits/index.ts'
import type {
  ChargeState,
  FailedAttempt,
  JobCharge,
  JobEventRecord,
  JobRecord,
  QuotedUse,
  ResultRecord,
  TaskRecord,
} from './job.ts'
import type { Phase } from './phase-transitions.ts'

/** int8 columns arrive as decimal strings: pg's default, kept so that no value is rounded. */
type Int8 = string

export interface JobRow {
  id: string
  organization_id: string
  owner_id: string
  service: string
  run_id: string
  parameters: JobRecord['parameters']
  phase: Phase
  version: Int8
  last_sequence: Int8
  progress: number
  create_time: Date
  queue_time: Date | null
  start_time: Date | null
  end_time: Date | null
  destruction_time: Date
  execution_duration_ms: Int8
  memory_limit_bytes: Int8
  output_limit_bytes: Int8
  quote_size_bytes: Int8
  quote_duration_ms: Int8
  quote_used_seconds: Int8 | null
  quote_used_most: Int8 | null
  error_reason: string | null
  error_message: string | null
  error_transient: boolean | null
  phase_reason: string | null
  phase_message: string | null
  phase_owner_may_run: boolean
  task_count: number
  tasks_completed: number
  tasks_failed: number
  needs_all_tasks: boolean
  external: boolean
  retry_of: string | null
  charge_state: ChargeState | null
  charge_class_id: string | null
  charge_at_most: Int8 | null
  charge_captured: Int8 | null
  charge_transaction: string | null
  charge_terms: JsonTerms | null
  charge_note: string
  /** Of the call that made or queued it; null when nobody traced it. */
  traceparent: string | null
}

export const jobColumns = [
  'id',
  'organization_id',
  'owner_id',
  'service',
  'run_id',
  'parameters',
  'phase',
  'version',
  'last_sequence',
  'progress',
  'create_time',
  'queue_time',
  'start_time',
  'end_time',
  'destruction_time',
  'execution_duration_ms',
  'memory_limit_bytes',
  'output_limit_bytes',
  'quote_size_bytes',
  'quote_duration_ms',
  'quote_used_seconds',
  'quote_used_most',
  'error_reason',
  'error_message',
  'error_transient',
  'phase_reason',
  'phase_message',
  'phase_owner_may_run',
  'task_count',
  'tasks_completed',
  'tasks_failed',
  'needs_all_tasks',
  'external',
  'retry_of',
  'charge_state',
  'charge_class_id',
  'charge_at_most',
  'charge_captured',
  'charge_transaction',
  'charge_terms',
  'charge_note',
  'traceparent',
]
  .map((column) => `jobs.${column}`)
  .join(', ')

interface ErrorColumns {
  error_reason: string | null
  error_message: string | null
  error_transient: boolean | null
}

function errorOf(row: ErrorColumns): JobRecord['error'] {
  if (row.error_reason === null) return undefined
  return {
    reason: row.error_reason,
    message: row.error_message ?? '',
    transient: row.error_transient ?? false,
  }
}

export function jobOf(row: JobRow): JobRecord {
  return {
    id: row.id,
    organizationId: row.organization_id,
    ownerId: row.owner_id,
    service: row.service,
    runId: row.run_id,
    parameters: row.parameters,
    phase: row.phase,
    version: BigInt(row.version),
    lastSequence: BigInt(row.last_sequence),
    progress: row.progress,
    createTime: row.create_time,
    queueTime: row.queue_time ?? undefined,
    startTime: row.start_time ?? undefined,
    endTime: row.end_time ?? undefined,
    destructionTime: row.destruction_time,
    executionDurationMs: Number(row.execution_duration_ms),
    memoryLimitBytes: BigInt(row.memory_limit_bytes),
    outputLimitBytes: BigInt(row.output_limit_bytes),
    quote: {
      sizeBytes: BigInt(row.quote_size_bytes),
      durationMs: Number(row.quote_duration_ms),
      taskCount: row.task_count,
      usedSeconds: quotedUseOf(row),
    },
    error: errorOf(row),
    phaseNote:
      row.phase_reason === null
        ? undefined
        : {
            reason: row.phase_reason,
            message: row.phase_message ?? '',
            ownerMayRun: row.phase_owner_may_run,
          },
    taskCount: row.task_count,
    tasksCompleted: row.tasks_completed,
    tasksFailed: row.tasks_failed,
    needsAllTasks: row.needs_all_tasks,
    external: row.external,
    retryOf: row.retry_of ?? undefined,
    charge: chargeOf(row),
  }
}

function quotedUseOf({
  quote_used_seconds: expected,
  quote_used_most: atMost,
}: JobRow): QuotedUse | undefined {
  if (expected === null || atMost === null) return undefined
  return { expected: BigInt(expected), atMost: BigInt(atMost) }
}

function chargeOf(row: JobRow): JobCharge | undefined {
  const { charge_state: state, charge_class_id: classId, charge_at_most: atMost, charge_terms: terms } = row
  if (state === null || classId === null || atMost === null || terms === null) return undefined
  return {
    state,
    classId,
    atMost: BigInt(atMost),
    terms: termsOfJson(terms),
    captured: BigInt(row.charge_captured ?? 0),
    transactionId: row.charge_transaction ?? undefined,
    note: row.charge_note,
  }
}

export interface TaskRow extends ErrorColumns {
  job_id: string
  index: number
  display_name: string
  state: TaskRecord['state']
  attempt: number
  progress: number
  start_time: Date | null
  end_time: Date | null
  ready_at: Date | null
  needs: number[]
  failed_attempts: JsonAttempt[] | null
}

/** Of the attempts that a task is shown with; the text of each is cut, so that a page of tasks fits a message. */
const FAILED_ATTEMPTS_MAX = 20
const EXIT_MESSAGE_MAX_CHARACTERS = 300

/** Over a row of job_tasks by that name. */
export const taskColumns = `job_id, index, display_name, state, attempt, progress, start_time, end_time, ready_at, needs,
  error_reason, error_message, error_transient,
  (select jsonb_agg(jsonb_build_object('number', number, 'start', start_time, 'end', end_time, 'reason', reason,
     'message', left(message, ${EXIT_MESSAGE_MAX_CHARACTERS}), 'transient', transient) order by number)
   from (
     select * from job_task_attempts as ended
     where ended.job_id = job_tasks.job_id and ended.index = job_tasks.index
     order by number desc limit ${FAILED_ATTEMPTS_MAX}
   ) as latest) as failed_attempts`

interface JsonAttempt {
  number: number
  start: string
  end: string
  reason: string
  message: string
  transient: boolean
}

function attemptOf({ number, start, end, reason, message, transient }: JsonAttempt): FailedAttempt {
  return { number, startTime: new Date(start), endTime: new Date(end), exit: { reason, message, transient } }
}

export function taskOf(row: TaskRow): TaskRecord {
  return {
    jobId: row.job_id,
    index: row.index,
    displayName: row.display_name,
    state: row.state,
    attempt: row.attempt,
    progress: row.progress,
    startTime: row.start_time ?? undefined,
    endTime: row.end_time ?? undefined,
    error: errorOf(row),
    failedAttempts: (row.failed_attempts ?? []).map(attemptOf),
    retryTime: row.ready_at ?? undefined,
    needs: row.needs,
  }
}

export interface ResultRow {
  name: string
  task_index: number
  file_name: string
  media_type: string
  size_bytes: Int8
  sha256: string
  scan_state: ResultRecord['scanState']
  source_id: string
  stencil: string
  object_key: string
}

export const resultColumns =
  'name, task_index, file_name, media_type, size_bytes, sha256, scan_state, source_id, stencil, object_key'

export function resultOf(row: ResultRow): ResultRecord {
  return {
    name: row.name,
    taskIndex: row.task_index,
    fileName: row.file_name,
    mediaType: row.media_type,
    sizeBytes: Number(row.size_bytes),
    sha256: row.sha256,
    scanState: row.scan_state,
    sourceId: row.source_id,
    stencil: row.stencil,
    objectKey: row.object_key,
  }
}

export interface EventRow {
  sequence: Int8
  time: Date
  kind: JobEventRecord['kind']
  payload: unknown
}

export function eventOf(row: EventRow): JobEventRecord {
  return {
    sequence: BigInt(row.sequence),
    time: row.time,
    kind: row.kind,
    payload: row.payload,
  } as JobEventRecord
}
