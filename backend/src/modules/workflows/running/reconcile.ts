import type { Logger } from 'pino'
import type { DataSource } from 'typeorm'
import type { ContainerExecution, ContainerKey } from '../../../ports/containers.ts'
import { rows } from '../sql.ts'
import type { ContainerMetrics } from './container-metrics.ts'
import { closeContainers } from './container-store.ts'
import { isOpen } from './open-containers.ts'

export interface ReconcileOptions {
  readonly dataSource: DataSource
  readonly containers: ContainerExecution
  readonly metrics: ContainerMetrics
  readonly log: Logger
}

/** Of pg_try_advisory_lock: one worker of the installation does it at a time. */
const LOCK = 'select pg_try_advisory_lock(1715103, 0) as mine'
const UNLOCK = 'select pg_advisory_unlock(1715103, 0)'

/**
 * Whether a task, as `job_tasks`, is in a run, or will go on with it. One that waits for the operator to resume its job
 * is not in the queue: it begins again.
 */
const needs = (run: string) => `job_tasks.failures + 1 = ${run}
  and (job_tasks.state = 'RUNNING' or (job_tasks.state = 'WAITING' and job_tasks.queued_at is not null))`

/** Rows of which more are closed the next time. */
const BATCH = 1_000

/**
 * Removes what runs on the cluster for no task any more, and closes what is told to run and does not. Nothing while
 * another worker does it.
 */
export async function reconcile(options: ReconcileOptions): Promise<void> {
  const runner = options.dataSource.createQueryRunner()
  try {
    const [lock] = await rows<{ mine: boolean }>(runner, LOCK, [])
    if (lock?.mine !== true) return
    try {
      await removeOrphans(options)
      await closeStale(options)
    } finally {
      await rows(runner, UNLOCK, [])
    }
  } finally {
    await runner.release()
  }
}

async function removeOrphans({ dataSource, containers, metrics, log }: ReconcileOptions): Promise<void> {
  // Listed before the tasks are looked at: a run has its task before it has anything on the cluster.
  const listed = await containers.list()
  const orphans = await unneeded(dataSource, listed)
  let failed: unknown
  for (const key of orphans) {
    try {
      await containers.remove(key)
      metrics.removedOrphans(1)
      log.warn(
        { job: key.jobId, task: key.taskIndex, run: key.run },
        'containers that nobody needed were removed',
      )
    } catch (error) {
      failed ??= error
    }
  }
  if (failed !== undefined) throw failed
}

async function unneeded(dataSource: DataSource, keys: readonly ContainerKey[]): Promise<ContainerKey[]> {
  if (keys.length === 0) return []
  const found = await rows<{ position: string }>(
    dataSource,
    `select listed.position
     from unnest($1::uuid[], $2::int[], $3::int[]) with ordinality as listed (job_id, task_index, run, position)
     where not exists (
       select from job_tasks
       where job_tasks.job_id = listed.job_id and job_tasks.index = listed.task_index and ${needs('listed.run')}
     )`,
    [keys.map(({ jobId }) => jobId), keys.map(({ taskIndex }) => taskIndex), keys.map(({ run }) => run)],
  )
  return found.flatMap(({ position }) => keys[Number(position) - 1] ?? [])
}

/** Its worker was lost with its job, or before it could write. */
async function closeStale({ dataSource }: ReconcileOptions): Promise<void> {
  const stale = await rows<{ job_id: string; task_index: number; run: number; organization_id: string }>(
    dataSource,
    `select distinct job_id, task_index, run, jobs.organization_id
     from workflow_containers join jobs on jobs.id = job_id
     where ${isOpen} and not exists (
       select from job_tasks
       where job_tasks.job_id = workflow_containers.job_id and job_tasks.index = workflow_containers.task_index
         and ${needs('workflow_containers.run')}
     )
     limit ${BATCH}`,
    [],
  )
  for (const row of stale) {
    const key = { jobId: row.job_id, taskIndex: row.task_index, run: row.run }
    await closeContainers(dataSource, key, row.organization_id)
  }
}
