export { blamesValues } from './blames-values.ts'
export { keepForQueue } from './outbox-readers.ts'
export { type BusKind, type OutboxStatus, readOutboxStatus } from './outbox-status.ts'
export {
  discardParkedEvent,
  listParkedEvents,
  type ParkedEvent,
  type ParkedEventState,
  type ParkedEventsQuery,
  retryParkedEvent,
} from './parked-events.ts'
export { writeEvent, writeEvents } from './write-event.ts'
