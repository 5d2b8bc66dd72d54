import { DomainError } from '../../errors/domain-error.ts'
import type { Principal } from '../../server/principal.ts'

/**
 * Where the caller's jobs go when the address names no organisation: the one joined first in which they may
 * submit, else the one joined first. Its slug.
 */
export function homeOrganization({ memberships }: Principal): string {
  const byAge = [...memberships].sort(
    ([slugA, a], [slugB, b]) =>
      a.joinTime.getTime() - b.joinTime.getTime() || (slugA < slugB ? -1 : slugA > slugB ? 1 : 0),
  )
  const submits = byAge.find(([, { permissions }]) => permissions.has('jobs.submit'))
  const [slug] = submits ?? byAge[0] ?? []
  if (slug === undefined) {
    throw new DomainError(
      'PERMISSION_DENIED',
      'NOT_A_MEMBER',
      'You are not a member of any organisation. Ask an administrator of one to invite you.',
    )
  }
  return slug
}
