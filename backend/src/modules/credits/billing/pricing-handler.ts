import {
  type Price,
  type PriceChange,
  PricingServiceService,
} from '@fairlead/proto/server/fairlead/credits/v1/pricing'
import { callerOf } from '../../../server/call-context.ts'
import { type PageTokens, pageScope } from '../../../server/page-token.ts'
import { type RegisteredService, registeredService } from '../../../server/service-handlers.ts'
import type { PriceChangeRecord, PriceRecord } from './price-store.ts'
import type { PricingService } from './pricing-service.ts'

const DEFAULT_PAGE_SIZE = 50

export interface PricingHandlerDependencies {
  readonly pricing: PricingService
  /** Names of users by their ids. */
  readonly displayNames: (userIds: readonly string[]) => Promise<ReadonlyMap<string, string>>
  readonly pageTokens: PageTokens
}

export function pricingHandler({
  pricing,
  displayNames,
  pageTokens,
}: PricingHandlerDependencies): RegisteredService {
  return registeredService(PricingServiceService, {
    async listPrices() {
      return { prices: (await pricing.list()).map(priceMessage) }
    },

    async setPrice(request, context) {
      const { userId } = callerOf(context)
      const { service, creditClass, perJob, perTaskSecond, perOutputGb, freePerMonth } = request
      const amounts = { perJob, perTaskSecond, perOutputGb, freePerMonth }
      const price = await pricing.set(service, codeOf(creditClass), amounts, userId)
      context.log.info({ ...amountsText(amounts), service, creditClass, userId }, 'the operator set a price')
      return priceMessage(price)
    },

    async removePrice({ service, creditClass }, context) {
      const { userId } = callerOf(context)
      await pricing.remove(service, codeOf(creditClass), userId)
      context.log.info({ service, creditClass, userId }, 'the operator removed a price')
      return {}
    },

    async listPriceChanges({ pageSize, pageToken }) {
      const scope = pageScope('ListPriceChanges', {})
      const [before] = pageTokens.decode(scope, pageToken) ?? []
      const { changes, next } = await pricing.changes(
        before === undefined ? undefined : BigInt(before),
        pageSize === 0 ? DEFAULT_PAGE_SIZE : pageSize,
      )
      const names = await displayNames([...new Set(changes.map(({ actorId }) => actorId))])
      return {
        changes: changes.map((change) => changeMessage(change, names.get(change.actorId) ?? '')),
        nextPageToken: next === undefined ? '' : pageTokens.encode(scope, [String(next)]),
      }
    },
  })
}

/** The code of "creditClasses/{code}". */
function codeOf(name: string): string {
  return name.slice('creditClasses/'.length)
}

function priceMessage({ serviceId, classCode, ...price }: PriceRecord): Price {
  const { perJob, perTaskSecond, perOutputGb, freePerMonth, updateTime } = price
  return {
    service: serviceId,
    creditClass: `creditClasses/${classCode}`,
    perJob,
    perTaskSecond,
    perOutputGb,
    freePerMonth,
    updateTime,
  }
}

function changeMessage(change: PriceChangeRecord, actorDisplayName: string): PriceChange {
  const { serviceId, classCode, time, price } = change
  const none = { perJob: 0n, perTaskSecond: 0n, perOutputGb: 0n, freePerMonth: 0n }
  return {
    time,
    actorDisplayName,
    price: priceMessage({ serviceId, classCode, ...(price ?? none), updateTime: time }),
    removed: price === undefined,
  }
}

function amountsText(amounts: Record<string, bigint>): Record<string, string> {
  return Object.fromEntries(Object.entries(amounts).map(([name, amount]) => [name, String(amount)]))
}
