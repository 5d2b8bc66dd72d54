import type { DataSource } from 'typeorm'
import { validate } from 'uuid'
import { inTransaction } from '../../../database/index.ts'
import { rows } from '../sql.ts'

/** What a client knows a job by, beside its id. */
export interface OperatorJob {
  readonly jobId: string
  readonly agreementId: string
  readonly owner: string
  readonly provider: string
}

export interface OperatorJobFilter {
  readonly providers: readonly string[]
  readonly owner?: string | undefined
  readonly agreementId?: string | undefined
  readonly jobId?: string | undefined
  /** Only those that have not ended. */
  readonly unfinished?: boolean
}

interface OperatorJobRow {
  job_id: string
  agreement_id: string
  owner: string
  provider: string
}

/** The most that one answer holds, newest first. */
const JOBS_MAX = 100
const UNFINISHED = `('PENDING', 'QUEUED', 'EXECUTING', 'HELD', 'SUSPENDED')`

/** Notes whose a job is; false, and nothing is noted, while another job of the provider's agreement has not ended. */
export async function noteOperatorJob(
  dataSource: DataSource,
  job: OperatorJob & { readonly environment: string },
): Promise<boolean> {
  return inTransaction(dataSource, async (manager) => {
    // Whichever of two comes second sees the first.
    await manager.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [
      `operator agreement ${job.provider} ${job.agreementId}`,
    ])
    const noted = await rows(
      manager,
      `insert into operator_jobs (job_id, agreement_id, owner, provider, environment)
       select $1, $2, $3, $4, $5 where not exists (
         select from operator_jobs other join jobs on jobs.id = other.job_id
         where other.provider = $4 and other.agreement_id = $2 and jobs.phase in ${UNFINISHED}
           and jobs.delete_time is null)
       returning job_id`,
      [job.jobId, job.agreementId, job.owner, job.provider, job.environment],
    )
    return noted.length > 0
  })
}

export async function findOperatorJobs(
  dataSource: DataSource,
  { providers, owner, agreementId, jobId, unfinished = false }: OperatorJobFilter,
): Promise<OperatorJob[]> {
  if (jobId !== undefined && !validate(jobId)) return []
  const found = await rows<OperatorJobRow>(
    dataSource,
    `select job_id, agreement_id, owner, provider from operator_jobs join jobs on jobs.id = job_id
     where provider = any($1) and delete_time is null
       and ($2::text is null or operator_jobs.owner = $2) and ($3::text is null or agreement_id = $3)
       and ($4::uuid is null or job_id = $4) and (not $5 or phase in ${UNFINISHED})
     order by operator_jobs.create_time desc, job_id desc limit ${JOBS_MAX}`,
    [providers, owner ?? null, agreementId ?? null, jobId ?? null, unfinished],
  )
  return found.map((row) => ({
    jobId: row.job_id,
    agreementId: row.agreement_id,
    owner: row.owner,
    provider: row.provider,
  }))
}

/** Where the content of a result stands: asked once it is known to be released to who asks. */
export async function resultKey(
  dataSource: DataSource,
  jobId: string,
  result: string,
): Promise<string | undefined> {
  const [row] = await rows<{ object_key: string }>(
    dataSource,
    'select object_key from job_results where job_id = $1 and name = $2',
    [jobId, result],
  )
  return row?.object_key
}
