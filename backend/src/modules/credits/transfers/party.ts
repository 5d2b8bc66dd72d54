import { type Balance, balancesOf } from '../ledger/index.ts'
import { complianceLines } from '../reports/compliance-store.ts'
import type { Database } from '../sql.ts'
import type { TransferRecord } from './transfer.ts'
import { type TradeFigures, tradeFigures } from './transfer-store.ts'

/** One side of a transfer, for the comparison of both. */
export interface PartyFigures extends TradeFigures {
  readonly organizationId: string
  /** Of the transfer's class, now. */
  readonly balance: Balance
  /** Available and held together once the transfer is recorded; as it is now when that is past or will not be. */
  readonly balanceAfter: bigint
  readonly usedInYear: bigint
}

const YEAR_MS = 365 * 86_400_000
const over: readonly TransferRecord['state'][] = ['REFUSED', 'RESCINDED', 'EXPIRED', 'DECLINED', 'RECORDED']

export async function readParty(
  database: Database,
  transfer: TransferRecord,
  organizationId: string,
): Promise<PartyFigures> {
  const { classId, amount, sellerId, state } = transfer
  const endTime = new Date()
  const period = { startTime: new Date(endTime.getTime() - YEAR_MS), endTime }
  const [[balance], figures, lines] = await Promise.all([
    balancesOf(database, [{ organizationId, classId }]),
    tradeFigures(database, organizationId, classId),
    complianceLines(database, [organizationId], period),
  ])
  if (balance === undefined) throw new Error('one balance was asked for and none was answered')
  const change = over.includes(state) ? 0n : organizationId === sellerId ? -amount : amount
  return {
    ...figures,
    organizationId,
    balance,
    balanceAfter: balance.available + balance.held + change,
    usedInYear: lines.get(organizationId)?.find((line) => line.classId === classId)?.used ?? 0n,
  }
}
