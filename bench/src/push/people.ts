import { randomUUID } from 'node:crypto'
import type { DataSource } from 'typeorm'
import { makeJobs } from '../backend-system/make-jobs.ts'

/** In the order of their places. */
export interface People {
  readonly userIds: readonly string[]
  /** A completed job of each. */
  readonly jobIds: readonly string[]
}

export const nameOf = (user: number) => `user${user}`

/** Members of one organisation, as the issuer knows them, each with a job. */
export async function makePeople(database: DataSource, issuer: string, count: number): Promise<People> {
  const userIds = Array.from({ length: count }, () => randomUUID())
  const jobIds = userIds.map(() => randomUUID())
  const organizationId = randomUUID()
  await database.query(
    `insert into organizations (id, slug, display_name, kind)
     values (gen_random_uuid(), 'operator', 'Operator', 'OPERATOR'), ($1, 'bench', 'Bench', 'MEMBER')`,
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
