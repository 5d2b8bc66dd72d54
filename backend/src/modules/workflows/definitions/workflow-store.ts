import { WorkflowSpec } from '@fairlead/proto/server/fairlead/workflows/v1/workflows'
import type { EntityManager } from 'typeorm'
import { type Database, rows } from '../sql.ts'

/** A version of a workflow. */
export interface WorkflowRecord {
  readonly id: string
  readonly slug: string
  readonly version: number
  readonly spec: WorkflowSpec
  readonly authorDisplayName: string
  readonly createTime: Date
}

export interface WorkflowKey {
  readonly organizationId: string
  readonly slug: string
}

interface WorkflowRow {
  id: string
  slug: string
  version: number
  spec: unknown
  author_display_name: string
  create_time: Date
  position: string
}

const SELECT = `
  select workflows.id, slug, version, spec, users.display_name as author_display_name, workflows.create_time,
    workflows.create_time::text as position
  from workflows join users on users.id = author_id`

function workflowOf(row: WorkflowRow): WorkflowRecord {
  return {
    id: row.id,
    slug: row.slug,
    version: row.version,
    spec: WorkflowSpec.fromJSON(row.spec),
    authorDisplayName: row.author_display_name,
    createTime: row.create_time,
  }
}

/** @param version undefined for the latest */
export async function readWorkflow(
  database: Database,
  { organizationId, slug }: WorkflowKey,
  version: number | undefined,
): Promise<WorkflowRecord | undefined> {
  const [row] = await rows<WorkflowRow>(
    database,
    `${SELECT} where organization_id = $1 and slug = $2 and delete_time is null
       and ($3::integer is null or version = $3)
     order by version desc limit 1`,
    [organizationId, slug, version ?? null],
  )
  return row === undefined ? undefined : workflowOf(row)
}

/** Where a page ended. */
export interface WorkflowPosition {
  readonly time: string
  readonly id: string
}

/** Newest first: of each the latest version, or every version of one. */
export async function listWorkflows(
  database: Database,
  { organizationId, slug }: { readonly organizationId: string; readonly slug: string | undefined },
  after: WorkflowPosition | undefined,
  size: number,
): Promise<{ workflows: readonly WorkflowRecord[]; next: WorkflowPosition | undefined }> {
  const found = await rows<WorkflowRow>(
    database,
    `${SELECT} where organization_id = $1 and workflows.delete_time is null
       and (slug = $2 or $2::text is null and not exists (
         select from workflows as later
         where later.organization_id = $1 and later.slug = workflows.slug and later.version > workflows.version
           and later.delete_time is null))
       and ($3::timestamptz is null or (workflows.create_time, workflows.id) < ($3, $4::uuid))
     order by workflows.create_time desc, workflows.id desc limit $5`,
    [organizationId, slug ?? null, after?.time ?? null, after?.id ?? null, size + 1],
  )
  const page = found.slice(0, size)
  const last = page.at(-1)
  return {
    workflows: page.map(workflowOf),
    next: found.length > size && last !== undefined ? { time: last.position, id: last.id } : undefined,
  }
}

export interface NewWorkflow extends WorkflowKey {
  readonly id: string
  readonly version: number
  readonly spec: WorkflowSpec
  readonly authorId: string
  readonly requestId: string | undefined
}

/** False when its request_id has saved one before. */
export async function insertWorkflow(manager: EntityManager, workflow: NewWorkflow): Promise<boolean> {
  const inserted = await rows(
    manager,
    `insert into workflows (id, organization_id, slug, version, spec, author_id, request_id)
     values ($1, $2, $3, $4, $5::jsonb, $6, $7)
     on conflict (organization_id, author_id, request_id) do nothing returning id`,
    [
      workflow.id,
      workflow.organizationId,
      workflow.slug,
      workflow.version,
      JSON.stringify(WorkflowSpec.toJSON(workflow.spec)),
      workflow.authorId,
      workflow.requestId ?? null,
    ],
  )
  return inserted.length > 0
}

export async function workflowOfRequest(
  database: Database,
  organizationId: string,
  authorId: string,
  requestId: string,
): Promise<WorkflowRecord | undefined> {
  const [row] = await rows<WorkflowRow>(
    database,
    `${SELECT} where organization_id = $1 and author_id = $2 and workflows.request_id = $3`,
    [organizationId, authorId, requestId],
  )
  return row === undefined ? undefined : workflowOf(row)
}

/** All its versions; false when there is none that is not deleted. */
export async function deleteWorkflow(
  database: Database,
  { organizationId, slug }: WorkflowKey,
): Promise<boolean> {
  const deleted = await rows(
    database,
    `update workflows set delete_time = now()
     where organization_id = $1 and slug = $2 and delete_time is null returning id`,
    [organizationId, slug],
  )
  return deleted.length > 0
}
