import { DomainError } from '../../../errors/domain-error.ts'
import type { FilePurpose } from '../policies/policy-store.ts'

/** The same for an absent file and for one of another organisation. */
export function fileNotFound(): DomainError {
  return new DomainError('NOT_FOUND', 'FILE_NOT_FOUND', 'This organisation has no such file.')
}

export function fileNotReleased(description: string): DomainError {
  return new DomainError('FAILED_PRECONDITION', 'FILE_NOT_RELEASED', description)
}

export function fileInTrash(): DomainError {
  return new DomainError(
    'FAILED_PRECONDITION',
    'FILE_IN_TRASH',
    'The file is in the trash. Restore it first.',
  )
}

export function fileNotInTrash(): DomainError {
  return new DomainError('FAILED_PRECONDITION', 'FILE_NOT_IN_TRASH', 'The file is not in the trash.')
}

export function fileInUse(usedBy: readonly string[]): DomainError {
  const [first = 'something', ...others] = usedBy
  const more = others.length === 0 ? '' : ` and ${others.length} more`
  return new DomainError(
    'FAILED_PRECONDITION',
    'FILE_IN_USE',
    `The file is needed by ${first}${more}. It can be deleted when nothing needs it any more.`,
  )
}

export function notYourFile(): DomainError {
  return new DomainError(
    'PERMISSION_DENIED',
    'FILE_OF_ANOTHER',
    'Only who owns the file may do this, or an administrator of the organisation.',
    { metadata: { permission: 'files.manage' } },
  )
}

export function notYourUpload(): DomainError {
  return new DomainError(
    'PERMISSION_DENIED',
    'UPLOAD_OF_ANOTHER',
    'Only who began the upload may go on with it.',
  )
}

export function uploadUnderWay(): DomainError {
  return new DomainError(
    'FAILED_PRECONDITION',
    'UPLOAD_UNDER_WAY',
    'A version of this file is being uploaded. Complete or cancel that upload first.',
  )
}

export function tooManyUploads(limit: number): DomainError {
  return new DomainError(
    'RESOURCE_EXHAUSTED',
    'TOO_MANY_UPLOADS',
    `You have ${limit} uploads under way, which is as many as there may be. Complete or cancel some first.`,
  )
}

export function noUpload(): DomainError {
  return new DomainError(
    'FAILED_PRECONDITION',
    'UPLOAD_ENDED',
    'Nothing is being uploaded to this file. Create a new version of it to send other content.',
  )
}

export function uploadLost(): DomainError {
  return new DomainError(
    'FAILED_PRECONDITION',
    'UPLOAD_EXPIRED',
    'The upload was given up after a long time without anything arriving. Cancel it, and begin again.',
  )
}

export function uploadIncomplete(missing: readonly number[]): DomainError {
  const shown = missing.slice(0, 20).join(', ')
  const more = missing.length > 20 ? ' and more' : ''
  return new DomainError(
    'FAILED_PRECONDITION',
    'UPLOAD_INCOMPLETE',
    `Parts have not arrived in full: ${shown}${more}. Resume the upload, send them, and complete it again.`,
    { metadata: { missing_parts: missing.slice(0, 20).join(',') } },
  )
}

/** Of the store; nothing is wrong with what was asked. */
export function storeFull(cause: unknown): DomainError {
  return new DomainError(
    'RESOURCE_EXHAUSTED',
    'STORE_FULL',
    'The store has no room left. Nothing is lost; tell the operator, and try again later.',
    { cause },
  )
}

const purposes: Readonly<Record<FilePurpose, string>> = {
  GENERAL: 'general files',
  EVIDENCE: 'evidence',
  DATASET: 'datasets',
  JOB_INPUT: 'inputs of jobs',
  ALGORITHM: 'algorithms',
}

/** As it stands in a sentence. */
export function purposeText(purpose: FilePurpose): string {
  return purposes[purpose]
}
