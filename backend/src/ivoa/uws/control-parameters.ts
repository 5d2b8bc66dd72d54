import type { CreateJobRequest, Service } from '@fairlead/proto/server/fairlead/jobs/v1/jobs'
import type { Duration } from '@fairlead/proto/server/google/protobuf/duration'
import { DomainError, invalidField } from '../../errors/domain-error.ts'
import type { GivenParameter } from '../http/index.ts'
import { seconds } from './job-document.ts'
import { integerOf, timeOf } from './uws-times.ts'

/** Parameters that control a job and are none of its own. */
export const CONTROL_PARAMETERS = ['PHASE', 'RUNID', 'EXECUTIONDURATION', 'DESTRUCTION'] as const

/** The longest that a job may ask to be kept, less the time that the call may take. Milliseconds. */
const MAX_LIFETIME_MS = 31_622_400_000 - 60_000

/** A value as it will be set, and what is told when it is not as it was asked for. */
export interface Chosen<Value> {
  readonly value: Value
  readonly note: string
}

/** Seconds; more than the service gives is cut to that (UWS 1.1, section 2.2.3.4). 0 means all of it. */
export function executionDuration(given: string, service: Service): Chosen<Duration> {
  const what = 'a whole number of seconds, at least 0'
  const asked = integerOf('EXECUTIONDURATION', given, what)
  if (asked < 0) throw invalidField('EXECUTIONDURATION', `must be ${what}.`)
  const most = seconds(service.maxExecutionDuration)
  const cut = asked > most
  return {
    value: { seconds: BigInt(cut ? most : asked), nanos: 0 },
    note: cut ? `The execution duration was cut to ${most} s, the service's maximum.` : '',
  }
}

/** A time beyond what the server keeps jobs for is cut to that (UWS 1.1, section 2.2.3.3). */
export function destructionTime(given: string, now = Date.now()): Chosen<Date> {
  const asked = timeOf('DESTRUCTION', given)
  if (asked.getTime() <= now) {
    throw invalidField('DESTRUCTION', 'is in the past. To destroy the job now, delete it.')
  }
  const latest = new Date(now + MAX_LIFETIME_MS)
  return asked > latest
    ? {
        value: latest,
        note: `The destruction time was cut to ${latest.toISOString()}, the server's maximum.`,
      }
    : { value: asked, note: '' }
}

/** Passed back as given (UWS 1.1, section 2.1.9); a name that spans lines would break the lists of clients. */
export function runId(given: string): string {
  if (/[\r\n]/.test(given)) throw invalidField('RUNID', 'must be one line.')
  if (given.length > 64) throw invalidField('RUNID', 'must have at most 64 characters.')
  return given
}

export type JobParameters = CreateJobRequest['parameters']

export function jobParameters(given: readonly GivenParameter[]): JobParameters {
  if (given.length > 1_000) {
    const text = `These are ${given.length} parameters, and a job may have 1000. Split the work over several jobs.`
    throw new DomainError('INVALID_ARGUMENT', 'TOO_MANY_PARAMETERS', text)
  }
  return given.map(({ name, value }) => ({ name, value }))
}

const fieldNames: Readonly<Record<string, string>> = {
  run_id: 'RUNID',
  execution_duration: 'EXECUTIONDURATION',
  destruction_time: 'DESTRUCTION',
}
const POSITION = /parameters\[(\d+)\](?:\.value|\.name)?/g

/** Calls the fields of a refused request as the client called them. */
export async function namingParameters<Answer>(
  parameters: JobParameters,
  work: Promise<Answer>,
): Promise<Answer> {
  try {
    return await work
  } catch (error) {
    if (!(error instanceof DomainError) || error.violations.length === 0) throw error
    const named = (text: string) =>
      text
        .replace(POSITION, (field, index) => parameters[Number(index)]?.name ?? field)
        // Descriptions begin with the parameter's name themselves.
        .replace(/\b([A-Z][A-Z0-9_]*): \1\b/, '$1')
        .replace(/^(?:run_id|execution_duration|destruction_time)\b/, (field) => fieldNames[field] ?? field)
    throw new DomainError(error.code, error.reason, named(error.message), {
      violations: error.violations.map(({ field, description }) => ({ field: named(field), description })),
      metadata: error.metadata,
      cause: error,
    })
  }
}
