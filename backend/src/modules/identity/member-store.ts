import type { DataSource, EntityManager } from 'typeorm'
import { v7 } from 'uuid'
import type { Member, Membership, Page } from './identity-rows.ts'
import { organizationOf } from './organization-store.ts'
import type { OrganizationKind, Role } from './role-permissions.ts'

/** LOCAL: given here. ISSUER: follows the groups in the user's tokens. */
export type MembershipSource = 'LOCAL' | 'ISSUER'

export interface HeldMembership {
  readonly id: string
  readonly organizationId: string
  readonly role: Role
  readonly source: MembershipSource
}

interface MemberRow {
  id: string
  role: Role
  source: MembershipSource
  create_time: Date
  create_position: string
  user_id: string
  user_display_name: string
  user_email: string | null
  user_create_time: Date
  invited: boolean
}

const SELECT_MEMBERS = `
  select m.id, m.role, m.source, m.create_time, m.create_time::text as create_position, u.id as user_id,
    u.display_name as user_display_name, u.email as user_email, u.create_time as user_create_time,
    u.issuer is null as invited
  from memberships m join users u on u.id = m.user_id`

function memberOf(row: MemberRow): Member {
  return {
    id: row.id,
    role: row.role,
    state: row.invited ? 'INVITED' : 'ACTIVE',
    fromIssuer: row.source === 'ISSUER',
    createTime: row.create_time,
    user: {
      id: row.user_id,
      displayName: row.user_display_name,
      email: row.user_email ?? '',
      createTime: row.user_create_time,
    },
  }
}

export class MemberStore {
  readonly #dataSource: DataSource

  constructor(dataSource: DataSource) {
    this.#dataSource = dataSource
  }

  /** In the order in which they joined. */
  async page(
    organizationId: string,
    after: readonly string[] | undefined,
    size: number,
  ): Promise<Page<Member>> {
    const rows: MemberRow[] = await this.#dataSource.query(
      `${SELECT_MEMBERS}
       where m.organization_id = $1 and (m.create_time, m.id) > ($2::timestamptz, $3::uuid)
       order by m.create_time, m.id limit $4`,
      [
        organizationId,
        after?.[0] ?? '-infinity',
        after?.[1] ?? '00000000-0000-0000-0000-000000000000',
        size + 1,
      ],
    )
    const last = rows[size - 1]
    const position = rows.length > size && last !== undefined ? [last.create_position, last.id] : undefined
    return { items: rows.slice(0, size).map(memberOf), position }
  }

  async byId(manager: EntityManager, organizationId: string, id: string): Promise<Member | undefined> {
    const rows: MemberRow[] = await manager.query(
      `${SELECT_MEMBERS} where m.organization_id = $1 and m.id = $2`,
      [organizationId, id],
    )
    return rows[0] === undefined ? undefined : memberOf(rows[0])
  }

  /** The new membership's id; undefined when the user is a member already. */
  async insert(
    manager: EntityManager,
    organizationId: string,
    userId: string,
    role: Role,
    source: MembershipSource = 'LOCAL',
  ): Promise<string | undefined> {
    const rows: { id: string }[] = await manager.query(
      `insert into memberships (id, organization_id, user_id, role, source) values ($1, $2, $3, $4, $5)
       on conflict on constraint memberships_once do nothing returning id`,
      [v7(), organizationId, userId, role, source],
    )
    return rows[0]?.id
  }

  async setRole(manager: EntityManager, id: string, role: Role): Promise<void> {
    await manager.query('update memberships set role = $2 where id = $1', [id, role])
  }

  async delete(manager: EntityManager, id: string): Promise<void> {
    await manager.query('delete from memberships where id = $1', [id])
  }

  /** Administrators beside this member. An invited one does not stand in for one who can sign in. */
  async countOtherAdministrators(
    manager: EntityManager,
    organizationId: string,
    member: Member,
  ): Promise<number> {
    const [row]: { count: number }[] = await manager.query(
      `select count(*)::int as count from memberships m join users u on u.id = m.user_id
       where m.organization_id = $1 and m.role = 'ADMINISTRATOR' and m.id <> $2
         and (u.issuer is not null or $3)`,
      [organizationId, member.id, member.state === 'INVITED'],
    )
    return row?.count ?? 0
  }

  /** All of the user's. */
  async held(manager: EntityManager, userId: string): Promise<HeldMembership[]> {
    const rows: { id: string; organization_id: string; role: Role; source: MembershipSource }[] =
      await manager.query('select id, organization_id, role, source from memberships where user_id = $1', [
        userId,
      ])
    return rows.map(({ id, organization_id: organizationId, role, source }) => ({
      id,
      organizationId,
      role,
      source,
    }))
  }

  async ofUser(userId: string): Promise<Membership[]> {
    const rows: {
      id: string
      slug: string
      display_name: string
      kind: OrganizationKind
      create_time: Date
      role: Role
      join_time: Date
    }[] = await this.#dataSource.query(
      `select o.id, o.slug, o.display_name, o.kind, o.create_time, m.role, m.create_time as join_time
       from memberships m join organizations o on o.id = m.organization_id
       where m.user_id = $1 order by o.display_name, o.slug`,
      [userId],
    )
    return rows.map((row) => ({
      organization: organizationOf(row),
      role: row.role,
      joinTime: row.join_time,
    }))
  }
}
