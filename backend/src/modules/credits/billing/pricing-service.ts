import type { DataSource } from 'typeorm'
import { inTransaction } from '../../../database/index.ts'
import { DomainError, invalidField } from '../../../errors/domain-error.ts'
import { type CreditClassRecord, classByCode } from '../ledger/index.ts'
import type { Prices } from './price.ts'
import {
  deletePrice,
  listPriceChanges,
  listPrices,
  type PriceChangeRecord,
  type PriceRecord,
  writePrice,
} from './price-store.ts'
import { announceCredits } from './waiting-for-credits.ts'

const PRICES_MAX = 1_000

export interface PricingServiceOptions {
  readonly dataSource: DataSource
  /** Ids of the job services that there are. */
  readonly services: readonly string[]
}

/** The price list. A job keeps the prices that it was held at, whatever is set afterwards. */
export class PricingService {
  readonly #options: PricingServiceOptions

  constructor(options: PricingServiceOptions) {
    this.#options = options
  }

  list(): Promise<PriceRecord[]> {
    return listPrices(this.#options.dataSource, PRICES_MAX)
  }

  async set(
    serviceId: string,
    classCode: string,
    amounts: Prices & { readonly freePerMonth: bigint },
    actorId: string,
  ): Promise<PriceRecord> {
    const { dataSource, services } = this.#options
    if (!services.includes(serviceId)) {
      const known = services.join(', ')
      throw invalidField('service', `there is no service ${serviceId}; there are ${known}`, 'SERVICE_UNKNOWN')
    }
    const creditClass = await this.#class(classCode)
    if (creditClass.expired || creditClass.state === 'CLOSED') throw classPaysNoMore(creditClass)
    const updateTime = await inTransaction(dataSource, async (manager) => {
      const time = await writePrice(manager, { ...amounts, serviceId, classId: creditClass.id }, actorId)
      await announceCredits(manager)
      return time
    })
    return { ...amounts, serviceId, classCode, updateTime }
  }

  async remove(serviceId: string, classCode: string, actorId: string): Promise<void> {
    const { dataSource } = this.#options
    const creditClass = await this.#class(classCode)
    await inTransaction(dataSource, async (manager) => {
      if (!(await deletePrice(manager, serviceId, creditClass.id, actorId))) throw priceNotFound()
      await announceCredits(manager)
    })
  }

  async changes(
    before: bigint | undefined,
    pageSize: number,
  ): Promise<{ changes: PriceChangeRecord[]; next: bigint | undefined }> {
    const found = await listPriceChanges(this.#options.dataSource, before, pageSize + 1)
    const changes = found.slice(0, pageSize)
    return { changes, next: found.length > pageSize ? changes.at(-1)?.id : undefined }
  }

  async #class(code: string): Promise<CreditClassRecord> {
    const found = await classByCode(this.#options.dataSource, code)
    if (found !== undefined) return found
    const description = 'there is no such class of credits'
    throw new DomainError('NOT_FOUND', 'CREDIT_CLASS_NOT_FOUND', `credit_class: ${description}`, {
      violations: [{ field: 'credit_class', description }],
    })
  }
}

const classPaysNoMore = ({ displayName, expired }: CreditClassRecord) =>
  new DomainError(
    'FAILED_PRECONDITION',
    expired ? 'CLASS_EXPIRED' : 'CLASS_CLOSED',
    `${displayName} ${expired ? 'has expired' : 'is closed'} and pays for nothing new. Set the price in another class.`,
  )

const priceNotFound = () =>
  new DomainError('NOT_FOUND', 'PRICE_NOT_FOUND', 'The service has no price in this class.')
