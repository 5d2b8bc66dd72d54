import { type Database, rows } from '../sql.ts'

/** What workers can run in containers at present, and have to. */
export interface ContainerLoad {
  /** Tasks at a time, of the workers that take tasks; 0 when there is none that can run containers. */
  readonly slots: number
  readonly running: number
  /** In the queue, or to be tried again. */
  readonly waiting: number
  /** When the latest of those workers was last heard of; undefined when there is none. */
  readonly lastSeen: Date | undefined
}

export async function containerLoad(database: Database): Promise<ContainerLoad> {
  const [found] = await rows<{ slots: number; last_seen: Date | null; running: number; waiting: number }>(
    database,
    `select
       (select coalesce(sum(container_slots) filter (where state = 'ACTIVE'), 0)::int
        from job_workers where lease_expires_at > now()) as slots,
       (select max(seen_time) from job_workers where container_slots > 0) as last_seen,
       (select count(*)::int from job_tasks where state = 'RUNNING' and external) as running,
       (select count(*)::int from job_tasks
        where state = 'WAITING' and external and (ready_at is not null or queued_at is not null)) as waiting`,
    [],
  )
  return {
    slots: found?.slots ?? 0,
    running: found?.running ?? 0,
    waiting: found?.waiting ?? 0,
    lastSeen: found?.last_seen ?? undefined,
  }
}
