import { hash } from 'node:crypto'
import type { AccountKey } from './account.ts'

/**
 * An account's id follows from what it is, as credit_account_id of the database tells it too: it is found and locked
 * without being looked up.
 */
export function accountId(account: AccountKey): string {
  const organization = 'organizationId' in account ? account.organizationId : ''
  const digest = hash('sha256', `${account.kind}:${account.classId}:${organization}`, 'hex')
  return `${digest.slice(0, 8)}-${digest.slice(8, 12)}-${digest.slice(12, 16)}-${digest.slice(16, 20)}-${digest.slice(20, 32)}`
}
