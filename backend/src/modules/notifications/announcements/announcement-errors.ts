import { DomainError } from '../../../errors/domain-error.ts'

export const announcementNotFound = () =>
  new DomainError('NOT_FOUND', 'ANNOUNCEMENT_NOT_FOUND', 'There is no such announcement.')

export const announcementPublished = () =>
  new DomainError(
    'FAILED_PRECONDITION',
    'ANNOUNCEMENT_PUBLISHED',
    'The announcement is published and cannot be taken back. Announce what holds now.',
  )

export const organizationOfAnnouncementNotFound = (index: number, slug: string) =>
  new DomainError('NOT_FOUND', 'ORGANIZATION_NOT_FOUND', `There is no organisation organizations/${slug}.`, {
    violations: [{ field: `organizations[${index}]`, description: 'does not exist.' }],
  })

export const requestIdReused = () =>
  new DomainError(
    'ALREADY_EXISTS',
    'REQUEST_ID_REUSED',
    'This request_id was used for another announcement. Use a new UUID for each, and the same one for its repeats.',
    { violations: [{ field: 'request_id', description: 'was used for another announcement.' }] },
  )
