import { workersChannel } from '../job-queue.ts'
import { type Database, rows } from '../sql.ts'

/** PAUSED takes no further task; DRAINING gives back what it runs, too. */
export type WorkerState = 'ACTIVE' | 'PAUSED' | 'DRAINING'

export interface WorkerRecord {
  readonly id: string
  readonly host: string
  readonly state: WorkerState
  /** Tasks at a time. */
  readonly concurrency: number
  /** Of those that take its places; tasks in containers are not among them. */
  readonly runningTasks: number
  /** Tasks in containers at a time, beside the others; 0 for a worker that cannot run any. */
  readonly containerSlots: number
  readonly runningContainerTasks: number
  readonly startTime: Date
  readonly leaseExpireTime: Date
}

interface WorkerRow {
  id: string
  host: string
  state: WorkerState
  concurrency: number
  running: number
  container_slots: number
  running_containers: number
  started_at: Date
  lease_expires_at: Date
}

/** Over a row of job_workers by the name that is given. */
function workerColumns(worker: string): string {
  const running = (external: boolean) => `(select count(*)::int from job_tasks
    where job_tasks.state = 'RUNNING' and job_tasks.lease_owner = ${worker}.id and external = ${external})`
  const columns = ['id', 'host', 'state', 'concurrency', 'container_slots', 'started_at', 'lease_expires_at']
  return `${columns.map((column) => `${worker}.${column}`).join(', ')}, ${running(false)} as running,
    ${running(true)} as running_containers`
}

function workerOf(row: WorkerRow): WorkerRecord {
  return {
    id: row.id,
    host: row.host,
    state: row.state,
    concurrency: row.concurrency,
    runningTasks: row.running,
    containerSlots: row.container_slots,
    runningContainerTasks: row.running_containers,
    startTime: row.started_at,
    leaseExpireTime: row.lease_expires_at,
  }
}

/** Those that renew their lease, the oldest first. */
export async function listWorkers(database: Database): Promise<WorkerRecord[]> {
  const found = await rows<WorkerRow>(
    database,
    `select ${workerColumns('job_workers')} from job_workers where lease_expires_at > now() order by started_at, id`,
    [],
  )
  return found.map(workerOf)
}

/** Tells a worker what to do from now on. Undefined for one that is gone. */
export async function setWorkerState(
  database: Database,
  id: string,
  state: WorkerState,
): Promise<WorkerRecord | undefined> {
  const found = await rows<WorkerRow>(
    database,
    `with changed as (
       update job_workers set state = $2 where id = $1 and lease_expires_at > now()
       returning *
     ), notified as (
       select pg_notify('${workersChannel}', id) from changed
     )
     select ${workerColumns('changed')} from changed, notified`,
    [id, state],
  )
  return found[0] === undefined ? undefined : workerOf(found[0])
}
