import { DomainError } from '../../../errors/domain-error.ts'

export const parkedEventNotFound = () =>
  new DomainError('NOT_FOUND', 'PARKED_EVENT_NOT_FOUND', 'There is no such parked event.')

export const parkedEventSettled = () =>
  new DomainError(
    'FAILED_PRECONDITION',
    'PARKED_EVENT_SETTLED',
    'The event was retried or discarded before. If it was parked again, it is another one in the list.',
  )
