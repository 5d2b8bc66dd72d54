import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import { type ClientRun, runClient } from './client-run.ts'
import { checkDatabase, checkPromises, type JobFacts, jobFacts } from './database-checks.ts'
import { JobClient } from './job-client.ts'
import { checkLeftovers, checkObjects, checkScratch } from './object-checks.ts'
import { LANES, type Plan, type PlannedJob } from './plan.ts'
import type { SeedReport } from './report.ts'
import { Tally } from './tally.ts'
import { Target } from './target.ts'

const organization = 'organizations/survey-institute'

const SUBMITTED_MS = 240_000
/** From the last kill until every job has ended; the leases of the dead run out within 15 s. */
const QUIET_MS = 120_000
const LOOK_MS = 250
/** From the end of a job until its watchers know; a broken stream is found within this. */
const WATCHERS_END_MS = 30_000
const CLEAN_UP_MS = 60_000

/** Carries a plan out on a Fairlead of its own, and reports what is not as it must be. */
export async function runSeed(plan: Plan, logsFolder: string): Promise<SeedReport> {
  const begun = performance.now()
  const target = await Target.start(plan)
  const startedMs = performance.now() - begun
  const answers = new Tally()
  let outcome: Outcome
  let violations: string[]
  try {
    outcome = await carryOut(plan, target, answers)
    violations = outcome.violations
  } catch (error) {
    outcome = { facts: [], runs: [], violations: [] }
    violations = [`the run broke off: ${error instanceof Error ? error.message : error}`]
  }
  violations = [
    ...violations,
    ...target.crashes(),
    ...(await target.stop()),
    ...checkLeftovers(target.objectsFolder),
  ]
  if (violations.length > 0) target.keepLogs(logsFolder)
  target.discard()
  return {
    seed: plan.seed,
    workers: plan.workers,
    concurrency: plan.concurrency,
    kills: target.kills.toJSON(),
    jobs: tallyOf(phasesOf(outcome)),
    errors: tallyOf(
      outcome.facts.flatMap(({ error_reason, phase }) => (phase === 'ERROR' ? [error_reason ?? ''] : [])),
    ),
    tasks: sum(outcome.facts.map(({ task_count }) => task_count)),
    attempts: sum(outcome.facts.map(({ attempts }) => attempts)),
    answers: answers.toJSON(),
    watchers: outcome.runs.filter(({ watcher }) => watcher !== undefined).length,
    reconnects: sum(outcome.runs.map(({ watcher }) => watcher?.reconnects ?? 0)),
    startSeconds: seconds(startedMs),
    seconds: seconds(performance.now() - begun),
    violations,
  }
}

interface Outcome {
  readonly facts: readonly JobFacts[]
  readonly runs: readonly ClientRun[]
  readonly violations: string[]
}

async function carryOut(plan: Plan, target: Target, answers: Tally): Promise<Outcome> {
  const { fairlead } = target
  const over = new AbortController()
  const client = new JobClient(fairlead.url, await fairlead.token('alice'), organization, answers)
  try {
    const watching: Promise<void>[] = []
    const running: Promise<ClientRun>[] = []
    const killing: Promise<void>[] = []
    const due = [...plan.kills]
    const submit = (job: PlannedJob) =>
      new Promise<void>((submitted) => {
        running.push(runClient(client, job, watching, submitted, over.signal))
      })
    let submitted = 0
    const submitLane = async (lane: number) => {
      for (const job of plan.jobs.filter(({ number }) => number % LANES === lane)) {
        await delay(job.pauseMs)
        await submit(job)
        submitted++
        while ((due[0]?.afterJobs ?? Number.POSITIVE_INFINITY) <= submitted) {
          const kill = due.shift()
          if (kill !== undefined) killing.push(target.kill(kill, over.signal))
        }
      }
    }
    const lanes = Array.from({ length: LANES }, (_, lane) => submitLane(lane))
    await within(SUBMITTED_MS, 'clients still wait for an answer to CreateJob', Promise.all(lanes))
    await Promise.all(killing)
    await target.recovered()
    const runs = await within(QUIET_MS, 'clients still wait for an answer', Promise.all(running))
    const database = new pg.Client({ connectionString: fairlead.databaseUrl() })
    await database.connect()
    try {
      await quiet(database)
      // Who has not seen the end by then is found by the checks.
      await Promise.race([Promise.all(watching), delay(WATCHERS_END_MS)])
      await cleanUp(database)
      const facts = await jobFacts(database)
      return {
        facts,
        runs,
        violations: [
          ...runs.flatMap((run) => [...run.violations, ...(run.watcher?.violations ?? [])]),
          ...checkPromises(runs, facts),
          ...(await checkDatabase(database)),
          ...(await checkObjects(database, target.objectsFolder, client, fairlead.url)),
          ...(await checkScratch(database, target.objectsFolder)),
          ...(await target.orphans()),
        ],
      }
    } finally {
      await database.end()
    }
  } finally {
    over.abort()
    client.close()
  }
}

async function within<Value>(limitMs: number, what: string, promise: Promise<Value>): Promise<Value> {
  const timer = new AbortController()
  try {
    return await Promise.race([
      promise,
      delay(limitMs, undefined, { signal: timer.signal }).then(() => {
        throw new Error(`${what} after ${limitMs / 1_000} s`)
      }),
    ])
  } finally {
    timer.abort()
  }
}

/** Waits until nothing runs or waits any more, or it would take too long: the checks then say what is left. */
async function quiet(database: pg.Client): Promise<void> {
  const deadline = performance.now() + QUIET_MS
  while (performance.now() < deadline) {
    const { rows } = await database.query(
      `select from jobs where phase not in ('COMPLETED', 'ERROR', 'ABORTED') and delete_time is null limit 1`,
    )
    if (rows.length === 0) return
    await delay(LOOK_MS)
  }
}

/** Content that stands for nothing is removed a minute after its job's end: here now. */
async function cleanUp(database: pg.Client): Promise<void> {
  const deadline = performance.now() + CLEAN_UP_MS
  while (performance.now() < deadline) {
    const { rows } = await database.query<{ count: number }>(
      `select count(*)::int as count from graphile_worker.jobs where task_identifier = 'jobs.clean_up'`,
    )
    if (rows[0]?.count === 0) return
    await database.query(
      `select graphile_worker.reschedule_jobs(array_agg(id), run_at => now()) from graphile_worker.jobs
       where task_identifier = 'jobs.clean_up' and locked_at is null and run_at > now()`,
    )
    await delay(LOOK_MS)
  }
}

function phasesOf({ facts, runs }: Outcome): string[] {
  const gone = runs.filter(({ deleted }) => deleted).map(() => 'deleted')
  return [...facts.map(({ phase }) => phase), ...gone]
}

function tallyOf(names: readonly string[]): Record<string, number> {
  const tally = new Tally()
  for (const name of names) tally.count(name)
  return tally.toJSON()
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0)
}

function seconds(ms: number): number {
  return Math.round(ms / 100) / 10
}
