import type { Job } from '@fairlead/proto/server/fairlead/jobs/v1/jobs'
import type { StepState, WorkflowRun } from '@fairlead/proto/server/fairlead/workflows/v1/workflows'
import type { OperatorJob } from './operator-jobs.ts'

/** A job as compute-to-data clients know it. */
export interface JobStatus {
  readonly owner: string
  readonly agreementId: string
  readonly jobId: string
  /** Unix time in seconds, with its fraction. */
  readonly dateCreated: string
  /** The same; null until the job has ended. */
  readonly dateFinished: string | null
  readonly status: number
  readonly statusText: string
  /** Always empty: logs are the owner's, and are read where they are kept. */
  readonly algologUrl: string
  readonly configlogUrl: string
  readonly publishlogUrl: string
  readonly outputsUrl: readonly string[]
  /** 0 none, 1 it was stopped, 2 its time was over. */
  readonly stopreq: 0 | 1 | 2
  /** 1 once the job, or what it made, is deleted. */
  readonly removed: 0 | 1
}

interface Stage {
  readonly status: number
  readonly statusText: string
}

const WARMING_UP: Stage = { status: 1, statusText: 'Warming up' }
const STARTED: Stage = { status: 10, statusText: 'Job started' }
const CONFIGURING: Stage = { status: 20, statusText: 'Configuring volumes' }
const PROVISIONED: Stage = { status: 30, statusText: 'Provisioning success' }
const RUNNING: Stage = { status: 40, statusText: 'Running algorithm' }
const FILTERING: Stage = { status: 50, statusText: 'Filtering results' }
const PUBLISHING: Stage = { status: 60, statusText: 'Publishing results' }
const COMPLETED: Stage = { status: 70, statusText: 'Job completed' }

/** Of a run of one step. */
const stages: Readonly<Record<StepState, Stage>> = {
  STEP_STATE_UNSPECIFIED: STARTED,
  UNRECOGNIZED: STARTED,
  STEP_STATE_BLOCKED: STARTED,
  STEP_STATE_WAITING: STARTED,
  STEP_STATE_STARTING: CONFIGURING,
  STEP_STATE_RUNNING: RUNNING,
  STEP_STATE_COLLECTING: FILTERING,
  // The step has ended, and its job not yet.
  STEP_STATE_COMPLETED: PUBLISHING,
  STEP_STATE_KEPT: PUBLISHING,
  STEP_STATE_FAILED: PUBLISHING,
  STEP_STATE_CANCELLED: PUBLISHING,
}

/** Reasons for which the algorithm never began. */
const DATA_FAILED: ReadonlySet<string> = new Set([
  'STAGING_FAILED',
  'DATASET_UNAVAILABLE',
  'FILE_UNAVAILABLE',
  'INPUT_MISSING',
  'TOO_MANY_INPUT_FILES',
])
const ALGORITHM_FAILED: ReadonlySet<string> = new Set([
  'ALGORITHM_REVOKED',
  'IMAGE_UNAVAILABLE',
  'CONTAINER_NOT_STARTED',
  'NOT_ADMITTED',
])
const TIME_EXCEEDED = 'EXECUTION_DURATION_EXCEEDED'

/**
 * @param run of an EXECUTING job
 * @param outputsUrl for who has signed; empty for anyone else, who is told no reasons either
 */
export function jobStatus(
  known: OperatorJob,
  job: Job,
  run: WorkflowRun | undefined,
  signed: { readonly outputsUrl: readonly string[] } | undefined,
): JobStatus {
  const { status, statusText } = stageOf(job, run)
  const { error } = job
  const why = signed === undefined || error === undefined ? '' : ` (${error.reason}: ${error.message})`
  return {
    owner: known.owner,
    agreementId: known.agreementId,
    jobId: known.jobId,
    dateCreated: unixSeconds(job.createTime) ?? '',
    dateFinished: unixSeconds(job.endTime),
    status,
    statusText: `${statusText}${why}`,
    algologUrl: '',
    configlogUrl: '',
    publishlogUrl: '',
    outputsUrl: signed?.outputsUrl ?? [],
    stopreq: stopRequest(job),
    removed: job.phase === 'PHASE_ARCHIVED' ? 1 : 0,
  }
}

/** Every end but those of provisioning is 70, as clients wait for it: the text tells which. */
function stageOf({ phase, error }: Job, run: WorkflowRun | undefined): Stage {
  switch (phase) {
    case 'PHASE_EXECUTING':
      return runningStage(run)
    case 'PHASE_COMPLETED':
    case 'PHASE_ARCHIVED':
      return COMPLETED
    case 'PHASE_ABORTED':
      return { ...COMPLETED, statusText: 'Job stopped' }
    case 'PHASE_ERROR':
      if (DATA_FAILED.has(error?.reason ?? '')) return { status: 31, statusText: 'Data provisioning failed' }
      if (ALGORITHM_FAILED.has(error?.reason ?? '')) {
        return { status: 32, statusText: 'Algorithm provisioning failed' }
      }
      return { ...COMPLETED, statusText: 'Job failed' }
    case 'PHASE_SUSPENDED':
      return STARTED
    case 'PHASE_PENDING':
    case 'PHASE_QUEUED':
    case 'PHASE_HELD':
    case 'PHASE_UNKNOWN':
    case 'PHASE_UNSPECIFIED':
    case 'UNRECOGNIZED':
      return WARMING_UP
    default: {
      const unknown: never = phase
      throw new Error(`unknown phase ${String(unknown)}`)
    }
  }
}

function runningStage(run: WorkflowRun | undefined): Stage {
  const step = run?.steps[0]
  if (step === undefined) return STARTED
  const { containers, state } = step
  // Inputs are in, and its place is found: it begins.
  const provisioned = state === 'STEP_STATE_STARTING' && step.startTime !== undefined
  if (provisioned && containers !== undefined && containers.total > 0 && containers.waiting === 0)
    return PROVISIONED
  return stages[state]
}

function stopRequest({ phase, error }: Job): 0 | 1 | 2 {
  if (error?.reason === TIME_EXCEEDED) return 2
  return phase === 'PHASE_ABORTED' ? 1 : 0
}

function unixSeconds(time: Date | undefined): string | null {
  return time === undefined ? null : String(time.getTime() / 1000)
}
