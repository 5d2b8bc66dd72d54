import type { DeliveryStatus, Mail, MailState } from '@fairlead/proto/web/fairlead/notifications/v1/delivery'

/** Events that wait longer than this want attention, milliseconds: they are usually sent on within a second. */
const lateMs = 60_000

/** What wants the operator's attention, most pressing first. */
export type Trouble = 'bus' | 'events-late' | 'mail' | 'parked'

/** @param now milliseconds since the epoch */
export function troublesOf(status: DeliveryStatus, now: number): Trouble[] {
  const troubles: Trouble[] = []
  if (!status.busConnected) troubles.push('bus')
  else if (status.oldestEventTime !== undefined && now - status.oldestEventTime.getTime() > lateMs) {
    troubles.push('events-late')
  }
  if (status.mailEnabled && status.mailProblem !== '') troubles.push('mail')
  if (status.parkedEvents > 0) troubles.push('parked')
  return troubles
}

export const busLabels: Readonly<Partial<Record<DeliveryStatus['bus'], string>>> = {
  BUS_KIND_POSTGRES: 'PostgreSQL',
  BUS_KIND_RABBITMQ: 'RabbitMQ',
}

/** In the order in which they want attention. */
export const mailStates: readonly MailState[] = [
  'MAIL_STATE_FAILED',
  'MAIL_STATE_REJECTED',
  'MAIL_STATE_WAITING',
  'MAIL_STATE_SENDING',
  'MAIL_STATE_SENT',
  'MAIL_STATE_DROPPED',
]

export const mailStateLooks: Readonly<Partial<Record<MailState, { label: string; color: string }>>> = {
  MAIL_STATE_WAITING: { label: 'Waiting', color: 'yellow' },
  MAIL_STATE_SENDING: { label: 'Sending', color: 'sea' },
  MAIL_STATE_SENT: { label: 'Sent', color: 'teal' },
  MAIL_STATE_REJECTED: { label: 'Refused', color: 'orange' },
  MAIL_STATE_FAILED: { label: 'Given up', color: 'red' },
  MAIL_STATE_DROPPED: { label: 'Not sent', color: 'gray' },
}

/** Whether the server lets it be tried again at once. */
export function isRetryable({ state, attemptCount }: Pick<Mail, 'state' | 'attemptCount'>): boolean {
  if (state === 'MAIL_STATE_WAITING') return attemptCount > 0
  return state === 'MAIL_STATE_REJECTED' || state === 'MAIL_STATE_FAILED'
}

/** Laid out for reading; as it is when it is no JSON, such as one that was cut off. */
export function formatPayload(payload: string): string {
  try {
    return JSON.stringify(JSON.parse(payload), null, 2)
  } catch (error) {
    if (error instanceof SyntaxError) return payload
    throw error
  }
}
