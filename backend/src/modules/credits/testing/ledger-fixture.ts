import { randomUUID } from 'node:crypto'
import type { DataSource, EntityManager } from 'typeorm'
import { type NewTransaction, post, type TransactionRecord } from '../ledger/index.ts'

/** Without a class's code it gets one of its own. */
export async function addClass(
  dataSource: DataSource,
  { code = `c-${randomUUID().slice(0, 8)}`, expireTime }: { code?: string; expireTime?: Date } = {},
): Promise<string> {
  const id = randomUUID()
  await dataSource.query(
    `insert into credit_classes (id, code, display_name, unit, decimals, expire_time)
     values ($1, $2, $2, 'credit', 2, $3)`,
    [id, code, expireTime ?? null],
  )
  return id
}

export async function addOrganization(
  dataSource: DataSource,
  slug = `o-${randomUUID().slice(0, 8)}`,
): Promise<string> {
  const id = randomUUID()
  await dataSource.query(
    `insert into organizations (id, slug, display_name, kind) values ($1, $2, $2, 'MEMBER')`,
    [id, slug],
  )
  return id
}

export function issuance(organizationId: string, classId: string, amount: bigint): NewTransaction {
  return {
    kind: 'ISSUANCE',
    classId,
    postings: [
      { account: { kind: 'ISSUANCE', classId }, amount: -amount },
      { account: { kind: 'AVAILABLE', organizationId, classId }, amount },
    ],
    description: 'Issued',
  }
}

export function transfer(from: string, to: string, classId: string, amount: bigint): NewTransaction {
  return {
    kind: 'TRANSFER',
    classId,
    postings: [
      { account: { kind: 'AVAILABLE', organizationId: from, classId }, amount: -amount },
      { account: { kind: 'AVAILABLE', organizationId: to, classId }, amount },
    ],
    description: 'Transferred',
  }
}

export async function issue(
  database: DataSource | EntityManager,
  organizationId: string,
  classId: string,
  amount: bigint,
): Promise<TransactionRecord> {
  const [outcome] = await post(database, [issuance(organizationId, classId, amount)])
  if (outcome?.kind !== 'posted') throw new Error(`the credits were not issued: ${JSON.stringify(outcome)}`)
  return outcome.transaction
}
