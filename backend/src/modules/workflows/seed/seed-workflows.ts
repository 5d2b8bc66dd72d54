import type { DataSource } from 'typeorm'
import { v5 } from 'uuid'
import type { IdentityService } from '../../identity/index.ts'
import { keyOf } from '../algorithms/algorithm.ts'
import { algorithmOfRequest } from '../algorithms/algorithm-store.ts'
import { AlgorithmsService } from '../algorithms/algorithms-service.ts'
import { workflowOfRequest } from '../definitions/workflow-store.ts'
import { WorkflowsService } from '../definitions/workflows-service.ts'
import { algorithmOfManifest, workflowOfManifest } from '../manifest/index.ts'
import type { WorkflowsSeed } from './workflows-seed.ts'

export interface WorkflowsSeedOptions {
  readonly dataSource: DataSource
  readonly identity: Pick<IdentityService, 'organizationBySlug' | 'userByEmail'>
}

/** Of request ids that follow from a seed's keys, so that what is there is not made again. */
const NAMESPACE = '5b5f7a4e-8f0e-4b6e-9a55-2f6f1f1c7a10'

/**
 * Registers what is missing, as the people whom the seed names. Its images need not be of a registry that is allowed: who
 * writes a seed is the operator. Whether they run is looked at when they are to.
 */
export async function seedWorkflows(
  options: WorkflowsSeedOptions,
  seed: WorkflowsSeed,
): Promise<{ added: string[] }> {
  const { dataSource } = options
  const algorithms = seed.algorithms.map((each) => ({
    ...each,
    ...algorithmOfManifest(JSON.stringify(each.manifest)),
  }))
  const registries = algorithms.map(({ spec }) => spec.image.split('@')[0] ?? '')
  const service = new AlgorithmsService({ dataSource, registries, isReadable: async () => false })
  const workflows = new WorkflowsService({ dataSource, registries })
  const added: string[] = []

  for (const { key, organization: slug, registrant, approvedBy, comment, id, spec } of algorithms) {
    const { organization, user } = await personOf(options, slug, registrant, id)
    const requestId = v5(key, NAMESPACE)
    if ((await algorithmOfRequest(dataSource, organization.id, user.id, requestId)) !== undefined) continue
    const actor = { userId: user.id, organizationId: organization.id, slug, manages: false }
    const registered = await service.register(actor, { slug: id, spec, requestId, validateOnly: false })
    added.push(`organizations/${slug}/algorithms/${id}`)
    if (approvedBy === undefined) continue
    const reviewer = await options.identity.userByEmail(approvedBy)
    if (reviewer === undefined) throw new Error(`the algorithm "${id}" of the seed is approved by nobody`)
    await service.review(reviewer.id, keyOf(registered), 'APPROVED', comment)
  }

  for (const { key, organization: slug, author, manifest } of seed.workflows) {
    const { id, spec } = workflowOfManifest(JSON.stringify(manifest))
    const { organization, user } = await personOf(options, slug, author, id)
    const requestId = v5(key, NAMESPACE)
    if ((await workflowOfRequest(dataSource, organization.id, user.id, requestId)) !== undefined) continue
    await workflows.save(
      { userId: user.id, displayName: user.displayName, organization },
      { slug: id, spec, requestId, validateOnly: false },
    )
    added.push(`organizations/${slug}/workflows/${id}`)
  }
  return { added }
}

async function personOf({ identity }: WorkflowsSeedOptions, slug: string, email: string, what: string) {
  const [organization, user] = [await identity.organizationBySlug(slug), await identity.userByEmail(email)]
  if (organization === undefined || user === undefined) {
    throw new Error(`"${what}" of the seed is of ${email} in ${slug}, who are not there`)
  }
  return { organization, user }
}
