import { type Database, rows } from '../sql.ts'
import type { EnvironmentRecord } from './environment.ts'

interface EnvironmentRow {
  id: string
  display_name: string
  description: string
  cpu_millis: number
  memory_bytes: string
  disk_bytes: string
  max_duration_ms: string
  gpus: number
  max_parallel: number
  price_factor: number
  open: boolean
  node_labels: Record<string, string>
}

const columns = `id, display_name, description, cpu_millis, memory_bytes, disk_bytes, max_duration_ms, gpus,
  max_parallel, price_factor, open, node_labels`

function environmentOf(row: EnvironmentRow): EnvironmentRecord {
  return {
    id: row.id,
    displayName: row.display_name,
    description: row.description,
    cpuMillis: row.cpu_millis,
    memoryBytes: BigInt(row.memory_bytes),
    diskBytes: BigInt(row.disk_bytes),
    maxDurationMs: Number(row.max_duration_ms),
    gpus: row.gpus,
    maxParallel: row.max_parallel,
    priceFactor: row.price_factor,
    open: row.open,
    nodeLabels: row.node_labels,
  }
}

function valuesOf(environment: EnvironmentRecord): unknown[] {
  return [
    environment.id,
    environment.displayName,
    environment.description,
    environment.cpuMillis,
    environment.memoryBytes,
    environment.diskBytes,
    environment.maxDurationMs,
    environment.gpus,
    environment.maxParallel,
    environment.priceFactor,
    environment.open,
    JSON.stringify(environment.nodeLabels),
  ]
}

/** By size. */
export async function listEnvironments(
  database: Database,
  which: { readonly closedToo: boolean },
): Promise<EnvironmentRecord[]> {
  const found = await rows<EnvironmentRow>(
    database,
    `select ${columns} from environments where open or $1 order by cpu_millis, memory_bytes, id`,
    [which.closedToo],
  )
  return found.map(environmentOf)
}

/** Absent ones are left out. */
export async function environmentsByIds(
  database: Database,
  ids: readonly string[],
): Promise<ReadonlyMap<string, EnvironmentRecord>> {
  const found = await rows<EnvironmentRow>(
    database,
    `select ${columns} from environments where id = any ($1::text[])`,
    [ids],
  )
  return new Map(found.map((row) => [row.id, environmentOf(row)]))
}

/** Undefined when there is none; locked until the end of the transaction. */
export async function lockEnvironment(
  database: Database,
  id: string,
): Promise<EnvironmentRecord | undefined> {
  const [row] = await rows<EnvironmentRow>(
    database,
    `select ${columns} from environments where id = $1 for update`,
    [id],
  )
  return row === undefined ? undefined : environmentOf(row)
}

/** False when there is one of that id. */
export async function insertEnvironment(
  database: Database,
  environment: EnvironmentRecord,
): Promise<boolean> {
  const inserted = await rows(
    database,
    `insert into environments (${columns})
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12::jsonb) on conflict (id) do nothing returning id`,
    valuesOf(environment),
  )
  return inserted.length > 0
}

export async function writeEnvironment(database: Database, environment: EnvironmentRecord): Promise<void> {
  await rows(
    database,
    `update environments set display_name = $2, description = $3, cpu_millis = $4, memory_bytes = $5,
       disk_bytes = $6, max_duration_ms = $7, gpus = $8, max_parallel = $9, price_factor = $10, open = $11,
       node_labels = $12::jsonb
     where id = $1`,
    valuesOf(environment),
  )
}

export async function deleteEnvironment(database: Database, id: string): Promise<void> {
  await rows(database, 'delete from environments where id = $1', [id])
}

/** An algorithm that runs in it where a step does not say otherwise, as "{organization}/{algorithm}@{version}"; undefined for none. */
export async function algorithmOfEnvironment(database: Database, name: string): Promise<string | undefined> {
  const [row] = await rows<{ reference: string }>(
    database,
    `select organizations.slug || '/' || algorithms.slug || '@' || version as reference
     from algorithms join organizations on organizations.id = organization_id
     where spec ->> 'environment' = $1 and state in ('PENDING', 'APPROVED')
     order by algorithms.create_time limit 1`,
    [name],
  )
  return row?.reference
}
