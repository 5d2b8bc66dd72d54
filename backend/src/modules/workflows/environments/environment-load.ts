import type { EnvironmentLoad } from '@fairlead/proto/server/fairlead/workflows/v1/environments'
import type { DataSource } from 'typeorm'
import { containerLoad } from '../../jobs/index.ts'
import { WORKFLOW_SERVICE } from '../service/service-id.ts'
import { rows } from '../sql.ts'

/** By the environment's id, of those in which anything runs or waits; and when a worker for containers was heard of. */
export interface Loads {
  of(environmentId: string): EnvironmentLoad
}

interface LoadRow {
  environment: string
  running_steps: number
  waiting_steps: number
  running_containers: number
}

/** Of all organisations, as it is now. */
export async function readLoads(dataSource: DataSource): Promise<Loads> {
  const [found, { lastSeen }] = await Promise.all([
    rows<LoadRow>(
      dataSource,
      // Each part by its own partial index: what runs, and what may be taken.
      `with steps as (
         select job_id, index, payload, state from job_tasks where state = 'RUNNING'
         union all
         select job_id, index, payload, state from job_tasks
         where state = 'WAITING' and queued_at is not null and ready_at is null
       )
       select payload ->> 'environment' as environment,
         count(*) filter (where state = 'RUNNING')::int as running_steps,
         count(*) filter (where state = 'WAITING')::int as waiting_steps,
         coalesce(sum(containers.running), 0)::int as running_containers
       from steps join jobs on jobs.id = job_id
         left join lateral (
           select count(*) as running from workflow_containers as container
           where container.job_id = steps.job_id and task_index = steps.index and steps.state = 'RUNNING'
             and container.state in ('STARTING', 'RUNNING', 'COLLECTING')
         ) as containers on true
       where jobs.service = $1 and payload ->> 'environment' is not null
       group by 1`,
      [WORKFLOW_SERVICE],
    ),
    containerLoad(dataSource),
  ])
  const loads = new Map(found.map((row) => [row.environment, row]))
  return {
    of(environmentId) {
      const load = loads.get(environmentId)
      return {
        runningSteps: load?.running_steps ?? 0,
        waitingSteps: load?.waiting_steps ?? 0,
        runningContainers: load?.running_containers ?? 0,
        lastSeenTime: lastSeen,
      }
    },
  }
}
