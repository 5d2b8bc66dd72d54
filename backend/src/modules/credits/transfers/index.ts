import type { DataSource } from 'typeorm'
import type { PageTokens } from '../../../server/page-token.ts'
import type { RegisteredService } from '../../../server/service-handlers.ts'
import type { AttachableFiles } from '../attachments/index.ts'
import { reviewsHandler } from './reviews-handler.ts'
import { TransferReviews } from './reviews-service.ts'
import type { TransferIdentity } from './transfer-reader.ts'
import { transfersHandler } from './transfers-handler.ts'
import { Transfers } from './transfers-service.ts'

export { TransferReviews } from './reviews-service.ts'
export { sweepTransfers, transferClock } from './transfer-clock.ts'
export type { TransferIdentity } from './transfer-reader.ts'
export { Transfers } from './transfers-service.ts'

export interface TransferServicesOptions {
  readonly dataSource: DataSource
  readonly identity: TransferIdentity
  readonly pageTokens: PageTokens
  readonly files?: AttachableFiles | undefined
}

/** What is served of transfers: to members, and to the operator. */
export function transferServices(options: TransferServicesOptions): RegisteredService[] {
  const { dataSource, identity, pageTokens, files } = options
  return [
    transfersHandler({ transfers: new Transfers(dataSource, identity, files), pageTokens }),
    reviewsHandler({ reviews: new TransferReviews(dataSource, identity, files), pageTokens }),
  ]
}
