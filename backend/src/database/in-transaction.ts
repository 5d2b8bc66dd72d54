import { setTimeout } from 'node:timers/promises'
import type { DataSource, EntityManager } from 'typeorm'
import { sqlState } from './sql-error.ts'

export interface TransactionOptions {
  /** Default READ COMMITTED. */
  readonly isolation?: 'READ COMMITTED' | 'REPEATABLE READ' | 'SERIALIZABLE'
  /** How often the work is begun before the error is passed on. Default 5. */
  readonly attempts?: number
}

const SERIALIZATION_FAILURE = '40001'
const DEADLOCK_DETECTED = '40P01'

/**
 * Runs the work in one transaction: committed when it resolves, rolled back when it throws. Begun again after
 * a serialization failure or a deadlock, so the work must not do anything outside the database.
 */
export async function inTransaction<Result>(
  dataSource: DataSource,
  work: (manager: EntityManager) => Promise<Result>,
  options: TransactionOptions = {},
): Promise<Result> {
  const attempts = options.attempts ?? 5
  for (let attempt = 1; ; attempt++) {
    try {
      return await dataSource.transaction(options.isolation ?? 'READ COMMITTED', work)
    } catch (error) {
      const state = sqlState(error)
      if ((state !== SERIALIZATION_FAILURE && state !== DEADLOCK_DETECTED) || attempt >= attempts) throw error
      // Jitter, so that those who collided do not collide again.
      await setTimeout(Math.random() * 10 * 2 ** attempt)
    }
  }
}
