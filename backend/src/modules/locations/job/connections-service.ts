import { DomainError, type FieldViolation } from '../../../errors/domain-error.ts'
import type { GivenParameters, JobService, PlanContext, PlannedTask } from '../../jobs/index.ts'
import { type AccuracyRule, type ConnectionRule, DEFAULT_RULE } from '../connections/connection-rule.ts'
import { type ConnectionsPayload, EPISODE_FORMATS, type EpisodeFormat } from './connections-payload.ts'

const ACCURACY_RULES: readonly AccuracyRule[] = ['ignore', 'possible', 'certain']
const REASON_LEAST = 5
const REASON_MOST = 500
/** A leap year. */
const WINDOW_DAYS_MOST = 366
const DAY_MS = 86_400_000
/** A task's process that is already there takes so long to begin, and its input to be asked for. */
const TASK_OVERHEAD_MS = 400
/** Fixes that are read, sent, and searched. */
const FIXES_PER_MS = 60
/** Of episodes, for each fix; few fixes begin one. */
const RESULT_BYTES_PER_FIX = 40
const RESULT_BYTES_LEAST = 16 * 1024

export const connectionsService: JobService = {
  id: 'connections',
  displayName: 'Connections',
  description:
    'Who was near whom, when and where: every episode of every two persons of the organisation whom consents to a purpose cover.',
  permission: 'locations.read',
  parameters: [
    {
      name: 'PURPOSE',
      description: 'What it is for: the short name of one of the organisation’s purposes.',
      kind: 'STRING',
      required: true,
      maxLength: 63,
    },
    {
      name: 'REASON',
      description: 'Why you look, in your words: the persons who are shown can read it.',
      kind: 'STRING',
      required: true,
      maxLength: REASON_MOST,
    },
    {
      name: 'START',
      description: 'Fixes from this time on, such as 2026-11-21T00:00:00Z.',
      kind: 'TIME',
      required: true,
    },
    {
      name: 'END',
      description: 'Fixes before this time; at most 366 days after START.',
      kind: 'TIME',
      required: true,
    },
    {
      name: 'DISTANCE',
      description: 'How near two fixes are at most, on the great circle.',
      kind: 'NUMBER',
      unit: 'm',
      minimum: 0.1,
      maximum: 10_000,
      defaultValue: String(DEFAULT_RULE.distanceM),
    },
    {
      name: 'WITHIN',
      description: 'How far their times are apart at most.',
      kind: 'NUMBER',
      unit: 's',
      minimum: 0,
      maximum: 3_600,
      defaultValue: String(DEFAULT_RULE.withinMs / 1000),
    },
    {
      name: 'GAP',
      description: 'Contacts of two persons that are further apart than this are episodes of their own.',
      kind: 'NUMBER',
      unit: 's',
      minimum: 0,
      maximum: 86_400,
      defaultValue: String(DEFAULT_RULE.episodeGapMs / 1000),
    },
    {
      name: 'ACCURACY',
      description:
        'What the accuracy radii of fixes do to their distance: ignore them, possible (they may have been that close), certain (they must have been).',
      kind: 'ENUM',
      values: ACCURACY_RULES,
      defaultValue: DEFAULT_RULE.accuracy,
    },
    {
      name: 'FORMAT',
      description: 'Of the results, a file for each.',
      kind: 'ENUM',
      values: EPISODE_FORMATS,
      repeated: true,
      maxCount: EPISODE_FORMATS.length,
      defaultValue: 'csv',
    },
  ],
  limits: {
    executionDurationMs: 4 * 3_600_000,
    maxExecutionDurationMs: 86_400_000,
    memoryBytes: 512 * 1024 ** 2,
    outputBytes: 4 * 1024 ** 3,
    maxAttempts: 3,
  },
  askLess:
    'Ask for a shorter WITHIN or DISTANCE, so that fewer fixes are compared, or for less time at once.',

  async plan(parameters, context) {
    const { locations } = context
    if (locations === undefined || context.immediate === true) {
      throw new DomainError(
        'FAILED_PRECONDITION',
        'LOCATIONS_UNAVAILABLE',
        'Connections are found by jobs, and not while somebody waits.',
      )
    }
    const asked = readParameters(parameters)
    const { start, end } = asked
    const { id: purposeId } = await purposeOf(parameters, locations)
    await refuseUncovered(locations, purposeId, start, end)
    const estimates = await locations.fixesByDay(start, end)
    return daysOf(start.getTime(), end.getTime()).map(([startMs, endMs], index) =>
      taskOf(
        {
          purposeId,
          reason: asked.reason,
          windowStartMs: start.getTime(),
          windowEndMs: end.getTime(),
          startMs,
          endMs,
          rule: asked.rule,
          formats: asked.formats,
        },
        estimates[index] ?? 0,
      ),
    )
  },

  loadRun: async () => (await import('./run-connections.ts')).runConnections,
  loadCollect: async () => (await import('./collect-connections.ts')).collectConnections,
  collectsFiles: true,
}

