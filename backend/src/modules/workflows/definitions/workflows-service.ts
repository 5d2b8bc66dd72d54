import { isDeepStrictEqual } from 'node:util'
import { WorkflowSpec } from '@fairlead/proto/server/fairlead/workflows/v1/workflows'
import type { DataSource } from 'typeorm'
import { v7 } from 'uuid'
import { inTransaction } from '../../../database/index.ts'
import { lockVersions } from '../latest-version.ts'
import { readLibrary, type WorkflowLibrary } from './workflow-library.ts'
import { violationsOfWorkflow } from './workflow-rules.ts'
import {
  deleteWorkflow,
  insertWorkflow,
  listWorkflows,
  type NewWorkflow,
  readWorkflow,
  type WorkflowPosition,
  type WorkflowRecord,
  workflowOfRequest,
} from './workflow-store.ts'
import { savingRepeated, tooManyVersions, workflowInvalid, workflowNotFound } from './workflows-errors.ts'

export interface WorkflowsServiceOptions {
  readonly dataSource: DataSource
  /** Prefixes of images that may run. */
  readonly registries: readonly string[]
}

export interface WorkflowOrganization {
  readonly id: string
  readonly slug: string
}

export interface WorkflowAuthor {
  readonly userId: string
  readonly displayName: string
  readonly organization: WorkflowOrganization
}

export interface Saving {
  readonly slug: string
  readonly spec: WorkflowSpec
  readonly requestId: string | undefined
  readonly validateOnly: boolean
}

/** A version, and why it cannot be run now; empty when it can. */
export interface ReadWorkflow {
  readonly workflow: WorkflowRecord
  readonly problem: string
}

const VERSIONS_MAX = 10_000

export class WorkflowsService {
  readonly #options: WorkflowsServiceOptions

  constructor(options: WorkflowsServiceOptions) {
    this.#options = options
  }

  /** The next version. With validateOnly what it would be: its id stands for nothing. */
  async save(author: WorkflowAuthor, saving: Saving): Promise<WorkflowRecord> {
    const { dataSource } = this.#options
    const { slug, spec, requestId, validateOnly } = saving
    const { userId, displayName, organization } = author
    const earlier = await this.#earlier(author, saving)
    if (earlier !== undefined) return earlier
    const violations = violationsOfWorkflow(spec, await this.#library(organization, [spec]))
    if (violations.length > 0) throw workflowInvalid(violations)
    const key = { organizationId: organization.id, slug }
    const id = v7()
    const saved = await inTransaction(dataSource, async (manager) => {
      const latest = await lockVersions(manager, 'workflows', key.organizationId, key.slug)
      if (latest >= VERSIONS_MAX) throw tooManyVersions(VERSIONS_MAX)
      const version = latest + 1
      const workflow: NewWorkflow = { id, ...key, version, spec, authorId: userId, requestId }
      if (validateOnly) {
        return { id, slug, version, spec, authorDisplayName: displayName, createTime: new Date() }
      }
      return (await insertWorkflow(manager, workflow)) ? readWorkflow(manager, key, version) : undefined
    })
    // The same request came in twice at once, and the other one was first.
    const found = saved ?? (await this.#earlier(author, saving))
    if (found === undefined) throw new Error(`the workflow ${id} was not saved`)
    return found
  }

  async get(organization: WorkflowOrganization, slug: string, version: number): Promise<ReadWorkflow> {
    const key = { organizationId: organization.id, slug }
    const workflow = await readWorkflow(this.#options.dataSource, key, version)
    if (workflow === undefined) throw workflowNotFound()
    return { workflow, problem: problemOf(workflow, await this.#library(organization, [workflow.spec])) }
  }

  async list(
    organization: WorkflowOrganization,
    slug: string | undefined,
    after: WorkflowPosition | undefined,
    size: number,
  ): Promise<{ workflows: readonly ReadWorkflow[]; next: WorkflowPosition | undefined }> {
    const filter = { organizationId: organization.id, slug }
    const { workflows, next } = await listWorkflows(this.#options.dataSource, filter, after, size)
    const library = await this.#library(
      organization,
      workflows.map(({ spec }) => spec),
    )
    return {
      workflows: workflows.map((workflow) => ({ workflow, problem: problemOf(workflow, library) })),
      next,
    }
  }

  async delete(organization: WorkflowOrganization, slug: string): Promise<void> {
    const deleted = await deleteWorkflow(this.#options.dataSource, { organizationId: organization.id, slug })
    if (!deleted) throw workflowNotFound()
  }

  #library(organization: WorkflowOrganization, specs: readonly WorkflowSpec[]): Promise<WorkflowLibrary> {
    const { dataSource, registries } = this.#options
    const of = { organizationId: organization.id, organization: organization.slug, registries }
    return readLibrary(dataSource, of, specs)
  }

  /** What the request_id has saved before. */
  async #earlier(
    { organization, userId }: WorkflowAuthor,
    { slug, spec, requestId, validateOnly }: Saving,
  ): Promise<WorkflowRecord | undefined> {
    if (requestId === undefined || validateOnly) return undefined
    const earlier = await workflowOfRequest(this.#options.dataSource, organization.id, userId, requestId)
    if (earlier === undefined) return undefined
    const isSame =
      earlier.slug === slug && isDeepStrictEqual(WorkflowSpec.toJSON(earlier.spec), WorkflowSpec.toJSON(spec))
    if (!isSame) throw savingRepeated(`${earlier.slug}@${earlier.version}`)
    return earlier
  }
}

/** A sentence; it was right when it was saved, so what is wrong now has changed around it. */
function problemOf({ spec }: WorkflowRecord, library: WorkflowLibrary): string {
  const [first] = violationsOfWorkflow(spec, library)
  return first === undefined ? '' : `${first.description[0]?.toUpperCase()}${first.description.slice(1)}.`
}
