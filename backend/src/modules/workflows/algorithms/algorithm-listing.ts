import { type Database, rows } from '../sql.ts'
import type { AlgorithmRecord } from './algorithm.ts'
import { type AlgorithmRow, algorithmOf, selectAlgorithms } from './algorithm-store.ts'
import type { AlgorithmState } from './algorithm-transitions.ts'

/** Where a page ended: its last row's sort value as PostgreSQL writes it, and its id. */
export interface ListPosition {
  readonly value: string
  readonly id: string
}

export interface AlgorithmPage {
  readonly algorithms: readonly AlgorithmRecord[]
  readonly next: ListPosition | undefined
}

type PositionedRow = AlgorithmRow & { position: string }

function pageOf(found: readonly PositionedRow[], size: number): AlgorithmPage {
  const page = found.slice(0, size)
  const last = page.at(-1)
  return {
    algorithms: page.map(algorithmOf),
    next: found.length > size && last !== undefined ? { value: last.position, id: last.id } : undefined,
  }
}

export interface AlgorithmFilter {
  readonly organizationId: string
  /** None for all. */
  readonly states: readonly AlgorithmState[]
  /** Undefined: of each algorithm the latest version, and the latest that is approved; others' too. */
  readonly slug: string | undefined
}

/** Newest first. */
export async function listAlgorithms(
  database: Database,
  { organizationId, states, slug }: AlgorithmFilter,
  after: ListPosition | undefined,
  size: number,
): Promise<AlgorithmPage> {
  const listed =
    slug === undefined
      ? `algorithms.id in (
           (select distinct on (slug) id from algorithms where organization_id = $1 order by slug, version desc)
           union
           (select distinct on (organization_id, slug) id from algorithms
            where state = 'APPROVED' and (organization_id = $1 or for_every_organization)
            order by organization_id, slug, version desc))`
      : 'organization_id = $1 and algorithms.slug = $6'
  const found = await rows<PositionedRow>(
    database,
    `${selectAlgorithms(', algorithms.create_time::text as position')}
     where ${listed} and (cardinality($2::text[]) = 0 or state = any ($2))
       and ($3::timestamptz is null or (algorithms.create_time, algorithms.id) < ($3, $4::uuid))
     order by algorithms.create_time desc, algorithms.id desc limit $5`,
    [
      organizationId,
      states,
      after?.value ?? null,
      after?.id ?? null,
      size + 1,
      ...(slug === undefined ? [] : [slug]),
    ],
  )
  return pageOf(found, size)
}

/**
 * Microseconds since 1970 for what waits, so that who waits longest comes first, and after all of those the others,
 * newest first.
 */
const REVIEW_ORDER = `(case when state = 'PENDING' then 0 else 4e18 end
  + case when state = 'PENDING' then 1 else -1 end * extract(epoch from algorithms.create_time) * 1e6)::numeric`

/** Of every organisation. */
export async function listToReview(
  database: Database,
  states: readonly AlgorithmState[],
  after: ListPosition | undefined,
  size: number,
): Promise<AlgorithmPage> {
  const found = await rows<PositionedRow>(
    database,
    `select * from (
       ${selectAlgorithms(`, ${REVIEW_ORDER}::text as position`)}
     ) as algorithms
     where (cardinality($1::text[]) = 0 or state = any ($1))
       and ($2::numeric is null or (position::numeric, id) > ($2, $3::uuid))
     order by position::numeric, id limit $4`,
    [states, after?.value ?? null, after?.id ?? null, size + 1],
  )
  return pageOf(found, size)
}
