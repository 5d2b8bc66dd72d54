import type { Message, Options } from 'amqplib'
import type { OutboxEvent } from '../../../outbox/outbox-event.ts'

/** Of the events that a queue gets, the one before this; by queue, where the relay knows it. */
export type Previous = Readonly<Record<string, number>>

interface EventHeaders {
  /** The event's number in the outbox. */
  readonly sequence: number
  /** When it was written, in ms since 1970. */
  readonly time: number
  readonly previous: Previous
  /** As W3C's trace context for AMQP names it. */
  readonly traceparent?: string
}

export function messageOptions(event: OutboxEvent, previous: Previous, mandatory: boolean): Options.Publish {
  const headers: EventHeaders = {
    sequence: event.sequence,
    time: event.createTime.getTime(),
    previous,
    ...(event.traceparent === undefined ? {} : { traceparent: event.traceparent }),
  }
  return { persistent: true, mandatory, messageId: event.eventId, contentType: 'application/json', headers }
}

export interface ReceivedEvent extends OutboxEvent {
  readonly previous: Previous
}

/** Undefined when the message is not one of the relay's. */
export function receivedEventOf({ fields, properties, content }: Message): ReceivedEvent | undefined {
  const headers = (properties.headers ?? {}) as Partial<EventHeaders>
  const { sequence, time, previous = {}, traceparent } = headers
  const eventId: unknown = properties.messageId
  if (typeof sequence !== 'number' || typeof time !== 'number' || typeof eventId !== 'string')
    return undefined
  const payload = content.toString('utf8')
  if (!isObject(payload)) return undefined
  return {
    eventId,
    sequence,
    routingKey: fields.routingKey,
    createTime: new Date(time),
    payload,
    payloadBytes: content.length,
    traceparent: typeof traceparent === 'string' ? traceparent : undefined,
    previous,
  }
}

function isObject(json: string): boolean {
  try {
    const value: unknown = JSON.parse(json)
    return typeof value === 'object' && value !== null && !Array.isArray(value)
  } catch {
    return false
  }
}
