import {
  type Job,
  type JobCharge as JobChargeMessage,
  type JobEvent,
  type JobPrice,
  type JobQuote as JobQuoteMessage,
  type JobTask,
  ParameterKind,
  type ParameterSchema,
  type Phase as PhaseMessage,
  type QueuePosition as QueuePositionMessage,
  type Result,
  type ScanState as ScanStateMessage,
  type Service,
  type TaskState as TaskStateMessage,
} from '@fairlead/proto/server/fairlead/jobs/v1/jobs'
import type { Duration } from '@fairlead/proto/server/google/protobuf/duration'
import type { ClassFacts, QuotedPrice } from '../credits/index.ts'
import type { JobCharge, JobEventRecord, JobQuote, JobRecord, ResultRecord, TaskRecord } from './job.ts'
import type { Phase } from './phase-transitions.ts'
import type { QueuePosition } from './queue/queue-position.ts'
import type { JobService, ParameterSchema as Schema } from './services/job-service.ts'
import type { JobWithResults } from './whole-job.ts'

function phaseMessage(phase: Phase): PhaseMessage {
  return `PHASE_${phase}`
}

/** Undefined for a value that no job can have. */
export function phaseOfMessage(phase: PhaseMessage): Phase | undefined {
  if (phase === 'PHASE_UNSPECIFIED' || phase === 'UNRECOGNIZED') return undefined
  return phase.slice('PHASE_'.length) as Phase
}

export function jobName(slug: string, jobId: string): string {
  return `organizations/${slug}/jobs/${jobId}`
}

/** The job in "organizations/{slug}/jobs/{id}" and in names below it. */
export function jobIdOf(name: string): string {
  return name.split('/')[3] ?? ''
}

/** Classes of credits by their ids. */
export type Classes = ReadonlyMap<string, ClassFacts>

/**
 * Without parameters and results.
 *
 * @param classes that charges are in; without them no charge is told
 */
export function jobSummary(
  job: JobRecord,
  slug: string,
  ownerDisplayName: string,
  classes: Classes | undefined,
): Job {
  return {
    name: jobName(slug, job.id),
    service: job.service,
    phase: phaseMessage(job.phase),
    owner: `users/${job.ownerId}`,
    ownerDisplayName,
    runId: job.runId,
    parameters: [],
    version: job.version,
    lastSequence: job.lastSequence,
    progress: job.progress,
    createTime: job.createTime,
    queueTime: job.queueTime,
    startTime: job.startTime,
    endTime: job.endTime,
    destructionTime: job.destructionTime,
    executionDuration: durationMessage(job.executionDurationMs),
    quote: quoteMessage(job.quote),
    results: [],
    error: job.error === undefined ? undefined : { ...job.error },
    taskCount: job.taskCount,
    tasksCompleted: job.tasksCompleted,
    tasksFailed: job.tasksFailed,
    phaseNote: job.phaseNote === undefined ? undefined : { ...job.phaseNote },
    queuePosition: undefined,
    memoryLimitBytes: job.memoryLimitBytes,
    outputLimitBytes: job.outputLimitBytes,
    shares: [],
    charge:
      classes === undefined || job.charge === undefined ? undefined : chargeMessage(job.charge, classes),
  }
}

function chargeMessage(charge: JobCharge, classes: Classes): JobChargeMessage {
  const { classId, state, atMost, captured, transactionId, note } = charge
  const creditClass = classes.get(classId)
  if (creditClass === undefined) throw new Error(`there is no credit class ${classId}`)
  return {
    creditClass: `creditClasses/${creditClass.code}`,
    unit: creditClass.unit,
    decimals: creditClass.decimals,
    atMost,
    held: state === 'HELD' ? atMost : 0n,
    captured,
    transaction: transactionId === undefined ? '' : `creditTransactions/${transactionId}`,
    note,
  }
}

/** @param names of the owner and of those with whom the job is shared, by user id */
export function jobMessage(
  { job, results, shares }: JobWithResults,
  slug: string,
  names: ReadonlyMap<string, string>,
  classes: Classes | undefined,
): Job {
  return {
    ...jobSummary(job, slug, names.get(job.ownerId) ?? '', classes),
    shares: shares.map(({ userId, createTime }) => ({
      user: `users/${userId}`,
      displayName: names.get(userId) ?? '',
      createTime,
    })),
    parameters: job.parameters.map(({ name, value }) => ({ name, value })),
    results: results.map((result) => resultMessage(result, slug, job.id)),
  }
}

