import { QuarantineServiceService } from '@fairlead/proto/server/fairlead/files/v1/quarantine'
import type { DataSource } from 'typeorm'
import { organizationSlug } from '../../../server/authorize.ts'
import { callerOf } from '../../../server/call-context.ts'
import { type PageTokens, pageScope } from '../../../server/page-token.ts'
import {
  type RegisteredService,
  registeredService,
  type ServiceHandlers,
} from '../../../server/service-handlers.ts'
import { stateOfMessage } from '../files/file-messages.ts'
import { type QuarantineOptions, QuarantineService } from './quarantine-service.ts'

type Methods = ServiceHandlers<typeof QuarantineServiceService>

/** What the operator asks of the scanner. */
export type ScannerMethods = Pick<Methods, 'getScannerState' | 'rescanFiles' | 'rejectQuarantined'>

export interface QuarantineHandlerOptions extends QuarantineOptions {
  readonly dataSource: DataSource
  readonly pageTokens: PageTokens
  readonly scanner: ScannerMethods
}

const DEFAULT_PAGE_SIZE = 50
const DEFAULT_EVENTS = 100

/** Files of all organisations, for the operator. No content comes out of it. */
export function quarantineHandler(options: QuarantineHandlerOptions): RegisteredService {
  const { pageTokens, scanner } = options
  const service = new QuarantineService(options)
  return registeredService(QuarantineServiceService, {
    getScannerState: scanner.getScannerState,
    rescanFiles: scanner.rescanFiles,
    rejectQuarantined: scanner.rejectQuarantined,

    async listQuarantine({ states, organization, pageSize, pageToken }) {
      const scope = pageScope('ListQuarantine', { states, organization })
      const [time, id] = pageTokens.decode(scope, pageToken) ?? []
      const { files, next } = await service.quarantined(
        {
          states: states.flatMap((state) => stateOfMessage(state) ?? []),
          organization: organizationSlug(organization),
        },
        time === undefined || id === undefined ? undefined : { time, id },
        pageSize || DEFAULT_PAGE_SIZE,
      )
      return {
        files: [...files],
        nextPageToken: next === undefined ? '' : pageTokens.encode(scope, [next.time, next.id]),
      }
    },

    async listQuarantineEvents({ parent, pageSize, pageToken }) {
      const scope = pageScope('ListQuarantineEvents', { parent })
      const [after] = pageTokens.decode(scope, pageToken) ?? []
      const { events, next } = await service.events(
        parent.slice('quarantine/'.length),
        after,
        pageSize || DEFAULT_EVENTS,
      )
      return {
        events: [...events],
        nextPageToken: next === undefined ? '' : pageTokens.encode(scope, [next]),
      }
    },

    async listStorageUsage({ pageSize, pageToken }) {
      const scope = pageScope('ListStorageUsage', {})
      const [usedBytes, slug] = pageTokens.decode(scope, pageToken) ?? []
      const { organizations, next } = await service.storageUsage(
        usedBytes === undefined || slug === undefined ? undefined : { usedBytes, slug },
        pageSize || DEFAULT_PAGE_SIZE,
      )
      return {
        organizations: [...organizations],
        nextPageToken: next === undefined ? '' : pageTokens.encode(scope, [next.usedBytes, next.slug]),
      }
    },

    async updateStorageQuota({ name, quotaBytes }, context) {
      const usage = await service.setQuota(organizationSlug(name) ?? '', quotaBytes)
      const { userId } = callerOf(context)
      context.log.info({ name, quotaBytes: String(quotaBytes), userId }, 'the operator set a storage quota')
      return usage
    },

    async updateFilePolicy({ policy }, context) {
      const updated = await service.setPolicy(policy)
      const { userId } = callerOf(context)
      context.log.info({ purpose: updated.purpose, userId }, 'the operator changed a policy of files')
      return updated
    },
  })
}
