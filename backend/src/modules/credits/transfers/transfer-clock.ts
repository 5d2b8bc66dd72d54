import type { Logger } from 'pino'
import type { DataSource } from 'typeorm'
import { inTransaction } from '../../../database/index.ts'
import { type Repetition, repeatedly } from '../../../repeatedly.ts'
import { createIdentityReader } from '../../identity/index.ts'
import type { WorkerPart } from '../../notifications/index.ts'
import { takeSteps } from './take-steps.ts'
import { readWords, type TransferIdentity } from './transfer-reader.ts'
import {
  type DueTransfer,
  findTransfer,
  listDue,
  lockTransfers,
  type TransferCursor,
} from './transfer-store.ts'
import { judge } from './transfer-transitions.ts'

export interface TransferClockOptions {
  readonly dataSource: DataSource
  readonly log: Logger
  /** Between two looks, and so how late a step may be. Default 5 s. */
  readonly intervalMs?: number
}

const BATCH = 100

/**
 * Takes the steps of the system when their time has come: proposals expire, and what is approved is recorded on its
 * effective date. Every worker does; the row's lock and its state see to it that each happens once.
 */
export function transferClock({ dataSource, log, intervalMs = 5_000 }: TransferClockOptions): WorkerPart {
  let sweeping: Repetition | undefined
  return {
    async start() {
      sweeping = repeatedly({ name: 'expiring and recording transfers', intervalMs, log }, async () => {
        const taken = await sweepTransfers(dataSource, log)
        if (taken > 0) log.info({ transfers: taken }, 'transfers expired or were recorded')
      })
    },
    stop: async () => sweeping?.stop(),
    // What keeps it from its work is the database, which the worker's health asks itself.
    healthy: () => true,
  }
}

/** Everything that is due now, each in a transaction of its own: one that fails keeps no other waiting. Returns how many. */
export async function sweepTransfers(dataSource: DataSource, log: Logger): Promise<number> {
  const identity = createIdentityReader(dataSource)
  let taken = 0
  let after: TransferCursor | undefined
  for (;;) {
    const due = await listDue(dataSource, after, BATCH)
    for (const transfer of due) {
      try {
        if (await takeDueStep(dataSource, identity, transfer)) taken += 1
      } catch (error) {
        log.error(
          { err: error, transfer: transfer.id, action: transfer.action },
          'a step of a transfer failed',
        )
      }
    }
    after = due.at(-1)?.cursor
    if (due.length < BATCH) return taken
  }
}

/** False when someone else has the row, or was first. */
async function takeDueStep(
  dataSource: DataSource,
  identity: TransferIdentity,
  { id, action }: DueTransfer,
): Promise<boolean> {
  const known = await findTransfer(dataSource, id)
  if (known === undefined) return false
  const wordsOf = await readWords(dataSource, identity, [known])
  return inTransaction(dataSource, async (manager) => {
    const transfer = (await lockTransfers(manager, [id], 'skip')).get(id)
    if (transfer === undefined) return false
    const actor = { kind: 'system' } as const
    const verdict = judge(transfer, action, actor)
    if (verdict.kind === 'refused') return false
    const { transition } = verdict
    await takeSteps(manager, [{ transfer, transition, actor, reason: '', words: wordsOf(transfer) }])
    return true
  })
}
