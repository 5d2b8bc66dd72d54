import { DomainError, type FieldViolation } from '../../../errors/domain-error.ts'
import type { Refusal } from '../ledger/transaction.ts'
import { publicState, type TransferAction, type TransferState } from './transfer-state.ts'
import type { EarlierPerson, Transition, Verdict } from './transfer-transitions.ts'

/** Whom an error is for: members are told of public states alone. */
export type Reader = 'member' | 'operator'

export const transferNotFound = () =>
  new DomainError('NOT_FOUND', 'TRANSFER_NOT_FOUND', 'There is no such transfer.')

export const etagMismatch = () =>
  new DomainError(
    'ABORTED',
    'ETAG_MISMATCH',
    'The transfer has changed since you looked at it. Look again, and decide on what it is now.',
    { violations: [{ field: 'etag', description: 'is of an earlier state of the transfer.' }] },
  )

export const requestIdReused = (made: 'transfer' | 'comment') =>
  new DomainError(
    'ALREADY_EXISTS',
    'REQUEST_ID_REUSED',
    `This request_id was used for another ${made}. Use a new UUID for each, and the same one for its repeats.`,
    { violations: [{ field: 'request_id', description: `was used for another ${made}.` }] },
  )

export const partnerNotFound = (slug: string) =>
  new DomainError('NOT_FOUND', 'ORGANIZATION_NOT_FOUND', `There is no organisation organizations/${slug}.`, {
    violations: [{ field: 'partner', description: 'does not exist.' }],
  })

export const classNotFound = (code: string) =>
  new DomainError('NOT_FOUND', 'CREDIT_CLASS_NOT_FOUND', `There are no credits creditClasses/${code}.`, {
    violations: [{ field: 'credit_class', description: 'does not exist.' }],
  })

export const tooManyComments = (limit: number) =>
  new DomainError(
    'RESOURCE_EXHAUSTED',
    'TOO_MANY_COMMENTS',
    `A transfer has at most ${limit} comments. Talk to the other side directly.`,
  )

const personWords: Readonly<Record<EarlierPerson, string>> = {
  proposer: 'proposed this transfer',
  accepter: 'accepted this transfer',
  recommender: 'gave the recommendation on this transfer',
}

/** Why the four-eyes rule bars someone. */
export function barredText(earlier: EarlierPerson): string {
  return `You ${personWords[earlier]}; another person must take this step.`
}

const takerWords: Readonly<Record<Transition['taker'], string>> = {
  'proposing side': 'the side that proposed it',
  partner: 'the side that it was proposed to',
  'either side': 'one of its two sides',
  operator: 'the operator',
  system: 'the system',
  'operator or system': 'the operator',
}

const done: Readonly<Record<TransferAction, string>> = {
  propose: 'proposed',
  accept: 'accepted',
  refuse: 'refused',
  rescind: 'taken back',
  expire: 'expired',
  'recommend approval': 'recommended for approval',
  'recommend rejection': 'recommended for rejection',
  approve: 'approved',
  decline: 'declined',
  record: 'recorded',
}

/** Stable texts: a member's are the same whether or not anything was recommended. */
export function refusedStep(
  verdict: Extract<Verdict, { kind: 'refused' }>,
  action: TransferAction,
  state: TransferState,
  reader: Reader,
): DomainError {
  const shown = reader === 'member' ? publicState(state) : state
  switch (verdict.why) {
    case 'state':
      return new DomainError(
        'FAILED_PRECONDITION',
        'TRANSFER_STATE',
        `A transfer that is ${shown} cannot be ${done[action]}. Look at it again.`,
        { metadata: { state: shown } },
      )
    case 'taker':
      return new DomainError(
        'PERMISSION_DENIED',
        'TRANSFER_OTHER_SIDE',
        `A transfer that is ${shown} is ${done[action]} by ${takerWords[verdict.transition.taker]} alone.`,
        { metadata: { state: shown } },
      )
    case 'permission':
      return new DomainError('PERMISSION_DENIED', 'PERMISSION_MISSING', `This needs ${verdict.permission}.`, {
        metadata: { permission: verdict.permission },
      })
    case 'person':
      return new DomainError('PERMISSION_DENIED', 'FOUR_EYES', barredText(verdict.earlier))
    case 'expired':
      return new DomainError(
        'FAILED_PRECONDITION',
        'TRANSFER_EXPIRED',
        'The proposal has expired. Propose the transfer again.',
        { metadata: { state: shown } },
      )
    case 'class expired':
      return classExpired()
    case 'not expired':
    case 'class not expired':
    case 'not due':
      return new DomainError(
        'FAILED_PRECONDITION',
        'TRANSFER_NOT_DUE',
        'The time of this step has not come yet.',
      )
    default: {
      const unknown: never = verdict
      throw new Error(`unknown refusal ${JSON.stringify(unknown)}`)
    }
  }
}

function classExpired(): DomainError {
  return new DomainError(
    'FAILED_PRECONDITION',
    'CLASS_EXPIRED',
    'Credits of this class have expired and are not transferred any more.',
    { violations: [{ field: 'credit_class', description: 'has expired.' }] },
  )
}

/** What the ledger would not do for a transfer. */
export function refusedByLedger(refusal: Refusal): DomainError {
  switch (refusal.reason) {
    case 'INSUFFICIENT_CREDITS': {
      const available = String(refusal.available ?? 0n)
      return new DomainError(
        'FAILED_PRECONDITION',
        'INSUFFICIENT_CREDITS',
        'The seller does not have that many credits of this class available. Lower the amount, or free credits that are held.',
        {
          metadata: { available },
          violations: [{ field: 'amount', description: 'is more than the seller has available.' }],
        },
      )
    }
    case 'CLASS_EXPIRED':
      return classExpired()
    case 'CLASS_CLOSED':
      return new DomainError(
        'FAILED_PRECONDITION',
        'CLASS_CLOSED',
        'The operator has closed this class of credits: nothing new is transferred in it.',
        { violations: [{ field: 'credit_class', description: 'is closed.' }] },
      )
    default:
      throw new Error(`the ledger refused a transfer: ${refusal.reason}`)
  }
}

/** Of several that were to be recorded, all or none. */
export function notRecordable(
  failures: readonly Readonly<{ index: number; error: DomainError }>[],
): DomainError {
  const violations: FieldViolation[] = failures.map(({ index, error }) => ({
    field: `names[${index}]`,
    description: `${error.reason}: ${error.message}`,
  }))
  const [first] = failures
  const only = failures.length === 1 ? first?.error : undefined
  return new DomainError(
    'FAILED_PRECONDITION',
    only?.reason ?? 'TRANSFERS_NOT_RECORDABLE',
    `None was recorded: ${failures.length} of the transfers cannot be.`,
    { violations },
  )
}
