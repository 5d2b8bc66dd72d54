import { randomUUID } from 'node:crypto'
import type { DataSource, EntityManager } from 'typeorm'

export interface MadeAccount {
  /** "organizations/{organization}" */
  readonly parent: string
  readonly creditClass: string
}

/**
 * An organisation of the user's with one account of available credits and so many postings, spread over a year that
 * ends now: purchases and sales; a job's hold and payment in each hundred; ten issuances in all. Its operator's and
 * trade partners' postings are left out, which no statement reads.
 */
export async function makePostings(
  dataSource: DataSource,
  slug: string,
  userId: string,
  count: number,
): Promise<MadeAccount> {
  const [organizationId, classId] = [randomUUID(), randomUUID()]
  await dataSource.transaction(async (database) => {
    await database.query(
      `insert into organizations (id, slug, display_name, kind) values ($1, $2, $2, 'MEMBER')`,
      [organizationId, slug],
    )
    await database.query(
      `insert into memberships (id, organization_id, user_id, role) values ($1, $2, $3, 'SUBMITTER')`,
      [randomUUID(), organizationId, userId],
    )
    await database.query(
      `insert into credit_classes (id, code, display_name, unit, decimals) values ($1, $2, $2, 'credit', 2)`,
      [classId, slug],
    )
    await withoutIndices(database, ['credit_transactions', 'credit_postings'], async () => {
      await database.query(
        `create temporary table made on commit drop as
         select n, gen_random_uuid() as id,
           now() - interval '365 days' + n * (interval '365 days' / $1::integer) as time,
           case when n % ($1::integer / 10) = 1 then 'ISSUANCE' when n % 100 = 2 then 'JOB_HOLD'
             when n % 100 = 3 then 'JOB_CAPTURE' else 'TRANSFER' end as kind,
           case when n % ($1::integer / 10) = 1 then 1000000 when n % 100 = 2 then -10 when n % 100 = 3 then 4
             when n % 2 = 0 then -7 else 7 end::bigint as available,
           case when n % ($1::integer / 10) = 1 then 0 when n % 100 = 2 then 10 when n % 100 = 3 then -10
             else 0 end::bigint as held
         from generate_series(1, $1::integer) as n`,
        [count],
      )
      await database.query(
        `insert into credit_transactions (id, kind, class_id, time, description)
         select id, kind, $1, time, 'Transaction ' || n from made order by n`,
        [classId],
      )
      for (const [kind, amount] of [
        ['AVAILABLE', 'available'],
        ['HELD', 'held'],
      ]) {
        await database.query(
          `insert into credit_postings (account_id, sequence, transaction_id, organization_id, class_id, account_kind,
             amount, balance_after, time)
           select credit_account_id('${kind}', $1, $2), row_number() over (order by n), id, $2, $1, '${kind}',
             ${amount}, sum(${amount}) over (order by n), time
           from made where ${amount} <> 0 order by n`,
          [classId, organizationId],
        )
        await database.query(
          `insert into credit_accounts (id, class_id, organization_id, kind, balance, posting_count, last_time)
           select account_id, $1, $2, account_kind, balance_after, sequence, time from credit_postings
           where account_id = credit_account_id('${kind}', $1, $2) order by sequence desc limit 1`,
          [classId, organizationId],
        )
      }
    })
  })
  return { parent: `organizations/${slug}`, creditClass: `creditClasses/${slug}` }
}

/** As a dump is restored: indices are made at the end. */
async function withoutIndices(database: EntityManager, tables: readonly string[], work: () => Promise<void>) {
  const indices: { name: string; definition: string }[] = await database.query(
    `select indexname as name, indexdef as definition from pg_indexes
     where schemaname = 'public' and tablename = any($1) and indexname not in (select conname from pg_constraint)`,
    [tables],
  )
  await database.query(`set local maintenance_work_mem = '256MB'`)
  for (const { name } of indices) await database.query(`drop index ${name}`)
  await work()
  for (const { definition } of indices) await database.query(definition)
}
