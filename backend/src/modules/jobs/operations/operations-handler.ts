import { OperationsServiceService } from '@fairlead/proto/server/fairlead/jobs/v1/operations'
import { type RegisteredService, registeredService } from '../../../server/service-handlers.ts'
import { comingSoon } from '../jobs-errors.ts'

export function operationsHandler(): RegisteredService {
  return registeredService(OperationsServiceService, {
    async listRunningTasks() {
      throw comingSoon()
    },

    async listOrganizationLoads() {
      throw comingSoon()
    },

    async setOrganizationLimits() {
      throw comingSoon()
    },

    async listWorkers() {
      throw comingSoon()
    },

    async pauseWorker() {
      throw comingSoon()
    },

    async drainWorker() {
      throw comingSoon()
    },

    async resumeWorker() {
      throw comingSoon()
    },

    async abortJob() {
      throw comingSoon()
    },

    async holdJob() {
      throw comingSoon()
    },

    async releaseJob() {
      throw comingSoon()
    },
  })
}
