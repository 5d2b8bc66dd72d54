import type { DataSource } from 'typeorm'
import type { BackendSystem } from './start-backend.ts'

/** SQL expressions over `n`, the job's number from 1. */
export interface JobExpressions {
  readonly id?: string
  readonly phase?: string
  readonly service?: string
  readonly owner?: string
  readonly createTime?: string
}

/** Writes jobs straight into the table: many at once, without tasks and events. */
export async function makeJobs(
  database: Pick<DataSource, 'query'>,
  { organizationId, userId }: Pick<BackendSystem, 'organizationId' | 'userId'>,
  count: number,
  expressions: JobExpressions,
): Promise<void> {
  const phase = expressions.phase ?? `'COMPLETED'`
  const time = expressions.createTime ?? 'now()'
  await database.query(
    `insert into jobs (id, organization_id, owner_id, service, run_id, parameters, request_hash, phase,
       create_time, queue_time, end_time, destruction_time, execution_duration_ms, memory_limit_bytes,
       output_limit_bytes, quote_size_bytes, quote_duration_ms, task_count)
     select ${expressions.id ?? 'gen_random_uuid()'}, '${organizationId}',
       ${expressions.owner ?? `'${userId}'`}, ${expressions.service ?? `'cutout'`}, 'run ' || n,
       '[{"name": "ID", "value": "small"}, {"name": "CIRCLE", "value": "10 20 0.1"}]', '\\x00', phase,
       time, time, case when phase in ('COMPLETED', 'ERROR', 'ABORTED', 'ARCHIVED') then time end,
       time + interval '1 year', 60000, 268435456, 1073741824, 1000, 100, 1
     from (select n, ${phase} as phase, ${time} as time from generate_series(1, ${count}) as n) as made`,
  )
}
