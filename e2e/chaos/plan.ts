import { Random } from '../../backend/src/random.ts'
import { center, large, pixelDeg, type SkyImage, small } from './sky.ts'

export interface PlannedJob {
  readonly number: number
  /** Between the answer to the job before it in its lane and its own submission. */
  readonly pauseMs: number
  readonly service: 'cutout' | 'preview' | 'statistics'
  readonly parameters: readonly { readonly name: string; readonly value: string }[]
  /** A UUID that follows from the seed. */
  readonly requestId: string
  /** With the one that collects, where the service does. */
  readonly tasks: number
  /** Created PENDING, and queued by another call. */
  readonly inTwoSteps: boolean
  /** Created once more under the same request, as by a client that lost the answer. */
  readonly repeated: boolean
  readonly watched: boolean
  readonly end: { readonly by: 'cancel' | 'delete'; readonly afterMs: number } | undefined
}

const victims = ['worker', 'backend', 'envoy', 'postgres'] as const
export type Victim = (typeof victims)[number]

/** By what the system has done, not by time alone: what is down is given the chance to work before the next kill. */
export interface PlannedKill {
  /** So many jobs have been submitted, and then so much time. */
  readonly afterJobs: number
  readonly afterMs: number
  readonly victim: Victim
  /** Which of the workers, from 0; of no account for others. */
  readonly worker: number
}

/** Everything that is done to one Fairlead, and when. The same for the same seed and number of jobs. */
export interface Plan {
  readonly seed: number
  /** Worker processes beside one another, and tasks that each runs at a time. */
  readonly workers: number
  readonly concurrency: number
  readonly jobs: readonly PlannedJob[]
  readonly kills: readonly PlannedKill[]
}

const MOST_TASKS = 50
/** Each lane submits one job after the other. */
export const LANES = 8
const LONGEST_PAUSE_MS = 1_200
const JOBS_A_KILL = 20
/** Some kills come when all jobs are submitted and many still run. */
const LONGEST_WAIT_MS = 3_000

export function makePlan(seed: number, jobCount: number): Plan {
  const random = new Random(seed)
  const workers = random.integer(1, 3)
  return {
    seed,
    workers,
    concurrency: random.integer(1, 3),
    jobs: Array.from({ length: jobCount }, (_, number) => planJob(random, number)),
    kills: planKills(random, jobCount, workers),
  }
}

function planJob(random: Random, number: number): PlannedJob {
  // Most jobs are small and a few have all the tasks that there may be.
  const stencils = Math.max(1, Math.ceil(MOST_TASKS * random.next() ** 4))
  const service = random.pick(['cutout', 'cutout', 'preview', 'statistics'])
  const image = random.chance(0.04) ? large : random.pick(small)
  return {
    number,
    pauseMs: random.between(0, LONGEST_PAUSE_MS),
    service,
    parameters: [
      { name: 'ID', value: image.id },
      ...Array.from({ length: stencils }, () => ({ name: 'CIRCLE', value: circleOn(random, image) })),
      ...(service === 'preview' ? [{ name: 'WIDTH', value: String(random.integer(16, 256)) }] : []),
    ],
    requestId: uuid(random),
    tasks: service === 'statistics' ? stencils + 1 : stencils,
    inTwoSteps: random.chance(0.15),
    repeated: random.chance(0.15),
    watched: random.chance(0.5),
    end: random.chance(0.15)
      ? { by: random.pick(['cancel', 'cancel', 'delete']), afterMs: random.between(0, 4_000) }
      : undefined,
  }
}

function circleOn(random: Random, image: SkyImage): string {
  const halfDeg = (image.sidePx * pixelDeg) / 2
  const offset = () => random.between(-halfDeg / 2, halfDeg / 2)
  const values = [center.ra + offset(), center.dec + offset(), random.between(halfDeg / 10, halfDeg / 2)]
  return values.map((value) => value.toFixed(4)).join(' ')
}

/** Each kind at least once, in a random order; workers most often. */
function planKills(random: Random, jobCount: number, workers: number): PlannedKill[] {
  const count = Math.max(victims.length, Math.round(jobCount / JOBS_A_KILL))
  const kinds = Array.from(
    { length: count },
    (_, kill) => victims[kill] ?? random.pick(['worker', 'worker', 'backend', 'envoy', 'postgres']),
  )
  return kinds
    .map((victim) => ({
      afterJobs: random.integer(1, jobCount),
      afterMs: random.between(0, LONGEST_WAIT_MS),
      victim,
      worker: random.integer(0, workers - 1),
    }))
    .toSorted((a, b) => a.afterJobs - b.afterJobs)
}

/** Version 4 in form. */
function uuid(random: Random): string {
  const hex = Array.from({ length: 32 }, () => random.integer(0, 15).toString(16))
  hex[12] = '4'
  hex[16] = random.pick(['8', '9', 'a', 'b'])
  return hex.join('').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}
