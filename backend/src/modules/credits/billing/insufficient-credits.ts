import { DomainError } from '../../../errors/domain-error.ts'

/** @param why what is needed, what there is, and the way out */
export const creditsTooFew = (why: string) =>
  new DomainError('FAILED_PRECONDITION', 'INSUFFICIENT_CREDITS', `There are not enough credits. ${why}`)
