import { normalizeError } from '../../../errors/normalize-error.ts'

/** Codes of errors that pass. */
const PASSING = new Set(['UNAVAILABLE', 'ABORTED', 'RESOURCE_EXHAUSTED', 'DEADLINE_EXCEEDED', 'CANCELLED'])

/** Whether the same batch may be written later. */
export function isPassing(error: unknown): boolean {
  return PASSING.has(normalizeError(error).code)
}

/** Why a batch cannot be written, for operators: nothing of what the fixes say. */
export function failureReason(error: unknown): string {
  const { code, message, cause } = normalizeError(error)
  return code === 'INTERNAL' && cause instanceof Error ? cause.message : message
}
