import { randomUUID } from 'node:crypto'
import { createDataSource } from '../../../backend/src/database/index.ts'
import { post } from '../../../backend/src/modules/credits/ledger/index.ts'

/** Gives a service a price, and every organisation enough to pay it. */
export async function chargeForJobs(databaseUrl: string, service: string): Promise<void> {
  const dataSource = await createDataSource(databaseUrl).initialize()
  try {
    const classId = randomUUID()
    await dataSource.query(
      `insert into credit_classes (id, code, display_name, unit, decimals) values ($1, 'bench', 'Bench', 'credits', 2)`,
      [classId],
    )
    await dataSource.query(
      `insert into credit_prices (service, class_id, per_job, per_task_second, per_output_gb, free_per_month)
       values ($1, $2, 100, 10, 500, 0)`,
      [service, classId],
    )
    const organizations: { id: string }[] = await dataSource.query(`select id from organizations`)
    const amount = 1_000_000_000n
    const outcomes = await post(
      dataSource,
      organizations.map(({ id: organizationId }) => ({
        kind: 'ISSUANCE' as const,
        classId,
        postings: [
          { account: { kind: 'ISSUANCE' as const, classId }, amount: -amount },
          { account: { kind: 'AVAILABLE' as const, organizationId, classId }, amount },
        ],
        description: 'For the bench',
      })),
    )
    const refused = outcomes.find(({ kind }) => kind !== 'posted')
    if (refused !== undefined) throw new Error(`credits were not issued: ${refused.kind}`)
  } finally {
    await dataSource.destroy()
  }
}
