import type { PricingServiceService } from '@fairlead/proto/server/fairlead/credits/v1/pricing'
import pino from 'pino'
import { v7 } from 'uuid'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { CallContext } from '../../../server/call-context.ts'
import { pageTokens } from '../../../server/page-token.ts'
import type { ServiceHandlers } from '../../../server/service-handlers.ts'
import { createTestDatabase, type TestDatabase } from '../../../testing/database.ts'
import { addClass } from '../testing/ledger-fixture.ts'
import { PricingService, pricingHandler } from './index.ts'

let database: TestDatabase
let handlers: ServiceHandlers<typeof PricingServiceService>
const olivia = v7()

beforeAll(async () => {
  database = await createTestDatabase()
  const { dataSource } = database
  await dataSource.query(
    `insert into users (id, issuer, subject, email, display_name) values ($1, 'i', 's', 'o@example.org', 'Olivia')`,
    [olivia],
  )
  await addClass(dataSource, { code: 'always' })
  await addClass(dataSource, { code: 'later', expireTime: new Date('2200-01-01T00:00:00Z') })
  await addClass(dataSource, { code: 'sooner', expireTime: new Date('2100-01-01T00:00:00Z') })
  await addClass(dataSource, { code: 'over', expireTime: new Date('2020-01-01T00:00:00Z') })
  handlers = pricingHandler({
    pricing: new PricingService({ dataSource, services: ['cutout', 'preview'] }),
    displayNames: async (ids) => new Map(ids.map((id) => [id, 'Olivia'])),
    pageTokens: pageTokens(Buffer.alloc(32, 1)),
  }).handlers as unknown as ServiceHandlers<typeof PricingServiceService>
})
afterAll(() => database.drop())

const context: CallContext = {
  caller: { userId: olivia, displayName: 'Olivia', email: 'o@example.org' },
  organization: undefined,
  permissions: new Set(),
  requestId: 'test',
  log: pino({ level: 'silent' }),
  signal: new AbortController().signal,
}
const price = (service: string, code: string, perJob: bigint) => ({
  service,
  creditClass: `creditClasses/${code}`,
  perJob,
  perTaskSecond: 2n,
  perOutputGb: 3n,
  freePerMonth: 4n,
})
const listed = async () =>
  (await handlers.listPrices({}, context)).prices?.map((each) => [
    each.service,
    each.creditClass,
    each.perJob,
  ])
const changes = async (pageSize = 50, pageToken = '') =>
  handlers.listPriceChanges({ pageSize, pageToken }, context)

it('prices are listed by service, the class that expires first at the head, and every change with who made it', async () => {
  for (const code of ['always', 'later', 'sooner'])
    await handlers.setPrice(price('preview', code, 1n), context)
  expect(await handlers.setPrice(price('cutout', 'always', 10n), context)).toMatchObject(
    price('cutout', 'always', 10n),
  )
  expect(await listed()).toEqual([
    ['cutout', 'creditClasses/always', 10n],
    ['preview', 'creditClasses/sooner', 1n],
    ['preview', 'creditClasses/later', 1n],
    ['preview', 'creditClasses/always', 1n],
  ])
  await handlers.setPrice(price('cutout', 'always', 20n), context)
  // The same again is no change.
  await handlers.setPrice(price('cutout', 'always', 20n), context)
  await handlers.removePrice({ service: 'cutout', creditClass: 'creditClasses/always' }, context)
  const first = await changes(2)
  expect(first.changes).toMatchObject([
    { removed: true, actorDisplayName: 'Olivia', price: { service: 'cutout', perJob: 0n } },
    { removed: false, price: price('cutout', 'always', 20n) },
  ])
  const second = await changes(50, first.nextPageToken)
  expect(second.changes).toHaveLength(4)
  expect(second.nextPageToken).toBe('')
})

it('of many who set the same price at once, the last one to do so has set it, and each change is recorded', async () => {
  const before = (await changes()).changes?.length ?? 0
  await Promise.all(
    Array.from({ length: 6 }, (_, place) =>
      handlers.setPrice(price('cutout', 'later', BigInt(place + 1)), context),
    ),
  )
  const { changes: after = [] } = await changes()
  expect(after.length - before).toBe(6)
  const now = (await listed())?.find(
    ([service, code]) => service === 'cutout' && code === 'creditClasses/later',
  )
  expect(after.map((each) => each.price?.perJob)).toContain(now?.[2])
})

it.each([
  ['a service that there is not', price('nonsense', 'always', 1n), 'SERVICE_UNKNOWN'],
  ['a class that there is not', price('cutout', 'nonsense', 1n), 'CREDIT_CLASS_NOT_FOUND'],
  ['a class that has expired', price('cutout', 'over', 1n), 'CLASS_EXPIRED'],
])('a price is refused of %s', async (_what, request, reason) => {
  await expect(handlers.setPrice(request, context)).rejects.toMatchObject({ reason })
})

it('a price that is not there is not removed', async () => {
  await expect(
    handlers.removePrice({ service: 'preview', creditClass: 'creditClasses/over' }, context),
  ).rejects.toMatchObject({ reason: 'PRICE_NOT_FOUND' })
})
