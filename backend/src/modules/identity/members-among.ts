import type { EntityManager } from 'typeorm'

type Database = Pick<EntityManager, 'query'>

/* Asked for many at once, by those who tell users of something and must know that they still may. */

export interface MemberKey {
  readonly organizationId: string
  readonly userId: string
}

export function memberKey({ organizationId, userId }: MemberKey): string {
  return `${organizationId} ${userId}`
}

/** The keys of those who are members. */
export async function membersAmong(
  database: Database,
  asked: readonly MemberKey[],
): Promise<ReadonlySet<string>> {
  if (asked.length === 0) return new Set()
  const found: { organization_id: string; user_id: string }[] = await database.query(
    `select organization_id, user_id from memberships
     where (organization_id, user_id) in (select * from unnest($1::uuid[], $2::uuid[]))`,
    [asked.map(({ organizationId }) => organizationId), asked.map(({ userId }) => userId)],
  )
  return new Set(found.map((row) => memberKey({ organizationId: row.organization_id, userId: row.user_id })))
}

export interface RolesAsked {
  /** Undefined for the operator organisation. */
  readonly organizationId: string | undefined
  readonly roles: readonly string[]
}

/** The users who have one of the roles, for each that was asked for, in the order in which they joined. */
export async function usersWithRoles(
  database: Database,
  asked: readonly RolesAsked[],
): Promise<readonly (readonly string[])[]> {
  if (asked.length === 0) return []
  const found: { position: number; user_id: string }[] = await database.query(
    `select asked.position::int, memberships.user_id
     from unnest($1::uuid[], $2::text[]) with ordinality as asked (organization_id, roles, position)
     join organizations on organizations.id = asked.organization_id
       or (asked.organization_id is null and organizations.kind = 'OPERATOR')
     join memberships on memberships.organization_id = organizations.id
       and memberships.role = any (string_to_array(asked.roles, ','))
     order by asked.position, memberships.create_time, memberships.id`,
    [asked.map(({ organizationId }) => organizationId ?? null), asked.map(({ roles }) => roles.join(','))],
  )
  const byPosition = Map.groupBy(found, ({ position }) => position)
  return asked.map((_, index) => (byPosition.get(index + 1) ?? []).map(({ user_id }) => user_id))
}

/** Those who exist. */
export async function usersAmong(database: Database, ids: readonly string[]): Promise<ReadonlySet<string>> {
  if (ids.length === 0) return new Set()
  const found: { id: string }[] = await database.query('select id from users where id = any($1::uuid[])', [
    ids,
  ])
  return new Set(found.map(({ id }) => id))
}
