import { PricingService } from '../../../credits/billing/index.ts'
import { addClass, issue } from '../../../credits/testing/ledger-fixture.ts'
import type { RunFixture } from './run-fixture.ts'
import { scriptService } from './script-service.ts'

/** Of a run as a whole, and of a second of its containers. */
export const PRICE = { perJob: 100n, perTaskSecond: 10n }
const ISSUED = 1_000_000n

/** Gives runs a price, and the organisation what it takes to pay many of them. */
export async function priceRuns({ database, organizationId, ownerId }: RunFixture): Promise<void> {
  const { dataSource } = database
  const classId = await addClass(dataSource, { code: 'compute' })
  await issue(dataSource, organizationId, classId, ISSUED)
  const pricing = new PricingService({ dataSource, services: [scriptService.id] })
  await pricing.set(scriptService.id, 'compute', { ...PRICE, perOutputGb: 0n, freePerMonth: 0n }, ownerId)
}
