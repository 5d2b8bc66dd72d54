import {
  type MemberKey,
  memberKey,
  membersAmong,
  type RolesAsked,
  usersAmong,
  usersWithRoles,
} from '../../identity/index.ts'
import { jobsAmong, type ShareKey, shareKey, sharesAmong } from '../../jobs/index.ts'
import type { Audience } from '../catalogue/event-kind.ts'
import type { Database } from '../sql.ts'

/**
 * Who of the audiences may be told now, in their order: whoever has left, or has lost a share, or whose job was
 * deleted since the event is not among them. As many statements for a thousand audiences as for one.
 */
export async function recipientsOf(
  database: Database,
  audiences: readonly Audience[],
): Promise<readonly (readonly string[])[]> {
  const users = new Set<string>()
  const members = new Map<string, MemberKey>()
  const jobs = new Set<string>()
  const shares = new Map<string, ShareKey>()
  const roles: RolesAsked[] = []
  const rolePositions = new Map<Audience, number>()
  for (const audience of audiences) {
    switch (audience.kind) {
      case 'user':
        users.add(audience.userId)
        break
      case 'member':
        members.set(memberKey(audience), audience)
        break
      case 'job-owner':
        members.set(memberKey(audience), audience)
        jobs.add(audience.jobId)
        break
      case 'job-reader':
        members.set(memberKey(audience), audience)
        shares.set(shareKey(audience), audience)
        break
      case 'roles':
      case 'operators': {
        const organizationId = audience.kind === 'roles' ? audience.organizationId : undefined
        rolePositions.set(audience, roles.push({ organizationId, roles: audience.roles }) - 1)
        break
      }
      case 'announcement':
        throw new Error('an announcement is told in parts, not with other events')
      default: {
        const unknown: never = audience
        throw new Error(`unknown audience ${JSON.stringify(unknown)}`)
      }
    }
  }
  const [existing, joined, kept, shared, holders] = await Promise.all([
    usersAmong(database, [...users]),
    membersAmong(database, [...members.values()]),
    jobsAmong(database, [...jobs]),
    sharesAmong(database, [...shares.values()]),
    usersWithRoles(database, roles),
  ])

  return audiences.map((audience) => {
    switch (audience.kind) {
      case 'user':
        return existing.has(audience.userId) ? [audience.userId] : []
      case 'member':
        return joined.has(memberKey(audience)) ? [audience.userId] : []
      case 'job-owner':
        return joined.has(memberKey(audience)) && kept.has(audience.jobId) ? [audience.userId] : []
      case 'job-reader': {
        const beyond = shared.get(shareKey(audience))
        const mayRead = beyond === true || (beyond === false && joined.has(memberKey(audience)))
        return mayRead ? [audience.userId] : []
      }
      default: {
        const except = audience.kind === 'roles' ? audience.except : undefined
        const found = holders[rolePositions.get(audience) ?? -1] ?? []
        return found.filter((userId) => userId !== except)
      }
    }
  })
}