export function queuePositionMessage({ jobsAhead, expectedStart }: QueuePosition): QueuePositionMessage {
  return { jobsAhead, expectedStartTime: expectedStart }
}

export function quoteMessage(quote: JobQuote, price?: QuotedPrice): JobQuoteMessage {
  return {
    sizeBytes: quote.sizeBytes,
    duration: durationMessage(quote.durationMs),
    taskCount: quote.taskCount,
    price: price === undefined ? undefined : priceMessage(price),
  }
}

function priceMessage(price: QuotedPrice): JobPrice {
  const { classCode, classDisplayName, unit, decimals, expected, atMost, available, free } = price
  return {
    creditClass: `creditClasses/${classCode}`,
    creditClassDisplayName: classDisplayName,
    unit,
    decimals,
    expected,
    atMost,
    available,
    free,
  }
}

function resultMessage(result: ResultRecord, slug: string, jobId: string): Result {
  const scanState: ScanStateMessage = `SCAN_STATE_${result.scanState}`
  return {
    name: `${jobName(slug, jobId)}/results/${result.name}`,
    fileName: result.fileName,
    mediaType: result.mediaType,
    sizeBytes: BigInt(result.sizeBytes),
    sha256: result.sha256,
    scanState,
    task: result.taskIndex,
    sourceId: result.sourceId,
    stencil: result.stencil,
  }
}

export function taskMessage(task: TaskRecord): JobTask {
  const state: TaskStateMessage = `TASK_STATE_${task.state}`
  return {
    index: task.index,
    displayName: task.displayName,
    state,
    attempts: task.attempt,
    startTime: task.startTime,
    endTime: task.endTime,
    error: task.error === undefined ? undefined : { ...task.error },
    failedAttempts: task.failedAttempts.map(({ number, startTime, endTime, exit }) => ({
      number,
      startTime,
      endTime,
      exit: { ...exit },
    })),
    retryTime: task.retryTime,
    progress: task.progress,
    needs: [...task.needs],
  }
}

/** @param showsLog whether the text of log lines is for this reader; without it their text is empty */
export function eventMessage(
  event: JobEventRecord,
  slug: string,
  jobId: string,
  showsLog: boolean,
): JobEvent {
  return { sequence: event.sequence, time: event.time, event: eventBody(event, slug, jobId, showsLog) }
}

function eventBody(event: JobEventRecord, slug: string, jobId: string, showsLog: boolean): JobEvent['event'] {
  switch (event.kind) {
    case 'phase': {
      const { phase, error, note } = event.payload
      return {
        $case: 'phase',
        value: { phase: phaseMessage(phase), error: error && { ...error }, note: note && { ...note } },
      }
    }
    case 'progress':
      return { $case: 'progress', value: event.payload.progress }
    case 'log':
      return {
        $case: 'log',
        value: {
          task: event.payload.task,
          text: showsLog ? event.payload.text : '',
          container: event.payload.container,
        },
      }
    case 'result':
      return { $case: 'result', value: resultMessage(event.payload, slug, jobId) }
    default: {
      const never: never = event
      throw new Error(`an event of unknown kind ${JSON.stringify(never)}`)
    }
  }
}

export function serviceMessage(service: JobService): Service {
  return {
    id: service.id,
    displayName: service.displayName,
    description: service.description,
    parameters: service.parameters.map(schemaMessage),
    defaultExecutionDuration: durationMessage(service.limits.executionDurationMs),
    maxExecutionDuration: durationMessage(service.limits.maxExecutionDurationMs),
  }
}

function schemaMessage(schema: Schema): ParameterSchema {
  return {
    name: schema.name,
    description: schema.description,
    kind: ParameterKind[`PARAMETER_KIND_${schema.kind}`],
    required: schema.required ?? false,
    repeated: schema.repeated ?? false,
    values: [...(schema.values ?? [])],
    defaultValue: schema.defaultValue ?? '',
    minimum: schema.minimum,
    maximum: schema.maximum,
    unit: schema.unit ?? '',
    ucd: schema.ucd ?? '',
  }
}

function durationMessage(ms: number): Duration {
  return { seconds: BigInt(Math.floor(ms / 1000)), nanos: Math.round((ms % 1000) * 1e6) }
}

export function durationMs({ seconds, nanos }: Duration): number {
  return Number(seconds) * 1000 + nanos / 1e6
}
