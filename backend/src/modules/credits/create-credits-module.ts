import type { Logger } from 'pino'
import type { DataSource } from 'typeorm'
import type { PageTokens } from '../../server/page-token.ts'
import type { RegisteredService } from '../../server/service-handlers.ts'
import type { IdentityService } from '../identity/index.ts'
import type { AttachableFiles } from './attachments/index.ts'
import { PricingService, pricingHandler } from './billing/index.ts'
import { Bookings, bookingsHandler } from './bookings/index.ts'
import { creditReads } from './explorer/index.ts'
import { Ledger } from './ledger/index.ts'
import { transferServices } from './transfers/index.ts'

export interface CreditsModuleOptions {
  readonly dataSource: DataSource
  readonly pageTokens: PageTokens
  readonly identity: IdentityService
  /** Ids of the job services, which have prices. */
  readonly jobServices: readonly string[]
  /** What can be attached to transfers and bookings. */
  readonly files?: AttachableFiles | undefined
  readonly log: Logger
}

export interface CreditsModule {
  readonly services: readonly RegisteredService[]
  readonly ledger: Ledger
  close(): Promise<void>
}

/** What the backend serves of credits. */
export function createCreditsModule(options: CreditsModuleOptions): CreditsModule {
  return {
    services: [
      bookingsHandler({ bookings: new Bookings(options), pageTokens: options.pageTokens }),
      ...creditReads(options),
      pricingHandler({
        pricing: new PricingService({ dataSource: options.dataSource, services: options.jobServices }),
        displayNames: (userIds) => options.identity.displayNames(userIds),
        pageTokens: options.pageTokens,
      }),
      ...transferServices(options),
    ],
    ledger: new Ledger(options.dataSource),
    close: async () => undefined,
  }
}
