import type { CreateAnnouncementRequest } from '@fairlead/proto/web/fairlead/notifications/v1/announcements'
import type { Severity } from '@fairlead/proto/web/fairlead/notifications/v1/notifications'
import { notificationLink } from './notification-link'

/** An announcement as it is being written. */
export interface AnnouncementDraft {
  readonly title: string
  readonly body: string
  readonly severity: Severity
  readonly audience: 'everyone' | 'chosen'
  /** "organizations/{organization}"; counts when the audience is chosen. */
  readonly organizations: readonly string[]
  readonly link: string
  readonly when: 'now' | 'later'
  /** As an input of kind datetime-local gives it, in the browser's zone; counts when it is for later. */
  readonly time: string
}

export const emptyDraft: AnnouncementDraft = {
  title: '',
  body: '',
  severity: 'SEVERITY_INFO',
  audience: 'everyone',
  organizations: [],
  link: '',
  when: 'now',
  time: '',
}

export const titleLength = 120
export const bodyLength = 4_000
const linkLength = 500
const organizationsAtMost = 100
const yearMs = 365 * 86_400_000

export type DraftField = 'title' | 'body' | 'organizations' | 'link' | 'time'

/** Whether something was written that would be lost. */
export function isWritten(draft: AnnouncementDraft): boolean {
  return draft.title.trim() !== '' || draft.body.trim() !== ''
}

/** Of whom it is for, as the API takes it: everyone when empty. */
export function audienceOf(draft: AnnouncementDraft): string[] {
  return draft.audience === 'everyone' ? [] : [...draft.organizations].sort()
}

/** When it is to be published; undefined for at once, and for a time that is none. */
export function publishTimeOf(draft: AnnouncementDraft): Date | undefined {
  if (draft.when === 'now' || draft.time === '') return undefined
  const time = new Date(draft.time)
  return Number.isNaN(time.getTime()) ? undefined : time
}

/**
 * What is wrong with it, by field, each in one sentence.
 * @param now milliseconds since the epoch
 */
export function problemsOf(draft: AnnouncementDraft, now: number): Partial<Record<DraftField, string>> {
  const problems: Partial<Record<DraftField, string>> = {}
  const title = draft.title.trim()
  if (title === '') problems.title = 'Give it a title.'
  else if (title.length > titleLength) problems.title = `At most ${titleLength} characters.`
  if (draft.body.length > bodyLength) problems.body = `At most ${bodyLength.toLocaleString('en')} characters.`
  const link = draft.link.trim()
  if (link.length > linkLength) problems.link = `At most ${linkLength} characters.`
  else if (link !== '' && notificationLink(link) === undefined) {
    problems.link = 'Give a page of this site, which begins with /, or an address that begins with https://.'
  }
  if (draft.audience === 'chosen') {
    if (draft.organizations.length === 0) problems.organizations = 'Choose at least one organisation.'
    else if (draft.organizations.length > organizationsAtMost) {
      problems.organizations = `At most ${organizationsAtMost} organisations.`
    }
  }
  if (draft.when === 'later') {
    const time = publishTimeOf(draft)?.getTime()
    if (time === undefined) problems.time = 'Give a day and a time.'
    else if (time <= now) problems.time = 'This time has passed.'
    else if (time > now + yearMs) problems.time = 'At most a year from now.'
  }
  return problems
}

/** @param requestId the same for each attempt to send one draft, so that it is announced once */
export function toRequest(
  draft: AnnouncementDraft,
  requestId: string,
): Omit<CreateAnnouncementRequest, '$type'> {
  return {
    title: draft.title.trim(),
    body: draft.body.trim(),
    severity: draft.severity,
    organizations: audienceOf(draft),
    link: draft.link.trim(),
    publishTime: publishTimeOf(draft),
    requestId,
  }
}
