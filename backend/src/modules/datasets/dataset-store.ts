import type { DataSource, EntityManager } from 'typeorm'
import type { DatasetLocation } from '../../ports/dataset-files.ts'
import type { DatasetContent, DatasetRecord, DatasetVisibility } from './dataset.ts'
import { type DatasetRow, datasetColumns, datasetOf, listColumns } from './dataset-rows.ts'
import type { SkyCircle } from './footprint.ts'
import { equatorialBox, skyVector } from './sky-vector.ts'

/** What SQL can be sent through: the pool, or one transaction. */
export type Database = Pick<DataSource | EntityManager, 'query'>

export interface NewDataset {
  readonly id: string
  readonly publicId: string
  readonly displayName: string
  readonly organizationId: string
  readonly visibility: DatasetVisibility
  readonly location: DatasetLocation
  /** Of the owner, that it is made of. */
  readonly fileId?: string | undefined
  readonly content: DatasetContent
}

export type DatasetOrder = 'display_name' | 'create_time' | 'size_bytes'

/** The last row of a page: the column it is ordered by, as text, and its key. */
export interface Cursor {
  readonly sortKey: string
  readonly id: string
}

export interface DatasetQuery {
  /** Who looks: sees its own and those for everyone. */
  readonly organizationId: string
  /** Each has to be in the identifier or display name, in any case. */
  readonly words: readonly string[]
  /** Candidates only: datasets whose bounding circle meets it. */
  readonly circle: SkyCircle | undefined
  readonly order: DatasetOrder
  readonly descending: boolean
  readonly after: Cursor | undefined
  readonly limit: number
}

export interface ListedDataset {
  readonly record: DatasetRecord
  readonly cursor: Cursor
}

const readableBy = (parameter: string) => `(organization_id = ${parameter} or visibility = 'EVERYONE')`

/** Undefined when absent or another organisation's own. */
export async function findReadable(
  database: Database,
  organizationId: string,
  publicId: string,
  options: { withHeader: boolean },
): Promise<DatasetRecord | undefined> {
  const columns = options.withHeader ? datasetColumns : listColumns
  const sql = `select ${columns} from datasets where public_id = $1 and ${readableBy('$2')}`
  return first(await database.query<DatasetRow[]>(sql, [publicId, organizationId]))
}

/** Whoever owns it: for the operator's commands alone. */
export async function findByPublicId(
  database: Database,
  publicId: string,
): Promise<DatasetRecord | undefined> {
  return first(
    await database.query<DatasetRow[]>(`select ${datasetColumns} from datasets where public_id = $1`, [
      publicId,
    ]),
  )
}

/** Every dataset, for the operator's commands alone; headers left out. */
export async function findAll(database: Database): Promise<DatasetRecord[]> {
  const rows = await database.query<DatasetRow[]>(`select ${listColumns} from datasets order by public_id`)
  return rows.map(datasetOf)
}

/** Datasets whose file stands in a folder, at any depth; headers left out. */
export async function findInFolder(database: Database, folder: string): Promise<DatasetRecord[]> {
  const sql = `select ${listColumns} from datasets where starts_with(location, $1)`
  const rows = await database.query<DatasetRow[]>(sql, [folder])
  return rows.map(datasetOf)
}

/** SQL of each order: the expression sorted by, its text in a cursor, and that text's type. */
const ORDERS: Record<DatasetOrder, { expression: string; type: string }> = {
  display_name: { expression: `lower(display_name) collate "C"`, type: 'text' },
  create_time: { expression: 'create_time', type: 'timestamptz' },
  size_bytes: { expression: 'size_bytes', type: 'bigint' },
}

export async function findPage(database: Database, query: DatasetQuery): Promise<ListedDataset[]> {
  const values: unknown[] = []
  const bind = (value: unknown): string => `$${values.push(value)}`
  const conditions = [readableBy(bind(query.organizationId)), 'unavailable_reason is null']
  for (const word of query.words) {
    const parameter = bind(word)
    conditions.push(
      `(strpos(lower(public_id), lower(${parameter})) > 0 or strpos(lower(display_name), lower(${parameter})) > 0)`,
    )
  }
  if (query.circle !== undefined) conditions.push(...circleConditions(query.circle, bind))
  const { expression, type } = ORDERS[query.order]
  const direction = query.descending ? 'desc' : 'asc'
  if (query.after !== undefined) {
    const key = `${bind(query.after.sortKey)}::${type}`
    const comparison = query.descending ? '<' : '>'
    conditions.push(`(${expression}, id) ${comparison} (${key}, ${bind(query.after.id)}::uuid)`)
  }
  const rows = await database.query<(DatasetRow & { sort_key: string })[]>(
    `select ${listColumns}, (${expression})::text as sort_key from datasets
     where ${conditions.join(' and ')}
     order by ${expression} ${direction}, id ${direction}
     limit ${bind(query.limit)}`,
    values,
  )
  return rows.map((row) => ({ record: datasetOf(row), cursor: { sortKey: row.sort_key, id: row.id } }))
}

