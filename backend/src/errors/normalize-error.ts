import { sqlState } from '../database/index.ts'
import { DomainError, type ErrorCode } from './domain-error.ts'

interface SqlStateMeaning {
  readonly code: ErrorCode
  readonly reason: string
  readonly message: string
}

const unavailable: SqlStateMeaning = {
  code: 'UNAVAILABLE',
  reason: 'DATABASE_UNAVAILABLE',
  message: 'The database is not available at the moment. Try again shortly.',
}
const conflict: SqlStateMeaning = {
  code: 'ABORTED',
  reason: 'CONCURRENT_CHANGE',
  message: 'Someone else changed the same thing at the same moment. Try again.',
}

/**
 * SQLSTATEs, and below them classes, that are no defect of the program. A constraint that a service does not
 * translate itself is one, and is not here. (PostgreSQL manual, appendix "Error Codes")
 */
const sqlStates: Readonly<Record<string, SqlStateMeaning>> = {
  '40001': conflict,
  '40P01': conflict,
  '55P03': conflict,
  '57014': {
    code: 'DEADLINE_EXCEEDED',
    reason: 'DATABASE_TIMEOUT',
    message: 'The database took too long. Ask for less, or try again later.',
  },
  '22021': {
    code: 'INVALID_ARGUMENT',
    reason: 'CHARACTER_NOT_STORABLE',
    message: 'A text contains the character U+0000, which cannot be stored. Remove it.',
  },
  '08': unavailable,
  '53': unavailable,
  '57': unavailable,
}

/** Errors of the connection itself, below PostgreSQL's protocol. */
const socketErrors = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ENOTFOUND', 'EAI_AGAIN'])

/** Turns whatever was thrown into the one kind that the boundaries know, keeping it as the cause. */
export function normalizeError(error: unknown): DomainError {
  if (error instanceof DomainError) return error
  const state = sqlState(error)
  const known = state === undefined ? undefined : (sqlStates[state] ?? sqlStates[state.slice(0, 2)])
  const meaning = known ?? (isLostConnection(error) ? unavailable : undefined)
  if (meaning !== undefined)
    return new DomainError(meaning.code, meaning.reason, meaning.message, { cause: error })
  if (error instanceof Error && error.name === 'AbortError') {
    return new DomainError('CANCELLED', 'CANCELLED', 'The call was cancelled.', { cause: error })
  }
  return new DomainError('INTERNAL', 'INTERNAL', 'An internal error occurred.', { cause: error })
}

function isLostConnection(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  if ('code' in error && typeof error.code === 'string' && socketErrors.has(error.code)) return true
  // TypeORM gives a transaction's connection up as soon as it is lost, and then has none for the next query or COMMIT.
  if (/^QueryRunner(Provider)?AlreadyReleasedError$/.test(error.name)) return true
  // pg gives these no code.
  return /^(Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error)/.test(
    error.message,
  )
}
