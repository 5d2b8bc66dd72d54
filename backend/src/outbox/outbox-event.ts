import type { DeliveredEvent } from '../ports/bus.ts'

/** Something that SQL can be sent through. */
export interface Database {
  query<Row>(sql: string, values?: unknown[]): Promise<Row[]>
}

/** An event as the outbox has it. */
export interface OutboxEvent {
  /** The same when it is sent again: of the first. */
  readonly eventId: string
  /** In the order of commits. */
  readonly sequence: number
  readonly routingKey: string
  readonly createTime: Date
  /** JSON; undefined when it is larger than an event may be. */
  readonly payload: string | undefined
  readonly payloadBytes: number
  /** Of what wrote it; undefined when nobody traced that. */
  readonly traceparent?: string | undefined
}

/** What it may not exceed, in bytes: RabbitMQ's limit of a routing key, and ours of a payload. */
const ROUTING_KEY_MAX_BYTES = 255
export const PAYLOAD_MAX_BYTES = 1024 * 1024

/** Why an event cannot be sent, whatever carries it. */
export interface Refusal {
  /** Stable. */
  readonly reason: string
  readonly message: string
}

export function refusalOf(event: OutboxEvent): Refusal | undefined {
  const keyBytes = Buffer.byteLength(event.routingKey)
  if (keyBytes === 0 || keyBytes > ROUTING_KEY_MAX_BYTES) {
    return {
      reason: 'ROUTING_KEY_INVALID',
      message: `The routing key has ${keyBytes} bytes; it must have 1 to ${ROUTING_KEY_MAX_BYTES}.`,
    }
  }
  if (event.payload === undefined) {
    return {
      reason: 'TOO_LARGE',
      message: `The payload has ${event.payloadBytes} bytes; it may have ${PAYLOAD_MAX_BYTES}.`,
    }
  }
  return undefined
}

export function deliveredOf(event: OutboxEvent): DeliveredEvent {
  return {
    id: event.eventId,
    routingKey: event.routingKey,
    createTime: event.createTime,
    ...(event.traceparent === undefined ? {} : { traceparent: event.traceparent }),
    payload: JSON.parse(event.payload ?? 'null'),
  }
}
