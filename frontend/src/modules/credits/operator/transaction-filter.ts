import type { TransactionKind } from '@fairlead/proto/web/fairlead/credits/v1/credits'
import { dayFromAddress } from '../../../ui/day'
import { transactionKinds } from '../transaction-kind'

export interface TransactionFilter {
  /** "creditClasses/{code}"; empty means all. */
  readonly creditClass: string
  /** Slug; empty means all. */
  readonly organization: string
  readonly kinds: readonly TransactionKind[]
  /** Days as YYYY-MM-DD, UTC, both included; empty is open. */
  readonly from: string
  readonly to: string
  /** Resource name of a job, transfer or booking; empty means all. */
  readonly reference: string
}

const prefix = 'TRANSACTION_KIND_'

/** "transfer-hold": the kind as the address has it. */
function slugOf(kind: TransactionKind): string {
  return kind.slice(prefix.length).toLowerCase().replaceAll('_', '-')
}

const code = /^[a-z][a-z0-9-]{1,38}$/
const slug = /^[a-z][a-z0-9-]{1,62}$/

/** Reads what an address says, and leaves out what it says wrongly. */
export function transactionFilterFrom(parameters: URLSearchParams): TransactionFilter {
  const creditClass = parameters.get('class') ?? ''
  const organization = parameters.get('organization') ?? ''
  const asked = new Set((parameters.get('kind') ?? '').split(','))
  return {
    creditClass: code.test(creditClass) ? `creditClasses/${creditClass}` : '',
    organization: slug.test(organization) ? organization : '',
    kinds: transactionKinds.filter((kind) => asked.has(slugOf(kind))),
    from: dayFromAddress(parameters, 'from'),
    to: dayFromAddress(parameters, 'to'),
    reference: (parameters.get('reference') ?? '').slice(0, 160),
  }
}

export function transactionFilterTo(filter: TransactionFilter): Record<string, string> {
  return {
    class: filter.creditClass.replace('creditClasses/', ''),
    organization: filter.organization,
    kind: filter.kinds.map(slugOf).join(','),
    from: filter.from,
    to: filter.to,
    reference: filter.reference,
  }
}

export function isFiltered(filter: TransactionFilter): boolean {
  return Object.values(transactionFilterTo(filter)).some((value) => value !== '')
}
