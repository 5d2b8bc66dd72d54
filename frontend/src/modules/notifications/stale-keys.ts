import type { Notification } from '@fairlead/proto/web/fairlead/notifications/v1/notifications'
import type { QueryKey } from '@tanstack/react-query'
import { creditKeys } from '../credits/credit-keys'
import { apiTokensKey } from '../identity/api-tokens-key'
import { callerKey } from '../identity/caller'
import { membersKey } from '../identity/member-queries'
import { jobKeys } from '../jobs/job-queries'

const job = /^organizations\/([^/]+)\/jobs\/([^/]+)$/
const organization = /^organizations\/([^/]+)$/

/** The queries whose answers what the notification tells of has changed; open pages ask them again. */
export function staleKeys(
  notification: Pick<Notification, 'eventType' | 'resource' | 'organization'>,
): QueryKey[] {
  const { eventType, resource } = notification
  const keys: QueryKey[] = []
  const [, jobOrganization, jobId] = job.exec(resource) ?? []
  if (jobOrganization !== undefined && jobId !== undefined) {
    keys.push(
      jobKeys.job(jobOrganization, jobId),
      jobKeys.tasks(jobOrganization, jobId),
      jobKeys.lists(jobOrganization),
      jobKeys.shared,
    )
  }
  if (eventType.startsWith('credits.')) {
    const [, slug] = organization.exec(notification.organization) ?? []
    keys.push(slug === undefined ? creditKeys.all : creditKeys.organization(slug), creditKeys.desk)
  }
  if (eventType === 'identity.token_expiring') keys.push(apiTokensKey)
  else if (eventType.startsWith('identity.')) {
    // Memberships and rights of the caller, too, may be others now.
    keys.push(callerKey)
    const [, slug] = organization.exec(resource) ?? organization.exec(notification.organization) ?? []
    if (slug !== undefined) keys.push(membersKey(slug), ['organization', slug])
  }
  return keys
}
