import type { WorkflowServiceService } from '@fairlead/proto/server/fairlead/workflows/v1/workflows'
import { organizationContext } from '../../../server/call-context.ts'
import { type PageTokens, pageScope } from '../../../server/page-token.ts'
import type { ServiceHandlers } from '../../../server/service-handlers.ts'
import { type SpecLimits, workflowOfRequestMessage } from '../manifest/index.ts'
import { workflowMessage, workflowSlugOf, workflowVersionOf } from './workflow-messages.ts'
import type { WorkflowsService } from './workflows-service.ts'

export interface DefinitionMethodsOptions {
  readonly service: WorkflowsService
  readonly pageTokens: PageTokens
  readonly limits: SpecLimits
}

export type DefinitionMethods = Pick<
  ServiceHandlers<typeof WorkflowServiceService>,
  'saveWorkflow' | 'getWorkflow' | 'listWorkflows' | 'deleteWorkflow'
>

const DEFAULT_PAGE_SIZE = 50

/** What is done with workflows themselves; their runs have methods of their own. */
export function definitionMethods({
  service,
  pageTokens,
  limits,
}: DefinitionMethodsOptions): DefinitionMethods {
  return {
    async saveWorkflow(request, context) {
      const { caller, organization } = organizationContext(context)
      const { requestId, validateOnly } = request
      const workflow = await workflowOfRequestMessage(request, limits, ({ id, spec }) =>
        service.save(
          { userId: caller.userId, displayName: caller.displayName, organization },
          {
            slug: id,
            spec,
            requestId: requestId === '' ? undefined : requestId.toLowerCase(),
            validateOnly,
          },
        ),
      )
      return workflowMessage({ workflow, problem: '' }, organization.slug)
    },

    async getWorkflow({ name }, context) {
      const { organization } = organizationContext(context)
      const read = await service.get(organization, workflowSlugOf(name), workflowVersionOf(name))
      return workflowMessage(read, organization.slug)
    },

    async listWorkflows({ parent, pageSize, pageToken, workflowId }, context) {
      const { organization } = organizationContext(context)
      const scope = pageScope('ListWorkflows', { parent, workflowId })
      const [time, id] = pageTokens.decode(scope, pageToken) ?? []
      const { workflows, next } = await service.list(
        organization,
        workflowId === '' ? undefined : workflowId,
        time === undefined || id === undefined ? undefined : { time, id },
        pageSize || DEFAULT_PAGE_SIZE,
      )
      return {
        workflows: workflows.map((each) => workflowMessage(each, organization.slug)),
        nextPageToken: next === undefined ? '' : pageTokens.encode(scope, [next.time, next.id]),
      }
    },

    async deleteWorkflow({ name }, context) {
      await service.delete(organizationContext(context).organization, workflowSlugOf(name))
      return {}
    },
  }
}
