import type { BusQueue, DeliveredEvent } from '../../ports/bus.ts'
import { reasonOf, type Tracing, within } from '../../tracing/index.ts'
import { eventKind } from './event-kind.ts'

/**
 * Handles a batch, with a span of each event below what wrote it. What is done for several of them together, such as
 * their one transaction, belongs to none of them.
 */
export async function tracedHandling<Result>(
  tracing: Tracing | undefined,
  queue: BusQueue,
  events: readonly DeliveredEvent[],
  handle: () => Promise<Result>,
): Promise<Result> {
  if (tracing === undefined) return handle()
  const spans = events.flatMap(({ routingKey, traceparent }) => {
    if (traceparent === undefined) return []
    const kind = eventKind(routingKey)
    const attributes = {
      'messaging.destination.name': queue.name,
      'messaging.batch.message_count': events.length,
      'fairlead.event': kind,
    }
    return [tracing.begin(`handle ${kind}`, { kind: 'consumer', parent: traceparent, attributes })]
  })
  const [only] = events.length === 1 ? spans : []
  try {
    return await within(only, handle)
  } catch (error) {
    for (const span of spans) span.fail(reasonOf(error))
    throw error
  } finally {
    for (const span of spans) span.end()
  }
}
