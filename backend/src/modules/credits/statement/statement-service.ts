import type { DataSource } from 'typeorm'
import { type Balance, balancesOf, type CreditClassRecord, organizationBalances } from '../ledger/index.ts'
import type { StatementLine } from './statement-line.ts'
import type { BalancePoint, StatementFilter, StatementStore } from './statement-store.ts'
import { checkedRange, checkTime, type TimeRange } from './time-range.ts'
import type { TransactionCursor } from './transaction-scan.ts'

const DAY_MS = 86_400_000
const DEFAULT_HISTORY_MS = 90 * DAY_MS
/** A point a day. */
const DEFAULT_POINT_COUNT = 91

/** What an organisation has, had, and why it changed. */
export class StatementService {
  readonly #dataSource: DataSource
  readonly #store: StatementStore

  constructor(dataSource: DataSource, store: StatementStore) {
    this.#dataSource = dataSource
    this.#store = store
  }

  /** @param time at whose end; undefined for now */
  async balances(organizationId: string, time: Date | undefined): Promise<Balance[]> {
    checkTime('time', time)
    return organizationBalances(this.#dataSource, organizationId, time)
  }

  /** At equal distances, the ends included. */
  async history(
    organizationId: string,
    classId: string,
    asked: TimeRange,
    pointCount: number,
  ): Promise<BalancePoint[]> {
    checkedRange(asked)
    const endMs = (asked.endTime ?? new Date()).getTime()
    const { startTime, endTime } = checkedRange({
      startTime: asked.startTime ?? new Date(endMs - DEFAULT_HISTORY_MS),
      endTime: new Date(endMs),
    })
    const count = pointCount === 0 ? DEFAULT_POINT_COUNT : pointCount
    const startMs = startTime?.getTime() ?? endMs
    const times = Array.from({ length: count }, (_, index) =>
      index === count - 1
        ? (endTime ?? new Date(endMs))
        : new Date(startMs + ((endMs - startMs) * index) / (count - 1)),
    )
    return this.#store.balancesAt(organizationId, classId, times)
  }

  async lines(
    filter: StatementFilter,
    after: TransactionCursor | undefined,
    size: number,
  ): Promise<{ lines: StatementLine[]; next: TransactionCursor | undefined }> {
    return this.#store.page(checked(filter), after, size)
  }

  /** Every line, oldest first. */
  allLines(filter: Omit<StatementFilter, 'order'>): AsyncGenerator<StatementLine[], void> {
    return this.#store.all(checked({ ...filter, order: 'oldest first' }))
  }

  async setLowBalance(
    organizationId: string,
    { id: classId }: CreditClassRecord,
    lowBalance: bigint,
  ): Promise<Balance> {
    await this.#store.setLowBalance(organizationId, classId, lowBalance)
    const [balance] = await balancesOf(this.#dataSource, [{ organizationId, classId }])
    if (balance === undefined) throw new Error('one balance was asked for and none was told')
    return balance
  }
}

function checked(filter: StatementFilter): StatementFilter {
  return { ...filter, ...checkedRange({ startTime: filter.startTime, endTime: filter.endTime }) }
}
