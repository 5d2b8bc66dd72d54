import type {
  Balance as BalanceMessage,
  ComplianceReport as ComplianceReportMessage,
  CreditClass,
  StatementLine as StatementLineMessage,
} from '@fairlead/proto/server/fairlead/credits/v1/credits'
import { type ClassesById, classIn, className } from '../classes/index.ts'
import type { Balance, CreditClassRecord } from '../ledger/index.ts'
import type { PeriodReport } from '../reports/index.ts'
import type { StatementLine } from './statement-line.ts'
import { kindMessage, transactionName } from './transaction-messages.ts'

export function classMessage(record: CreditClassRecord): CreditClass {
  return {
    name: className(record.code),
    displayName: record.displayName,
    unit: record.unit,
    decimals: record.decimals,
    validityYear: record.validityYear ?? 0,
    state: `CREDIT_CLASS_STATE_${record.state}`,
    expireTime: record.expireTime,
    expired: record.expired,
    description: record.description,
  }
}

export function balanceMessage(balance: Balance, { code }: CreditClassRecord): BalanceMessage {
  const { available, held, heldForJobs, heldForTransfers, lowBalance } = balance
  return { creditClass: className(code), available, held, heldForJobs, heldForTransfers, lowBalance }
}

/** The name of a line's job or transfer as the organisation with this slug knows it; empty when there is none. */
export function referenceName({ reference }: StatementLine, slug: string): string {
  if (reference === undefined) return ''
  const collection = reference.kind === 'job' ? 'jobs' : 'transfers'
  return `organizations/${slug}/${collection}/${reference.id}`
}

/** @param organizationNames display names, by id */
export function statementLineMessage(
  line: StatementLine,
  slug: string,
  classes: ClassesById,
  organizationNames: ReadonlyMap<string, { readonly displayName: string }>,
): StatementLineMessage {
  return {
    transaction: transactionName(line.transactionId),
    time: line.time,
    kind: kindMessage(line.kind),
    creditClass: className(classIn(classes, line.classId).code),
    availableChange: line.availableChange,
    availableAfter: line.availableAfter,
    heldChange: line.heldChange,
    heldAfter: line.heldAfter,
    reference: referenceName(line, slug),
    description: line.description,
    counterparty: organizationNames.get(line.counterpartyId ?? '')?.displayName ?? '',
  }
}

export function complianceMessage(report: PeriodReport, classes: ClassesById): ComplianceReportMessage {
  const { organization, period, lines } = report
  return {
    organization: `organizations/${organization.slug}`,
    organizationDisplayName: organization.displayName,
    startTime: period.startTime,
    endTime: period.endTime,
    lines: lines.map(({ classId, ...amounts }) => ({
      creditClass: className(classIn(classes, classId).code),
      ...amounts,
    })),
  }
}
