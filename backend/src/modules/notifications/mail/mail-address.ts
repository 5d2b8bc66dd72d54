import type { DataSource } from 'typeorm'
import { type Database, rows } from '../sql.ts'

/** Whether mail goes to a user, as the user reads it. */
export interface MailAddressRecord {
  /** Empty when the identity provider tells none. */
  readonly address: string
  readonly state: 'USED' | 'UNVERIFIED' | 'REJECTED' | 'UNAVAILABLE'
  /** What the mail server said, when REJECTED. */
  readonly reason: string
  readonly rejectTime: Date | undefined
}

/** @param mailEnabled whether this installation sends mail */
export async function mailAddressOf(
  database: Database,
  userId: string,
  mailEnabled: boolean,
): Promise<MailAddressRecord> {
  const [row] = await rows<{
    email: string | null
    email_verified: boolean
    reason: string | null
    reject_time: Date | null
  }>(
    database,
    `select email, email_verified, reason, reject_time from users
     left join mail_rejections on address = email where id = $1`,
    [userId],
  )
  const address = row?.email ?? ''
  const usable = { address, reason: '', rejectTime: undefined }
  if (!mailEnabled || row === undefined || address === '') return { ...usable, state: 'UNAVAILABLE' }
  if (!row.email_verified) return { ...usable, state: 'UNVERIFIED' }
  if (row.reason === null) return { ...usable, state: 'USED' }
  return { address, state: 'REJECTED', reason: row.reason, rejectTime: row.reject_time ?? undefined }
}

/** Lets mail go to the user's address again after it was refused there. What was refused is not sent again. */
export async function retryMailAddress(dataSource: DataSource, userId: string): Promise<void> {
  await dataSource.query(
    'delete from mail_rejections using users where users.id = $1 and email_verified and address = email',
    [userId],
  )
}
