import type { NotificationState } from '@fairlead/proto/web/fairlead/notifications/v1/notifications'
import type { NotificationFilter } from './notification-keys'

export type Shown = 'inbox' | 'unread' | 'archived'

/** Which notifications are looked at. */
export interface InboxFilter {
  readonly shown: Shown
  /** Such as "jobs"; empty for all. */
  readonly module: string
  /** Slug; empty for all. */
  readonly organization: string
}

const states: Readonly<Record<Shown, NotificationState>> = {
  inbox: 'NOTIFICATION_STATE_INBOX',
  unread: 'NOTIFICATION_STATE_UNREAD',
  archived: 'NOTIFICATION_STATE_ARCHIVED',
}

/** As ListNotifications takes it. */
export function toListFilter({ shown, module, organization }: InboxFilter): NotificationFilter {
  return {
    state: states[shown],
    modules: module === '' ? [] : [module],
    organization: organization === '' ? '' : `organizations/${organization}`,
  }
}

/** Reads what an address says, and leaves out what it says wrongly. */
export function filterFromAddress(parameters: URLSearchParams): InboxFilter {
  const shown = parameters.get('show')
  const module = parameters.get('module') ?? ''
  const organization = parameters.get('organization') ?? ''
  return {
    shown: shown === 'unread' || shown === 'archived' ? shown : 'inbox',
    module: /^[a-z][a-z_]{0,39}$/.test(module) ? module : '',
    organization: /^[a-z][a-z0-9-]{1,62}$/.test(organization) ? organization : '',
  }
}

export function filterToAddress({ shown, module, organization }: InboxFilter): URLSearchParams {
  const parameters = new URLSearchParams()
  if (shown !== 'inbox') parameters.set('show', shown)
  if (module !== '') parameters.set('module', module)
  if (organization !== '') parameters.set('organization', organization)
  return parameters
}
