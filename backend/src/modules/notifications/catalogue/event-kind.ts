import { z } from 'zod'
import { plainLine, plainText } from './plain-text.ts'

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
  /** Everyone who has one of the roles in the organisation, but for one user. */
  | {
      readonly kind: 'roles'
      readonly organizationId: string
      readonly roles: readonly string[]
      readonly except: string | undefined
    }
  /** Everyone who has one of the roles in the operator organisation. */
  | { readonly kind: 'operators'; readonly roles: readonly string[] }
  /** Whom an announcement is for. */
  | { readonly kind: 'announcement'; readonly announcementId: string }

/** What an operator announces. */
export interface AnnouncementText {
  readonly title: string
  readonly body: string
  readonly severity: Severity
  readonly link: string
}

/** What templates may name, read for a whole batch of events. */
export interface Names {
  organization(id: string): { readonly slug: string; readonly displayName: string }
  /** The display name. */
  user(id: string): string
  announcement(id: string): AnnouncementText
}

export interface Message {
  /** One line, never empty. */
  readonly title: string
  readonly body: string
  readonly severity: Severity
  /** A path of the frontend's router, or an https address; empty when there is none. */
  readonly link: string
  /** Its resource name; empty when there is none. */
  readonly resource: string
}

/** One kind of event that someone may be notified of. */
export interface EventKind {
  /** "<module>.<event>", as clients see it. */
  readonly key: string
  readonly module: string
  /** "<module>.<event>" of the routing keys that it is told by. */
  readonly toldBy: readonly string[]
  readonly displayName: string
  /** Who is notified. */
  readonly description: string
  readonly defaults: { readonly inApp: boolean; readonly mail: MailDelivery }
  /** It always stands in the inbox, whatever the preference. */
  readonly inAppRequired: boolean
  /** It is never put into an inbox: whom it tells has none yet. */
  readonly mailOnly: boolean
  /** @throws NotUnderstood that names the field */
  read(payload: unknown): EventReading
}

/** What an event says, once it is understood. */
export interface EventReading {
  readonly audience: readonly Audience[]
  /** Who did it, and so is not told; undefined when nobody did or it is not known. */
  readonly actor: string | undefined
  /** Users whom the template names. */
  readonly mentions: readonly string[]
  /** Ids of the organisations that the template names. */
  readonly organizations: readonly string[]
  /** Id of the organisation that it is about, for one of its audiences; undefined when it is about none. */
  organizationFor(audience: Audience): string | undefined
  /** What one of its audiences is told: a buyer finds a transfer on another page than its seller. */
  message(names: Names, audience: Audience): Message
}

/** The payload of an event is not what its kind says. */
export class NotUnderstood extends Error {
  override readonly name = 'NotUnderstood'
}

/** How a kind of event is written down in the catalogue. */
export interface EventDeclaration<Facts> {
  readonly key: string
  /** Default: the key. */
  readonly toldBy?: readonly string[]
  readonly displayName: string
  readonly description: string
  /** What the payload of an event must be to be understood; what is beyond it is ignored. */
  readonly facts: z.ZodType<Facts>
  readonly audience: (facts: Facts) => readonly Audience[]
  readonly actor?: (facts: Facts) => string | null | undefined
  readonly mentions?: (facts: Facts) => readonly (string | null | undefined)[]
  readonly organization?: (facts: Facts, audience: Audience) => string
  /** Which the template names. Default: what it is about, for each audience. */
  readonly organizations?: (facts: Facts) => readonly string[]
  /** May leave lines too long and with any character in them. */
  readonly message: (
    facts: Facts,
    names: Names,
    audience: Audience,
  ) => Partial<Message> & Pick<Message, 'title'>
  /** Default: in-app only. */
  readonly mail?: MailDelivery
  readonly inAppRequired?: boolean
  readonly mailOnly?: boolean
  /** Told only to those who asked for it. */
  readonly quiet?: boolean
}

export function eventKind<Facts>(declared: EventDeclaration<Facts>): EventKind {
  const { key, displayName, description, facts, quiet = false, mailOnly = false } = declared
  return {
    key,
    module: key.slice(0, key.indexOf('.')),
    toldBy: declared.toldBy ?? [key],
    displayName,
    description,
    defaults: { inApp: !mailOnly && !quiet, mail: declared.mail ?? 'OFF' },
    inAppRequired: declared.inAppRequired ?? false,
    mailOnly,
    read(payload) {
      const parsed = facts.safeParse(payload)
      if (!parsed.success) throw notUnderstood(key, parsed.error)
      const { data } = parsed
      const audience = declared.audience(data)
      const organizationFor = (of: Audience) => declared.organization?.(data, of)
      return {
        audience,
        actor: declared.actor?.(data) ?? undefined,
        mentions: (declared.mentions?.(data) ?? []).filter((id) => typeof id === 'string'),
        organizations: declared.organizations?.(data) ?? [
          ...new Set(audience.flatMap((each) => organizationFor(each) ?? [])),
        ],
        organizationFor,
        message(names, toldTo) {
          const message = declared.message(data, names, toldTo)
          return {
            title: plainLine(message.title) || displayName,
            body: plainText(message.body ?? ''),
            severity: message.severity ?? 'INFO',
            link: message.link ?? '',
            resource: message.resource ?? '',
          }
        },
      }
    },
  }
}

function notUnderstood(key: string, error: z.ZodError): NotUnderstood {
  const [issue] = error.issues
  const field = issue?.path.join('.') || 'the payload'
  return new NotUnderstood(`${key}: ${field}: ${issue?.message ?? 'is not understood'}`, { cause: error })
}

/** A UUID of any version. */
export const idField = z.guid().transform((id) => id.toLowerCase())
/** For what the writer of an event may not know. */
export const optionalId = idField.nullish()
export const optionalText = z
  .string()
  .nullish()
  .transform((text) => text ?? '')
