import type {
  ListStatementLinesRequest,
  TransactionKind,
} from '@fairlead/proto/web/fairlead/credits/v1/credits'
import { dayFromAddress, endOfDay, startOfDay } from '../../ui/day'
import { transactionKinds } from './transaction-kind'
import { classCode } from './use-credit-classes'

export interface StatementFilter {
  /** "creditClasses/{code}", or empty for all. */
  readonly creditClass: string
  readonly kinds: readonly TransactionKind[]
  /** Days as YYYY-MM-DD, UTC, both included; empty is open. */
  readonly from: string
  readonly to: string
  /** Name of a job or a transfer; empty for all lines. */
  readonly reference: string
}

export const wholeStatement: StatementFilter = { creditClass: '', kinds: [], from: '', to: '', reference: '' }

/** TRANSACTION_KIND_JOB_HOLD is "job-hold" in an address. */
function inAddress(kind: TransactionKind): string {
  return kind.replace('TRANSACTION_KIND_', '').toLowerCase().replaceAll('_', '-')
}

/** Reads what an address says, and leaves out what it says wrongly. */
export function filterFromAddress(parameters: URLSearchParams): StatementFilter {
  const code = parameters.get('class') ?? ''
  const asked = new Set((parameters.get('kind') ?? '').split(','))
  const about = /^(jobs|transfers)\/[0-9a-f-]{36}$/.exec(parameters.get('about') ?? '')
  return {
    creditClass: /^[a-z][a-z0-9-]{1,38}$/.test(code) ? `creditClasses/${code}` : '',
    kinds: transactionKinds.filter((kind) => asked.has(inAddress(kind))),
    from: dayFromAddress(parameters, 'from'),
    to: dayFromAddress(parameters, 'to'),
    reference: about?.[0] ?? '',
  }
}

export function filterToAddress({
  creditClass,
  kinds,
  from,
  to,
  reference,
}: StatementFilter): URLSearchParams {
  const parameters = new URLSearchParams()
  if (creditClass !== '') parameters.set('class', classCode(creditClass))
  if (kinds.length > 0) parameters.set('kind', kinds.map(inAddress).join(','))
  if (from !== '') parameters.set('from', from)
  if (to !== '') parameters.set('to', to)
  if (reference !== '') parameters.set('about', reference)
  return parameters
}

export function isFiltered(filter: StatementFilter): boolean {
  return filterToAddress(filter).size > 0
}

type Asked = Pick<ListStatementLinesRequest, 'parent' | 'creditClass' | 'kinds' | 'startTime' | 'endTime'>

/** The part of a request that lists and files have in common. */
export function requestOf(organization: string, filter: StatementFilter): Asked {
  return {
    parent: `organizations/${organization}`,
    creditClass: filter.creditClass,
    kinds: [...filter.kinds],
    startTime: filter.from === '' ? undefined : startOfDay(filter.from),
    endTime: filter.to === '' ? undefined : endOfDay(filter.to),
  }
}
