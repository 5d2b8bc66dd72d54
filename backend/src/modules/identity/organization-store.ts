import type { DataSource, EntityManager } from 'typeorm'
import type { Organization, Page } from './identity-rows.ts'
import type { OrganizationKind } from './role-permissions.ts'

interface OrganizationRow {
  id: string
  slug: string
  display_name: string
  kind: OrganizationKind
  create_time: Date
}

export interface NewOrganization {
  readonly id: string
  readonly slug: string
  readonly displayName: string
  readonly kind: OrganizationKind
  readonly request?: { readonly creatorId: string; readonly id: string; readonly hash: Buffer }
}

const COLUMNS = 'id, slug, display_name, kind, create_time'

export function organizationOf(row: OrganizationRow): Organization {
  return {
    id: row.id,
    slug: row.slug,
    displayName: row.display_name,
    kind: row.kind,
    createTime: row.create_time,
  }
}

export class OrganizationStore {
  readonly #dataSource: DataSource

  constructor(dataSource: DataSource) {
    this.#dataSource = dataSource
  }

  async bySlug(slug: string): Promise<Organization | undefined> {
    return this.#one(`select ${COLUMNS} from organizations where slug = $1`, [slug])
  }

  async byId(id: string): Promise<Organization | undefined> {
    return this.#one(`select ${COLUMNS} from organizations where id = $1`, [id])
  }

  async byIds(ids: readonly string[]): Promise<Map<string, Organization>> {
    if (ids.length === 0) return new Map()
    const rows: OrganizationRow[] = await this.#dataSource.query(
      `select ${COLUMNS} from organizations where id = any($1)`,
      [ids],
    )
    return new Map(rows.map((row) => [row.id, organizationOf(row)]))
  }

  async bySlugs(slugs: readonly string[]): Promise<Organization[]> {
    if (slugs.length === 0) return []
    const rows: OrganizationRow[] = await this.#dataSource.query(
      `select ${COLUMNS} from organizations where slug = any($1)`,
      [slugs],
    )
    return rows.map(organizationOf)
  }

  async operator(): Promise<Organization | undefined> {
    return this.#one(`select ${COLUMNS} from organizations where kind = $1`, ['OPERATOR'])
  }

  async byDisplayName(name: string): Promise<Organization[]> {
    const rows: OrganizationRow[] = await this.#dataSource.query(
      `select ${COLUMNS} from organizations where lower(display_name) = lower($1) order by slug`,
      [name],
    )
    return rows.map(organizationOf)
  }

  /** By slug. */
  async page(after: readonly string[] | undefined, size: number): Promise<Page<Organization>> {
    const rows: OrganizationRow[] = await this.#dataSource.query(
      `select ${COLUMNS} from organizations where slug > $1 order by slug limit $2`,
      [after?.[0] ?? '', size + 1],
    )
    const items = rows.slice(0, size).map(organizationOf)
    const last = items.at(-1)
    return { items, position: rows.length > size && last !== undefined ? [last.slug] : undefined }
  }

  /** False when the slug, or the request id of this creator, is taken. */
  async insert(manager: EntityManager, organization: NewOrganization): Promise<boolean> {
    const { id, slug, displayName, kind, request } = organization
    const inserted: unknown[] = await manager.query(
      `insert into organizations (id, slug, display_name, kind, creator_id, request_id, request_hash)
       values ($1, $2, $3, $4, $5, $6, $7) on conflict do nothing returning id`,
      [id, slug, displayName, kind, request?.creatorId, request?.id, request?.hash],
    )
    return inserted.length > 0
  }

  async byRequest(
    manager: EntityManager,
    creatorId: string,
    requestId: string,
  ): Promise<{ organization: Organization; requestHash: Buffer } | undefined> {
    const [row]: (OrganizationRow & { request_hash: Buffer })[] = await manager.query(
      `select ${COLUMNS}, request_hash from organizations where creator_id = $1 and request_id = $2`,
      [creatorId, requestId],
    )
    return row === undefined
      ? undefined
      : { organization: organizationOf(row), requestHash: row.request_hash }
  }

  /** Until the transaction ends nobody else changes who is in the organisation. */
  async lock(manager: EntityManager, id: string): Promise<Organization | undefined> {
    return this.#lockOne(manager, `select ${COLUMNS} from organizations where id = $1 for update`, id)
  }

  async lockBySlug(manager: EntityManager, slug: string): Promise<Organization | undefined> {
    return this.#lockOne(manager, `select ${COLUMNS} from organizations where slug = $1 for update`, slug)
  }

  async #lockOne(manager: EntityManager, sql: string, key: string): Promise<Organization | undefined> {
    const [row]: OrganizationRow[] = await manager.query(sql, [key])
    return row === undefined ? undefined : organizationOf(row)
  }

  async #one(sql: string, parameters: unknown[]): Promise<Organization | undefined> {
    const [row]: OrganizationRow[] = await this.#dataSource.query(sql, parameters)
    return row === undefined ? undefined : organizationOf(row)
  }
}
