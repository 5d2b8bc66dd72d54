import type { Logger } from 'pino'
import type { DeliveredEvent, HandleEvents } from '../ports/bus.ts'
import { blamesValues } from './blames-values.ts'
import { type LockedSession, pause } from './locked-session.ts'
import { deliveredOf, type OutboxEvent, refusalOf } from './outbox-event.ts'
import { RELAY } from './outbox-readers.ts'
import { parkEvent } from './parked-events.ts'

/** How often and how soon what was not handled is handed on again. */
export interface RetryPolicy {
  /** Of one event alone that fails while the database answers, before it is parked. Default 12, two minutes. */
  readonly attempts: number
  /** Doubles up to the last. Default 100 ms to 30 s. */
  readonly firstMs: number
  readonly lastMs: number
}

export const patientRetries: RetryPolicy = { attempts: 12, firstMs: 100, lastMs: 30_000 }

/** Several that fail together this often are handled one by one, so that one cannot hold up the others. */
const TOGETHER_ATTEMPTS = 3

export interface Handling {
  readonly queue: string
  readonly handle: HandleEvents
  readonly retries: RetryPolicy
  /** Rejects while what handlers need is away: then no event is to blame. */
  readonly reach: () => Promise<unknown>
  readonly log: Logger
}

/** Ends when each event was handled or parked. Throws when the session is lost or closes before. */
export async function handleEvents(
  session: LockedSession,
  handling: Handling,
  events: readonly OutboxEvent[],
): Promise<void> {
  const fine: OutboxEvent[] = []
  for (const event of events) {
    const refusal = refusalOf(event)
    if (refusal === undefined) fine.push(event)
    // What would have held up the relay is parked there, also where there is none.
    else await parkEvent(session, RELAY, event, refusal)
  }
  if (fine.length > 0) await handOn(session, handling, fine)
}

async function handOn(
  session: LockedSession,
  handling: Handling,
  events: readonly OutboxEvent[],
): Promise<void> {
  const { queue, log, retries } = handling
  const delivered: DeliveredEvent[] = events.map(deliveredOf)
  let blamed = 0
  for (let attempt = 1; ; attempt++) {
    session.signal.throwIfAborted()
    try {
      const refused = await handling.handle(delivered)
      for (const { id, reason, message } of refused) {
        const event = events.find(({ eventId }) => eventId === id)
        if (event !== undefined) await parkEvent(session, queue, event, { reason, message })
      }
      return
    } catch (error) {
      session.signal.throwIfAborted()
      const first = events[0]
      const isOutage = await failsForAll(error, handling)
      if (!isOutage) blamed += 1
      log.warn(
        { err: error, queue, event: first?.eventId, events: events.length, attempt, isOutage },
        'events were not handled',
      )
      if (events.length > 1 && blamed >= TOGETHER_ATTEMPTS) {
        for (const event of events) await handOn(session, handling, [event])
        return
      }
      if (events.length === 1 && first !== undefined && blamed >= retries.attempts) {
        const message = error instanceof Error ? error.message : String(error)
        await parkEvent(session, queue, first, { reason: 'HANDLER_FAILED', message })
        log.error({ queue, event: first.eventId }, 'an event was parked: it could not be handled')
        return
      }
      await pause(Math.min(retries.lastMs, retries.firstMs * 2 ** (attempt - 1)), session.signal)
    }
  }
}

/** Whether any other event would fail as well now: the database is away, full, locked or not as it should be. */
async function failsForAll(error: unknown, { reach }: Handling): Promise<boolean> {
  const isToBlame = blamesValues(error)
  if (isToBlame !== undefined) return !isToBlame
  return reach().then(
    () => false,
    () => true,
  )
}
