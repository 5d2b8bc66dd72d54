import { randomUUID } from 'node:crypto'
import type pg from 'pg'
import type { DataSource } from 'typeorm'
import { makeJobs } from '../../../../../bench/src/backend-system/make-jobs.ts'

/** In the order of their places. */
export interface People {
  readonly userIds: readonly string[]
  /** A completed job of each. */
  readonly jobIds: readonly string[]
}

/** As the issuer's tokens name them. */
export const nameOf = (user: number) => `user${user}`

/** Members of one organisation, each with a job. */
export async function makePeople(database: DataSource, issuer: string, count: number): Promise<People> {
  const userIds = Array.from({ length: count }, () => randomUUID())
  const jobIds = userIds.map(() => randomUUID())
  const organizationId = randomUUID()
  await database.query(
    `insert into organizations (id, slug, display_name, kind)
     values ($1, 'bench', 'Bench', 'MEMBER')`,
    [organizationId],
  )
  await database.query(
    `insert into users (id, issuer, subject, email, display_name)
     select id, $3, 'dev-' || name, name || '@example.org', name
     from unnest($1::uuid[], $2::text[]) as made (id, name)`,
    [userIds, userIds.map((_, user) => nameOf(user)), issuer],
  )
  await database.query(
    `insert into memberships (id, organization_id, user_id, role)
     select gen_random_uuid(), $2, id, 'SUBMITTER' from unnest($1::uuid[]) as made (id)`,
    [userIds, organizationId],
  )
  const placeIn = (ids: readonly string[]) => `('{${ids}}'::uuid[])[n]`
  await makeJobs(database, { organizationId, userId: '' }, count, {
    id: placeIn(jobIds),
    owner: placeIn(userIds),
  })
  await database.query('analyze')
  return { userIds, jobIds }
}

/**
 * Tells that a job of each of these users has completed, as the change of the job does, in one transaction. `commits`
 * is called just before its COMMIT. Returns the events' ids.
 */
export async function tellOfCompletion(
  client: pg.Client,
  { jobIds }: People,
  users: readonly number[],
  commits: () => void = () => undefined,
): Promise<string[]> {
  await client.query('begin')
  const { rows } = await client.query<{ id: string }>({
    name: 'tell-of-completion',
    text: `insert into outbox (routing_key, payload)
      select 'jobs.completed.' || organization_id,
        jsonb_build_object('job', id, 'organization', organization_id, 'owner', owner_id, 'service', service,
          'run_id', run_id, 'phase', phase, 'version', version, 'sequence', last_sequence, 'error_reason', null,
          'error_message', null, 'phase_reason', null, 'phase_message', null, 'task_count', task_count,
          'tasks_failed', tasks_failed, 'actor', null)
      from unnest($1::uuid[]) as ended (id) join jobs using (id)
      returning id::text`,
    values: [users.map((user) => jobIds[user])],
  })
  commits()
  await client.query('commit')
  return rows.map(({ id }) => id)
}