interface Asked {
  readonly reason: string
  readonly start: Date
  readonly end: Date
  readonly rule: ConnectionRule
  readonly formats: readonly EpisodeFormat[]
}

function readParameters(parameters: GivenParameters): Asked {
  const reason = parameters.one('REASON')
  const violations: FieldViolation[] = []
  if (reason === undefined || reason.value.length < REASON_LEAST) {
    violations.push({
      field: reason?.field ?? 'parameters',
      description: `REASON must have ${REASON_LEAST} characters at least: those who are shown read it`,
    })
  }
  const start = parameters.time('START')
  const end = parameters.time('END')
  if (start !== undefined && end !== undefined) {
    const days = (end.getTime() - start.getTime()) / DAY_MS
    const description =
      days <= 0
        ? 'END must be after START'
        : days > WINDOW_DAYS_MOST
          ? `END must be ${WINDOW_DAYS_MOST} days after START at most, and is ${days.toFixed(1)}`
          : undefined
    if (description !== undefined) {
      violations.push({ field: parameters.one('END')?.field ?? 'parameters', description })
    }
  }
  if (violations.length > 0 || reason === undefined || start === undefined || end === undefined) {
    throw invalid(violations)
  }
  const seconds = (name: string) => Math.round((parameters.number(name) ?? 0) * 1000)
  return {
    reason: reason.value,
    start,
    end,
    rule: {
      distanceM: parameters.number('DISTANCE') ?? DEFAULT_RULE.distanceM,
      withinMs: seconds('WITHIN'),
      episodeGapMs: seconds('GAP'),
      accuracy: (parameters.one('ACCURACY')?.value ?? DEFAULT_RULE.accuracy) as AccuracyRule,
    },
    formats: [...new Set(parameters.all('FORMAT').map(({ value }) => value as EpisodeFormat))],
  }
}

function invalid(violations: readonly FieldViolation[]): DomainError {
  const [first] = violations
  const text = `UsageError: ${first?.field}: ${first?.description}`
  return new DomainError('INVALID_ARGUMENT', 'INVALID_PARAMETERS', text, { violations })
}

async function purposeOf(
  parameters: GivenParameters,
  locations: NonNullable<PlanContext['locations']>,
): Promise<{ readonly id: string }> {
  const { value, field } = parameters.one('PURPOSE') ?? { value: '', field: 'parameters' }
  const purpose = await locations.purpose(value)
  if (purpose !== undefined) return purpose
  const known = await locations.purposes()
  const which = known.length === 0 ? 'it has none yet' : `there are ${known.join(', ')}`
  throw invalid([{ field, description: `the organisation has no purpose ${value}; ${which}` }])
}

async function refuseUncovered(
  locations: NonNullable<PlanContext['locations']>,
  purposeId: string,
  start: Date,
  end: Date,
): Promise<void> {
  const persons = await locations.coveredPersons(purposeId, start, end)
  if (persons >= 2) return
  throw new DomainError(
    'FAILED_PRECONDITION',
    'CONSENT_MISSING',
    `Consents to the purpose cover ${persons === 0 ? 'nobody' : 'one person alone'} in that window: there are no two who could have met.`,
  )
}

/** Parts of a window that end with it or at midnight of UTC. */
function daysOf(startMs: number, endMs: number): (readonly [startMs: number, endMs: number])[] {
  const days: (readonly [number, number])[] = []
  for (let from = startMs; from < endMs; ) {
    const to = Math.min(endMs, (Math.floor(from / DAY_MS) + 1) * DAY_MS)
    days.push([from, to])
    from = to
  }
  return days
}

function taskOf(payload: ConnectionsPayload, estimatedFixes: number): PlannedTask {
  const day = new Date(payload.startMs).toISOString().slice(0, 10)
  const resultBytes = RESULT_BYTES_LEAST + estimatedFixes * RESULT_BYTES_PER_FIX
  return {
    displayName: `Contacts of ${day}`,
    payload,
    sizeBytes: resultBytes * payload.formats.length,
    durationMs: TASK_OVERHEAD_MS + estimatedFixes / FIXES_PER_MS,
  }
}
