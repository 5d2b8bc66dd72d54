import type { Logger } from 'pino'
import type { DataSource, EntityManager } from 'typeorm'
import { inTransaction } from '../../../database/index.ts'
import { writeEvents } from '../../../outbox/index.ts'
import { type Repetition, repeatedly } from '../../../repeatedly.ts'
import type { WorkerPart } from '../../notifications/index.ts'
import { decimalOf } from '../export/index.ts'
import { rows } from '../sql.ts'

export interface LowBalanceOptions {
  readonly dataSource: DataSource
  readonly log: Logger
  /** Between two looks. Default 10 s. */
  readonly intervalMs?: number
}

interface LowRow {
  organization_id: string
  code: string
  display_name: string
  decimals: number
  balance: string
  low_balance: string
}

/**
 * Tells when available credits have fallen below what their organisation has set, whatever took them. Once: again only
 * after they were seen above it. Any number of workers may look.
 */
export function createLowBalanceWatch({
  dataSource,
  log,
  intervalMs = 10_000,
}: LowBalanceOptions): WorkerPart {
  let running: Repetition | undefined
  return {
    async start() {
      running = repeatedly({ name: 'telling of low balances', intervalMs, log }, () =>
        tellLowBalances(dataSource),
      )
    },
    stop: async () => running?.stop(),
    // What keeps it from its work is the database, which the worker's health asks itself.
    healthy: () => true,
  }
}

/**
 * Reads balances without locking them: bookings never wait for it, and one that it misses is seen the next time. The
 * row that says who was told is made by one worker alone, in the transaction of the event.
 */
export async function tellLowBalances(dataSource: DataSource): Promise<void> {
  await inTransaction(dataSource, async (manager) => {
    await rows(
      manager,
      `delete from credit_low_balances as told using credit_accounts as account
       where account.id = told.account_id and account.balance >= account.low_balance`,
      [],
    )
    const low = await newlyLow(manager)
    await writeEvents(
      manager,
      low.map((row) => ({
        routingKey: `credits.balance_low.${row.organization_id}`,
        payload: {
          organization: row.organization_id,
          credit_class: row.code,
          class_name: row.display_name,
          balance: decimalOf(BigInt(row.balance), row.decimals),
          low_balance: decimalOf(BigInt(row.low_balance), row.decimals),
        },
      })),
    )
  })
}

function newlyLow(manager: EntityManager): Promise<LowRow[]> {
  return rows<LowRow>(
    manager,
    `with low as (
       select account.id, account.organization_id, account.class_id, account.balance, account.low_balance
       from credit_accounts as account
       where account.low_balance > 0 and account.balance < account.low_balance
         and not exists (select from credit_low_balances as told where told.account_id = account.id)
     ), told as (
       insert into credit_low_balances (account_id) select id from low order by id
       on conflict do nothing returning account_id
     )
     select low.organization_id, class.code, class.display_name, class.decimals, low.balance, low.low_balance
     from told join low on low.id = told.account_id join credit_classes as class on class.id = low.class_id
     order by low.id`,
    [],
  )
}
