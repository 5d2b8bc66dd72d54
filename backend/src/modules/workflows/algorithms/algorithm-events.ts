import type { EntityManager } from 'typeorm'
import { writeEvent } from '../../../outbox/index.ts'
import type { NewAlgorithm } from './algorithm-store.ts'
import type { Decision } from './algorithm-transitions.ts'

/** In the transaction that registers it. */
export async function announceRegistered(manager: EntityManager, algorithm: NewAlgorithm): Promise<void> {
  await writeEvent(manager, {
    routingKey: `workflows.algorithm_registered.${algorithm.organizationId}`,
    payload: factsOf(algorithm),
  })
}

/** In the transaction of the decision. */
export async function announceReviewed(
  manager: EntityManager,
  algorithm: Omit<NewAlgorithm, 'requestId'>,
  review: { readonly decision: Decision; readonly comment: string; readonly reviewerId: string },
): Promise<void> {
  await writeEvent(manager, {
    routingKey: `workflows.algorithm_reviewed.${algorithm.organizationId}`,
    payload: {
      ...factsOf(algorithm),
      decision: review.decision,
      comment: review.comment,
      reviewer: review.reviewerId,
    },
  })
}

function factsOf({ id, organizationId, slug, version, spec, registrantId }: Omit<NewAlgorithm, 'requestId'>) {
  return {
    algorithm: id,
    organization: organizationId,
    slug,
    version,
    display_name: spec.displayName,
    registrant: registrantId,
  }
}