// 1e-9 keeps circles that touch after rounding; the exact test follows.
function circleConditions(circle: SkyCircle, bind: (value: unknown) => string): string[] {
  const vector = skyVector(circle.center)
  const box = equatorialBox(vector, circle.radiusDeg)
  const corners = [box.maxX, box.maxY, box.minX, box.minY].map((value) => `${bind(value)}::float8`)
  const [x, y, z] = vector.map((value) => `${bind(value)}::float8`)
  const radius = `${bind(circle.radiusDeg)}::float8`
  return [
    `bounds && box(point(${corners[0]}, ${corners[1]}), point(${corners[2]}, ${corners[3]}))`,
    `center_x * ${x} + center_y * ${y} + center_z * ${z} >= cosd(least(180, radius_deg + ${radius})) - 1e-9`,
  ]
}

/** Answers false, and writes nothing, when the identifier is taken. */
export async function insertDataset(database: Database, dataset: NewDataset): Promise<boolean> {
  const columns = { ...identityColumns(dataset), ...contentColumns(dataset) }
  const names = Object.keys(columns)
  const rows = await database.query<{ id: string }[]>(
    `insert into datasets (${names.join(', ')})
     values (${names.map((name, index) => `$${index + 1}${CASTS[name] ?? ''}`).join(', ')})
     on conflict (public_id) do nothing returning id`,
    Object.values(columns),
  )
  return rows.length === 1
}

/** Puts new content in the place of a dataset that is `expected` still; answers whether it did. */
export async function replaceDataset(
  database: Database,
  expected: { id: string; pyramidKey: string },
  dataset: Omit<NewDataset, 'id'>,
): Promise<boolean> {
  const columns = { ...identityColumns(dataset), ...contentColumns(dataset) }
  const names = Object.keys(columns)
  const assignments = names.map((name, index) => `${name} = $${index + 3}${CASTS[name] ?? ''}`)
  const [, count] = await database.query<[unknown, number]>(
    `update datasets set ${assignments.join(', ')}, unavailable_reason = null, update_time = now()
     where id = $1 and pyramid_key = $2`,
    [expected.id, expected.pyramidKey, ...Object.values(columns)],
  )
  return count === 1
}

/** The same content at another place, or readable again, or under another name. */
export async function updatePlace(
  database: Database,
  id: string,
  place: { location: DatasetLocation; displayName: string },
): Promise<void> {
  await database.query(
    `update datasets set location = $2, location_version = $3, display_name = $4, unavailable_reason = null,
       update_time = now()
     where id = $1`,
    [id, place.location.address, place.location.version, place.displayName],
  )
}

export async function markUnavailable(database: Database, id: string, reason: string): Promise<void> {
  await database.query('update datasets set unavailable_reason = $2, update_time = now() where id = $1', [
    id,
    reason,
  ])
}

export async function deleteDataset(database: Database, id: string): Promise<void> {
  await database.query('delete from datasets where id = $1', [id])
}

const CASTS: Readonly<Record<string, string>> = { bounds: '::box', coverage: '::jsonb', pyramid: '::jsonb' }

function identityColumns(dataset: Omit<NewDataset, 'id'> & { id?: string }): Record<string, unknown> {
  return {
    ...(dataset.id === undefined ? {} : { id: dataset.id }),
    public_id: dataset.publicId,
    display_name: dataset.displayName,
    organization_id: dataset.organizationId,
    visibility: dataset.visibility,
    location: dataset.location.address,
    location_version: dataset.location.version,
    size_bytes: dataset.location.sizeBytes,
    file_id: dataset.fileId ?? null,
  }
}

function contentColumns({ content }: Pick<NewDataset, 'content'>): Record<string, unknown> {
  return {
    sha256: Buffer.from(content.sha256, 'hex'),
    hdu: content.hdu,
    bitpix: content.bitpix,
    axes: content.axes,
    unit: content.unit,
    header: content.header,
    ...coverageColumns(content),
    pyramid: JSON.stringify(content.pyramid),
    pyramid_key: content.pyramidKey,
  }
}

function coverageColumns({ coverage }: DatasetContent): Record<string, unknown> {
  if (coverage === undefined) {
    return { coverage: null, center_x: null, center_y: null, center_z: null, radius_deg: null, bounds: null }
  }
  const center = skyVector(coverage.center)
  const box = equatorialBox(center, coverage.radiusDeg)
  return {
    coverage: JSON.stringify(coverage),
    center_x: center[0],
    center_y: center[1],
    center_z: center[2],
    radius_deg: coverage.radiusDeg,
    bounds: `(${box.maxX},${box.maxY}),(${box.minX},${box.minY})`,
  }
}

function first(rows: readonly DatasetRow[]): DatasetRecord | undefined {
  return rows[0] === undefined ? undefined : datasetOf(rows[0])
}
