import { AlgorithmSpec } from '@fairlead/proto/server/fairlead/workflows/v1/algorithms'
import type { EntityManager } from 'typeorm'
import { type Database, rows } from '../sql.ts'
import type { AlgorithmKey, AlgorithmRecord } from './algorithm.ts'
import type { AlgorithmState } from './algorithm-transitions.ts'

export interface AlgorithmRow {
  id: string
  organization_id: string
  organization_slug: string
  organization_display_name: string
  slug: string
  version: number
  spec: unknown
  state: AlgorithmState
  registrant_id: string
  registrant_display_name: string
  create_time: Date
  review_time: Date | null
  reviewer_display_name: string | null
  review_comment: string
}

/** To be followed by a condition. @param more columns, as SQL */
export function selectAlgorithms(more = ''): string {
  return `
    select algorithms.id, organization_id, organizations.slug as organization_slug,
      organizations.display_name as organization_display_name, algorithms.slug, version, spec, state, registrant_id,
      registrants.display_name as registrant_display_name, algorithms.create_time, review_time,
      reviewers.display_name as reviewer_display_name, review_comment ${more}
    from algorithms
      join organizations on organizations.id = organization_id
      join users as registrants on registrants.id = registrant_id
      left join users as reviewers on reviewers.id = reviewer_id`
}

export function algorithmOf(row: AlgorithmRow): AlgorithmRecord {
  return {
    id: row.id,
    organizationId: row.organization_id,
    organizationSlug: row.organization_slug,
    organizationDisplayName: row.organization_display_name,
    slug: row.slug,
    version: row.version,
    spec: AlgorithmSpec.fromJSON(row.spec),
    state: row.state,
    registrantId: row.registrant_id,
    registrantDisplayName: row.registrant_display_name,
    createTime: row.create_time,
    reviewTime: row.review_time ?? undefined,
    reviewerDisplayName: row.reviewer_display_name ?? '',
    reviewComment: row.review_comment,
  }
}

export async function readAlgorithm(
  database: Database,
  { organization, slug, version }: AlgorithmKey,
): Promise<AlgorithmRecord | undefined> {
  const [row] = await rows<AlgorithmRow>(
    database,
    `${selectAlgorithms()} where organizations.slug = $1 and algorithms.slug = $2 and version = $3`,
    [organization, slug, version],
  )
  return row === undefined ? undefined : algorithmOf(row)
}

export async function algorithmById(database: Database, id: string): Promise<AlgorithmRecord | undefined> {
  const [row] = await rows<AlgorithmRow>(database, `${selectAlgorithms()} where algorithms.id = $1`, [id])
  return row === undefined ? undefined : algorithmOf(row)
}

/** Those that an organisation may name: its own, and others' that are for every organisation. Absent ones are left out. */
export async function algorithmsByKeys(
  database: Database,
  organizationId: string,
  keys: readonly AlgorithmKey[],
): Promise<AlgorithmRecord[]> {
  if (keys.length === 0) return []
  const found = await rows<AlgorithmRow>(
    database,
    `${selectAlgorithms()}
     where (organizations.slug, algorithms.slug, version)
         in (select * from unnest($2::text[], $3::text[], $4::integer[]))
       and (organization_id = $1 or for_every_organization)`,
    [
      organizationId,
      keys.map(({ organization }) => organization),
      keys.map(({ slug }) => slug),
      keys.map(({ version }) => version),
    ],
  )
  return found.map(algorithmOf)
}

/** Undefined when there is no such version any more. */
export async function algorithmState(database: Database, id: string): Promise<AlgorithmState | undefined> {
  const [row] = await rows<{ state: AlgorithmState }>(
    database,
    'select state from algorithms where id = $1',
    [id],
  )
  return row?.state
}

export interface NewAlgorithm {
  readonly id: string
  readonly organizationId: string
  readonly slug: string
  readonly version: number
  readonly spec: AlgorithmSpec
  readonly registrantId: string
  readonly requestId: string | undefined
}

/** False when its request_id has registered one before. */
export async function insertAlgorithm(manager: EntityManager, algorithm: NewAlgorithm): Promise<boolean> {
  const inserted = await rows(
    manager,
    `insert into algorithms
       (id, organization_id, slug, version, spec, for_every_organization, registrant_id, request_id)
     values ($1, $2, $3, $4, $5::jsonb, $6, $7, $8)
     on conflict (organization_id, registrant_id, request_id) do nothing returning id`,
    [
      algorithm.id,
      algorithm.organizationId,
      algorithm.slug,
      algorithm.version,
      JSON.stringify(AlgorithmSpec.toJSON(algorithm.spec)),
      algorithm.spec.forEveryOrganization,
      algorithm.registrantId,
      algorithm.requestId ?? null,
    ],
  )
  return inserted.length > 0
}

export async function algorithmOfRequest(
  database: Database,
  organizationId: string,
  registrantId: string,
  requestId: string,
): Promise<AlgorithmRecord | undefined> {
  const [row] = await rows<AlgorithmRow>(
    database,
    `${selectAlgorithms()} where organization_id = $1 and registrant_id = $2 and algorithms.request_id = $3`,
    [organizationId, registrantId, requestId],
  )
  return row === undefined ? undefined : algorithmOf(row)
}

export async function countPending(database: Database, organizationId: string): Promise<number> {
  const [row] = await rows<{ pending: number }>(
    database,
    `select count(*)::int as pending from algorithms where organization_id = $1 and state = 'PENDING'`,
    [organizationId],
  )
  return row?.pending ?? 0
}

export interface StateChange {
  readonly from: AlgorithmState
  readonly to: AlgorithmState
  /** Of the operator's decision; undefined for what the organisation does itself. */
  readonly review: { readonly reviewerId: string; readonly comment: string } | undefined
}

/** False, and nothing done, when it is not in the state that it was seen in any more. */
export async function moveAlgorithm(
  manager: EntityManager,
  id: string,
  { from, to, review }: StateChange,
): Promise<boolean> {
  const moved = await rows(
    manager,
    review === undefined
      ? 'update algorithms set state = $3 where id = $1 and state = $2 returning id'
      : `update algorithms set state = $3, reviewer_id = $4, review_comment = $5, review_time = now()
         where id = $1 and state = $2 returning id`,
    review === undefined ? [id, from, to] : [id, from, to, review.reviewerId, review.comment],
  )
  return moved.length > 0
}
