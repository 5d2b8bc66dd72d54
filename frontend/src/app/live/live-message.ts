import type { Notification, Severity } from '@fairlead/proto/web/fairlead/notifications/v1/notifications'

/** What the server says on the socket; one JSON object in each text frame. */
export type LiveMessage =
  /** The token was taken; from here on come the missed notifications and then new ones. */
  | { readonly type: 'ready'; readonly lastSequence: number; readonly unreadCount: number }
  | { readonly type: 'notification'; readonly notification: Notification; readonly sequence: number }
  /** Something was read, unread or archived, in this tab or another. */
  | { readonly type: 'inbox'; readonly lastSequence: number; readonly unreadCount: number }
  /** The sequence to resume from lies in the future: the inbox begins anew after this one. */
  | { readonly type: 'reset'; readonly lastSequence: number }
  | { readonly type: 'ping' }
  /** The server will stop: come back at a time of your own within so many milliseconds. */
  | { readonly type: 'reconnect'; readonly withinMs: number }

/** Undefined for what is no message, or one of a newer server that this page does not know. */
export function parseLiveMessage(data: unknown): LiveMessage | undefined {
  const message = parsedObject(data)
  if (message === undefined) return undefined
  const lastSequence = natural(message['lastSequence'])
  const unreadCount = natural(message['unreadCount'])
  switch (message['type']) {
    case 'ready':
    case 'inbox':
      if (lastSequence === undefined || unreadCount === undefined) return undefined
      return { type: message['type'], lastSequence, unreadCount }
    case 'notification': {
      const notification = notificationOf(message['notification'])
      return notification && { type: 'notification', notification, sequence: Number(notification.sequence) }
    }
    case 'reset':
      return lastSequence === undefined ? undefined : { type: 'reset', lastSequence }
    case 'ping':
      return { type: 'ping' }
    case 'reconnect':
      return { type: 'reconnect', withinMs: natural(message['withinMs']) ?? 0 }
    default:
      return undefined
  }
}

function parsedObject(data: unknown): Record<string, unknown> | undefined {
  if (typeof data !== 'string') return undefined
  try {
    return object(JSON.parse(data))
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

function object(value: unknown): Record<string, unknown> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : undefined
}

function natural(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : undefined
}

const severities: ReadonlySet<unknown> = new Set<Severity>([
  'SEVERITY_INFO',
  'SEVERITY_SUCCESS',
  'SEVERITY_WARNING',
  'SEVERITY_ERROR',
])

/** A Notification in the JSON form of its message: empty fields may be left out. */
function notificationOf(value: unknown): Notification | undefined {
  const fields = object(value)
  const sequence = natural(fields?.['sequence'])
  if (fields === undefined || sequence === undefined || sequence === 0) return undefined
  const severity = fields['severity']
  return {
    name: `users/me/notifications/${sequence}`,
    sequence: BigInt(sequence),
    eventType: text(fields['eventType']),
    title: text(fields['title']),
    body: text(fields['body']),
    severity: severities.has(severity) ? (severity as Severity) : 'SEVERITY_UNSPECIFIED',
    link: text(fields['link']),
    resource: text(fields['resource']),
    organization: text(fields['organization']),
    createTime: time(fields['createTime']),
    readTime: time(fields['readTime']),
    archiveTime: time(fields['archiveTime']),
    quiet: fields['quiet'] === true,
  }
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

function time(value: unknown): Date | undefined {
  if (typeof value !== 'string') return undefined
  const parsed = new Date(value)
  return Number.isNaN(parsed.getTime()) ? undefined : parsed
}
