import type { DeliveredEvent } from '../../../ports/bus.ts'
import type { EventKind, EventReading } from '../catalogue/event-kind.ts'

/** An event as one kind of the catalogue understands it. */
export interface ToldEvent {
  readonly event: DeliveredEvent
  readonly kind: EventKind
  readonly reading: EventReading
}
