import type { DataSource, EntityManager } from 'typeorm'
import { inTransaction } from '../../../database/index.ts'

/** Carries a result past the transaction that it undoes. */
class Undone<Result> extends Error {
  readonly result: Result

  constructor(result: Result) {
    super('undone on purpose')
    this.result = result
  }
}

/** Does the work in a transaction, and takes it all back: what a dry run answers is what would have been. */
export async function rolledBack<Result>(
  dataSource: DataSource,
  work: (manager: EntityManager) => Promise<Result>,
): Promise<Result> {
  try {
    return await inTransaction(dataSource, async (manager) => {
      throw new Undone(await work(manager))
    })
  } catch (error) {
    if (error instanceof Undone) return error.result as Result
    throw error
  }
}
