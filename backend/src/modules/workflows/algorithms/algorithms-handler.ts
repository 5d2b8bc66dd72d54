import { AlgorithmServiceService } from '@fairlead/proto/server/fairlead/workflows/v1/algorithms'
import type { DataSource } from 'typeorm'
import { invalidField } from '../../../errors/domain-error.ts'
import { callerOf, type OrganizationCallContext, organizationContext } from '../../../server/call-context.ts'
import { type PageTokens, pageScope } from '../../../server/page-token.ts'
import { type RegisteredService, registeredService } from '../../../server/service-handlers.ts'
import { algorithmOfRequestMessage, type SpecLimits } from '../manifest/index.ts'
import { algorithmKeyOf } from './algorithm.ts'
import { type AlgorithmPage, type ListPosition, listAlgorithms, listToReview } from './algorithm-listing.ts'
import { algorithmMessage, algorithmStateOfMessage } from './algorithm-messages.ts'
import type { Decision } from './algorithm-transitions.ts'
import type { AlgorithmActor, AlgorithmsService } from './algorithms-service.ts'

export interface AlgorithmsHandlerOptions {
  readonly dataSource: DataSource
  readonly service: AlgorithmsService
  readonly pageTokens: PageTokens
  readonly limits: SpecLimits
}

const DEFAULT_PAGE_SIZE = 50
const DECISIONS: readonly Decision[] = ['APPROVED', 'REJECTED', 'REVOKED']

export function algorithmsHandler(options: AlgorithmsHandlerOptions): RegisteredService {
  const { dataSource, service, pageTokens, limits } = options

  function answer(page: AlgorithmPage, scope: string, ownOrganization: string) {
    const { algorithms, next } = page
    return {
      algorithms: algorithms.map((each) => algorithmMessage(each, ownOrganization)),
      nextPageToken: next === undefined ? '' : pageTokens.encode(scope, [next.value, next.id]),
    }
  }

  function positionOf(scope: string, pageToken: string): ListPosition | undefined {
    const [value, id] = pageTokens.decode(scope, pageToken) ?? []
    return value === undefined || id === undefined ? undefined : { value, id }
  }

  return registeredService(AlgorithmServiceService, {
    async registerAlgorithm(request, context) {
      const actor = actorOf(organizationContext(context))
      const { requestId, validateOnly } = request
      const registered = await algorithmOfRequestMessage(request, limits, ({ id, spec }) =>
        service.register(actor, {
          slug: id,
          spec,
          requestId: requestId === '' ? undefined : requestId.toLowerCase(),
          validateOnly,
        }),
      )
      return algorithmMessage(registered, actor.slug)
    },

    async getAlgorithm({ name }, context) {
      const { organization } = organizationContext(context)
      return algorithmMessage(await service.get(algorithmKeyOf(name)), organization.slug)
    },

    async listAlgorithms({ parent, pageSize, pageToken, states, algorithmId }, context) {
      const { organization } = organizationContext(context)
      const scope = pageScope('ListAlgorithms', { parent, states, algorithmId })
      const page = await listAlgorithms(
        dataSource,
        {
          organizationId: organization.id,
          states: states.flatMap((state) => algorithmStateOfMessage(state) ?? []),
          slug: algorithmId === '' ? undefined : algorithmId,
        },
        positionOf(scope, pageToken),
        pageSize || DEFAULT_PAGE_SIZE,
      )
      return answer(page, scope, organization.slug)
    },

    async withdrawAlgorithm({ name }, context) {
      const actor = actorOf(organizationContext(context))
      const withdrawn = await service.withdraw(actor, algorithmKeyOf(name))
      return algorithmMessage(withdrawn, actor.slug)
    },

    async listAlgorithmsToReview({ pageSize, pageToken, states }) {
      const scope = pageScope('ListAlgorithmsToReview', { states })
      const page = await listToReview(
        dataSource,
        states.flatMap((state) => algorithmStateOfMessage(state) ?? []),
        positionOf(scope, pageToken),
        pageSize || DEFAULT_PAGE_SIZE,
      )
      return answer(page, scope, '')
    },

    async reviewAlgorithm({ name, decision, comment }, context) {
      const { userId } = callerOf(context)
      const to = DECISIONS.find((each) => decision === `ALGORITHM_STATE_${each}`)
      if (to === undefined) throw invalidField('decision', `must be one of ${DECISIONS.join(', ')}`)
      const reviewed = await service.review(userId, algorithmKeyOf(name), to, comment)
      context.log.info({ algorithm: name, decision: to, userId }, 'the operator decided about an algorithm')
      return algorithmMessage(reviewed, '')
    },
  })
}

function actorOf({ caller, organization, permissions }: OrganizationCallContext): AlgorithmActor {
  return {
    userId: caller.userId,
    organizationId: organization.id,
    slug: organization.slug,
    manages: permissions.has('jobs.manage'),
  }
}
