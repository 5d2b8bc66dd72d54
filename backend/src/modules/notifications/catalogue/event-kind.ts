import type { z } from 'zod'

export type Severity = 'INFO' | 'SUCCESS' | 'WARNING' | 'ERROR'

export type MailDelivery = 'OFF' | 'AT_ONCE' | 'HOURLY' | 'DAILY'

/** Who may be told of an event. Looked at again when it is told: who left, or lost a share, is not. */
export type Audience =
  /** Whoever the user is now. */
  | { readonly kind: 'user'; readonly userId: string }
  /** While a member of the organisation. */
  | { readonly kind: 'member'; readonly userId: string; readonly organizationId: string }
  /** While a member, and until the job is deleted. */
  | {
      readonly kind: 'job-owner'
      readonly userId: string
      readonly organizationId: string
      readonly jobId: string
    }
  /** While the job is shared with the user, and until it is deleted. */
  | {
      readonly kind: 'job-reader'
      readonly userId: string
      readonly organizationId: string
      readonly jobId: string
    }
  /** Everyone who has one of the roles in the organisation. */
  | { readonly kind: 'roles'; readonly organizationId: string; readonly roles: readonly string[] }
  /** Everyone who has one of the roles in the operator organisation. */
  | { readonly kind: 'operators'; readonly roles: readonly string[] }
  /** Whom an announcement is for. */
  | { readonly kind: 'announcement'; readonly announcementId: string }

/** What templates may name, read for a whole batch of events. */
export interface Names {
  organization(id: string): { readonly slug: string; readonly displayName: string }
  /** The display name. */
  user(id: string): string
}

/** What a template says, before it is made plain and cut to size. */
export interface Message {
  /** One line. */
  readonly title: string
  readonly body: string
  readonly severity: Severity
  /** A path of the frontend's router, or an https address; empty when there is none. */
  readonly link: string
  /** Its resource name; empty when there is none. */
  readonly resource: string
}

/** One kind of event that someone may be notified of. */
export interface EventKind<Facts = unknown> {
  /** "<module>.<event>", as clients see it. */
  readonly key: string
  /** "<module>.<event>" of the routing keys that it is told by. */
  readonly toldBy: readonly string[]
  readonly displayName: string
  /** Who is notified. */
  readonly description: string
  /** What an event's payload must be to be understood. */
  readonly facts: z.ZodType<Facts>
  readonly audience: (facts: Facts) => readonly Audience[]
  /** Who did it, and so is not told; undefined when nobody did or it is not known. */
  readonly actor: (facts: Facts) => string | undefined
  /** Users whom the template names. */
  readonly mentions: (facts: Facts) => readonly string[]
  /** Id of the organisation that it is about; undefined when it is about none. */
  readonly organization: (facts: Facts) => string | undefined
  readonly message: (facts: Facts, names: Names) => Message
  readonly defaults: { readonly inApp: boolean; readonly mail: MailDelivery }
  /** It always stands in the inbox, whatever the preference. */
  readonly inAppRequired: boolean
  /** It can only be mailed: there is no inbox to put it into yet. */
  readonly mailOnly: boolean
  /** Not listed: nothing writes such events yet. */
  readonly hidden: boolean
}
