import { EnvironmentServiceService } from '@fairlead/proto/server/fairlead/workflows/v1/environments'
import { invalidField } from '../../../errors/domain-error.ts'
import { callerOf, organizationContext } from '../../../server/call-context.ts'
import { type RegisteredService, registeredService } from '../../../server/service-handlers.ts'
import { parseUpdateMask } from '../../../server/update-mask.ts'
import { environmentIdOf } from './environment.ts'
import { type EnvironmentsService, environmentPaths } from './environments-service.ts'

export function environmentsHandler(service: EnvironmentsService): RegisteredService {
  return registeredService(EnvironmentServiceService, {
    listEnvironments: async (_, context) => service.list(organizationContext(context).organization.id),

    listAllEnvironments: async () => service.list(undefined),

    async createEnvironment({ environment }, context) {
      if (environment === undefined) throw invalidField('environment', 'is missing.')
      const created = await service.create(environment)
      const { userId } = callerOf(context)
      context.log.info({ environment: created.name, userId }, 'the operator made an environment')
      return created
    },

    async updateEnvironment({ environment, updateMask }, context) {
      if (environment === undefined) throw invalidField('environment', 'is missing.')
      const paths = parseUpdateMask(updateMask ?? [], environmentPaths)
      const updated = await service.update(environment, paths)
      const { userId } = callerOf(context)
      context.log.info(
        { environment: updated.name, set: [...paths], userId },
        'the operator changed an environment',
      )
      return updated
    },

    async deleteEnvironment({ name }, context) {
      await service.delete(environmentIdOf(name))
      const { userId } = callerOf(context)
      context.log.info({ environment: name, userId }, 'the operator deleted an environment')
      return {}
    },
  })
}
