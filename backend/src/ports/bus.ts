import type { EntityManager } from 'typeorm'

/** Something that happened, for whoever wants to know. */
export interface BusEvent {
  /** "<module>.<event>.<organisation>", such as "jobs.completed.0197...": lower case, no spaces. */
  readonly routingKey: string
  /** JSON. */
  readonly payload: Readonly<Record<string, unknown>>
}

export interface DeliveredEvent extends BusEvent {
  /** The same for every delivery of one event: what was handled already is told by it. */
  readonly id: string
}

export interface Subscription {
  close(): Promise<void>
}

/** Carries events from transactions to subscribers in all processes. */
export interface Bus {
  /** Sends an event when the transaction commits, and never otherwise. */
  publish(transaction: Pick<EntityManager, 'query'>, event: BusEvent): Promise<void>
  /**
   * Hands on every matching event that commits from now on, at least once, one after another. The pattern is
   * that of AMQP topics: words between dots, "*" for one word, "#" for any number. A handler that throws is
   * called again with the same event.
   */
  subscribe(pattern: string, handle: (event: DeliveredEvent) => Promise<void>): Promise<Subscription>
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
