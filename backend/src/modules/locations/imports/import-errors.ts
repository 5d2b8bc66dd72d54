import { DomainError } from '../../../errors/domain-error.ts'

export const importNotFound = () =>
  new DomainError('NOT_FOUND', 'FIX_IMPORT_NOT_FOUND', 'The organisation has no such import.')

export const importEnded = () =>
  new DomainError('FAILED_PRECONDITION', 'IMPORT_ENDED', 'The import has ended already.')

/** Of a signed address: 409. */
export const uploadUsed = () =>
  new DomainError(
    'ABORTED',
    'UPLOAD_USED',
    'A file was sent to this address already, or its import was cancelled: begin another import.',
  )

export const uploadForged = () =>
  new DomainError('PERMISSION_DENIED', 'UPLOAD_FORGED', 'This address is incomplete or not ours.')

export const tooManyImports = (count: number) =>
  new DomainError(
    'RESOURCE_EXHAUSTED',
    'TOO_MANY_IMPORTS',
    `${count} imports of the organisation are under way: wait until one of them has ended, or cancel one.`,
    { retryDelayMs: 30_000 },
  )

/** Why an import ended before its file did. Its message is for the person who began it. */
export class ImportStopped extends Error {
  override readonly name = 'ImportStopped'
  readonly state: 'FAILED' | 'CANCELLED'

  constructor(state: 'FAILED' | 'CANCELLED', message: string, options?: ErrorOptions) {
    super(message, options)
    this.state = state
  }
}
