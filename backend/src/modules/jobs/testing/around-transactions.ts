import type { DataSource, EntityManager } from 'typeorm'

type Work = (manager: EntityManager) => Promise<unknown>

/** The same database, with something done just before each transaction begins. */
export function beforeTransactions(dataSource: DataSource, act: () => Promise<void>): DataSource {
  return withTransaction(dataSource, async (begin) => {
    await act()
    return begin()
  })
}

/** The same database, with something done just after each COMMIT; what it throws the caller gets as answer. */
export function afterTransactions(dataSource: DataSource, act: () => Promise<void>): DataSource {
  return withTransaction(dataSource, async (begin) => {
    const result = await begin()
    await act()
    return result
  })
}

function withTransaction(
  dataSource: DataSource,
  around: (begin: () => Promise<unknown>) => Promise<unknown>,
): DataSource {
  const transaction = (isolation: 'READ COMMITTED', work: Work) =>
    around(() => dataSource.transaction(isolation, work))
  // Private members of the data source know no other receiver than itself.
  return Object.assign(Object.create(dataSource) as DataSource, {
    transaction,
    query: dataSource.query.bind(dataSource),
  })
}
