import { DomainError, invalidField } from '../../../errors/domain-error.ts'

export const deviceNotFound = () =>
  new DomainError('NOT_FOUND', 'DEVICE_NOT_FOUND', 'The organisation has no such device.')

export const externalIdTaken = () =>
  new DomainError(
    'ALREADY_EXISTS',
    'EXTERNAL_ID_TAKEN',
    'Another one of the organisation has this external id. Choose another one, or leave it empty.',
    {
      violations: [{ field: 'external_id', description: 'is taken. Choose another one, or leave it empty.' }],
    },
  )

export const memberIsPerson = () =>
  new DomainError(
    'ALREADY_EXISTS',
    'MEMBER_IS_PERSON',
    'This member is another person of the organisation already.',
    { violations: [{ field: 'user_email', description: 'is of a member who is another person already.' }] },
  )

/** The same for an address that nobody has: who has an account elsewhere is not told. */
export const notAMember = () =>
  invalidField('user_email', 'is of no member of the organisation. Make them a member first.', 'NOT_A_MEMBER')
