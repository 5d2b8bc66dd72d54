import { validate } from 'uuid'
import { DomainError } from '../../../errors/domain-error.ts'
import {
  checkedRange,
  type TransactionCursor,
  type TransactionFilter,
  transactionName,
} from '../statement/index.ts'
import type { ExploredTransaction, ExplorerStore } from './explorer-store.ts'

export class ExplorerService {
  readonly #store: ExplorerStore

  constructor(store: ExplorerStore) {
    this.#store = store
  }

  async transactions(
    filter: Omit<TransactionFilter, 'order'>,
    after: TransactionCursor | undefined,
    size: number,
  ): Promise<{ transactions: ExploredTransaction[]; next: TransactionCursor | undefined }> {
    const range = checkedRange({ startTime: filter.startTime, endTime: filter.endTime })
    return this.#store.page({ ...filter, ...range, order: 'newest first' }, after, size)
  }

  async transaction(id: string): Promise<ExploredTransaction> {
    const [found] = validate(id) ? await this.#store.byIds([id]) : []
    if (found === undefined) {
      const name = transactionName(id)
      throw new DomainError('NOT_FOUND', 'TRANSACTION_NOT_FOUND', `There is no transaction ${name}.`, {
        metadata: { name },
      })
    }
    return found
  }
}
