import type { OrganizationCallContext } from '../../server/call-context.ts'
import type { Actor } from './actor.ts'

export function actorOf({ organization, caller, permissions }: OrganizationCallContext): Actor {
  return {
    organizationId: organization.id,
    userId: caller.userId,
    displayName: caller.displayName,
    permissions,
    managesJobs: permissions.has('jobs.manage'),
  }
}
