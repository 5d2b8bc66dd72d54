/** Something that happened, for whoever wants to know. */
export interface BusEvent {
  /** "<module>.<event>.<organisation>", such as "jobs.completed.0197...": lower case, no spaces, at most 255 bytes. */
  readonly routingKey: string
  /** JSON. */
  readonly payload: Readonly<Record<string, unknown>>
}

export interface DeliveredEvent extends BusEvent {
  /** The same for every delivery of one event: what was handled already is told by it. */
  readonly id: string
  /** When the event was written. */
  readonly createTime: Date
  /** W3C trace context of what wrote it; unset when nobody traced that. */
  readonly traceparent?: string
}

/** An event that its handler will never be able to handle. It is put aside, with the reason, for the operator. */
export interface RefusedEvent {
  readonly id: string
  /** Stable, such as NOT_UNDERSTOOD. */
  readonly reason: string
  readonly message: string
}

/** A durable queue of events: what matches is kept for it from its first declaration on, whoever consumes. */
export interface BusQueue {
  /** Lower case, such as "notifications". */
  readonly name: string
  /** AMQP topic patterns: words between dots, "*" for one word, "#" for any number. */
  readonly patterns: readonly string[]
}

/**
 * Handles events in their order, several at once. Resolves when all are dealt with, with those that never can be.
 * Rejects when none is: then all of them are handed on again, after a while.
 */
export type HandleEvents = (events: readonly DeliveredEvent[]) => Promise<readonly RefusedEvent[]>

export interface Subscription {
  close(): Promise<void>
}

export interface BusStatus {
  readonly connected: boolean
  /** Why not; empty when connected. */
  readonly problem: string
  /** Events of a queue that were not handled yet; undefined when that is not known. */
  readonly unhandled: number | undefined
}

/** Carries committed events of the outbox to queues. */
export interface Bus {
  /**
   * Hands on every event of the queue at least once, in the order of their commits, to one consumer at a time
   * across all processes: when that one closes or dies, another goes on where it was.
   */
  consume(queue: BusQueue, handle: HandleEvents): Promise<Subscription>
  status(queue: BusQueue): Promise<BusStatus>
  close(): Promise<void>
}

/** Whether a routing key matches an AMQP topic pattern. */
export function matchesPattern(pattern: string, routingKey: string): boolean {
  return matchWords(pattern.split('.'), routingKey.split('.'))
}

function matchWords(pattern: readonly string[], words: readonly string[]): boolean {
  const [first, ...rest] = pattern
  if (first === undefined) return words.length === 0
  if (first === '#')
    return matchWords(rest, words) || (words.length > 0 && matchWords(pattern, words.slice(1)))
  return words.length > 0 && (first === '*' || first === words[0]) && matchWords(rest, words.slice(1))
}
