import type { Logger } from 'pino'
import type { DeliveredEvent, HandleEvents, RefusedEvent } from '../../../ports/bus.ts'
import type { PushMessage, PushSender } from '../../../ports/push.ts'
import { traced } from '../../../tracing/index.ts'
import { kindsToldBy } from '../catalogue/catalogue.ts'
import { NotUnderstood } from '../catalogue/event-kind.ts'
import { isInboxChanged, userOfInboxChanged } from '../inbox/inbox-changed.ts'
import { readInboxes } from '../inbox/inbox-store.ts'
import { notificationJson } from '../inbox/notification-messages.ts'
import type { WrittenNotification } from '../inbox/write-notifications.ts'
import type { Heads } from './heads.ts'
import { isPoison } from './is-poison.ts'
import { recipientsOf } from './recipients.ts'
import { tellAnnouncement } from './tell-announcement.ts'
import { type Telling, type TellingOptions, tell } from './tell-events.ts'
import type { ToldEvent } from './told-event.ts'

export interface EventHandlerOptions extends TellingOptions {
  readonly push: PushSender
  readonly heads: Heads
  readonly log: Logger
}

/** What is to be done about one event. */
interface Work {
  readonly event: DeliveredEvent
  readonly told: readonly ToldEvent[]
  /** The user whose other pages are to be told of a change. */
  readonly changedUser: string | undefined
  readonly announcementId: string | undefined
}

/** Beyond it a page reads the notification over gRPC instead. */
const PUSHED_MAX_BYTES = 6_000

/**
 * Handles batches of events: those that are understood are told in one transaction, in their order, and pushed once
 * it has committed. An event that fails whatever is tried is refused alone; a database that is away fails the batch.
 */
export function createEventHandler(options: EventHandlerOptions): HandleEvents {
  const { dataSource, heads, log, push } = options

  return async (events) => {
    await heads.takeOver()
    const refused: RefusedEvent[] = []
    let run: Work[] = []
    const endRun = async () => {
      if (run.length > 0) await handleRun(run, refused)
      run = []
    }
    for (const event of events) {
      const work = understand(event, refused)
      if (work === undefined) continue
      if (work.announcementId === undefined) run.push(work)
      else {
        await endRun()
        await handleAnnouncement(work, work.announcementId, refused)
      }
    }
    await endRun()
    for (const { id, reason, message } of refused) log.error({ event: id, reason }, `refused: ${message}`)
    return refused
  }

  /** One transaction; when it fails for what is in it, two halves, down to the event that is to blame. */
  async function handleRun(run: readonly Work[], refused: RefusedEvent[]): Promise<void> {
    try {
      await tellRun(run)
    } catch (error) {
      if (!isPoison(error)) throw error
      const [only] = run
      if (run.length === 1 && only !== undefined) {
        refused.push(failed(only.event, error))
        return
      }
      const half = Math.ceil(run.length / 2)
      await handleRun(run.slice(0, half), refused)
      await handleRun(run.slice(half), refused)
    }
  }

  async function tellRun(run: readonly Work[]): Promise<void> {
    const tellings = await tellingsOf(run.flatMap(({ told }) => told))
    await pushed(await tell(options, tellings))
    const changed = new Set(run.flatMap(({ changedUser }) => changedUser ?? []))
    if (changed.size === 0) return
    const inboxes = await readInboxes(dataSource, [...changed])
    await send(
      [...inboxes].map(([userId, { lastSequence, unreadCount }]) => ({
        kind: 'inbox',
        userId,
        lastSequence: Number(lastSequence),
        unreadCount,
      })),
    )
  }

  async function handleAnnouncement(
    { event, told }: Work,
    announcementId: string,
    refused: RefusedEvent[],
  ): Promise<void> {
    try {
      for (const each of told) await tellAnnouncement(options, each, announcementId, pushed)
    } catch (error) {
      if (!isPoison(error)) throw error
      refused.push(failed(event, error))
    }
  }

  async function tellingsOf(told: readonly ToldEvent[]): Promise<Telling[]> {
    const asked = told.flatMap((each) => each.reading.audience.map((audience) => ({ each, audience })))
    const recipients = await recipientsOf(
      dataSource,
      asked.map(({ audience }) => audience),
    )
    const known = new Set<string>()
    return asked.flatMap(({ each, audience }, index) =>
      (recipients[index] ?? []).flatMap((userId) => {
        const key = `${each.event.id} ${userId}`
        if (userId === each.reading.actor || known.has(key)) return []
        known.add(key)
        return [{ told: each, userId, audience }]
      }),
    )
  }

  /** Those that were written before are sent again: whoever wrote them may have died before it sent them. */
  async function pushed(written: readonly WrittenNotification[]): Promise<void> {
    heads.noted(written.map(({ notification }) => notification))
    await send(
      written.map(({ notification }) => {
        const json = notificationJson(notification)
        return {
          kind: 'notification',
          userId: notification.userId,
          sequence: Number(notification.sequence),
          notification: Buffer.byteLength(json) > PUSHED_MAX_BYTES ? undefined : json,
        }
      }),
    )
  }

  async function send(messages: readonly PushMessage[]): Promise<void> {
    if (messages.length === 0) return
    try {
      await traced('push', 'producer', { 'messaging.batch.message_count': messages.length }, () =>
        push.send(messages),
      )
    } catch (error) {
      // What is not pushed is found by its sequence.
      log.warn({ err: error, messages: messages.length }, 'pages were not told of changed inboxes')
    }
  }
}

/** Undefined when the event is nothing that anybody is told, or when it was refused. */
function understand(event: DeliveredEvent, refused: RefusedEvent[]): Work | undefined {
  try {
    if (isInboxChanged(event.routingKey)) {
      const changedUser = userOfInboxChanged(event.payload)
      return { event, told: [], changedUser, announcementId: undefined }
    }
    const told = kindsToldBy(event.routingKey).map((kind) => ({
      event,
      kind,
      reading: kind.read(event.payload),
    }))
    if (told.length === 0) return undefined
    const announced = told
      .flatMap(({ reading }) => reading.audience)
      .find((audience) => audience.kind === 'announcement')
    return { event, told, changedUser: undefined, announcementId: announced?.announcementId }
  } catch (error) {
    if (!(error instanceof NotUnderstood)) throw error
    refused.push({ id: event.id, reason: 'NOT_UNDERSTOOD', message: error.message })
    return undefined
  }
}

function failed(event: DeliveredEvent, error: unknown): RefusedEvent {
  const message = error instanceof Error ? error.message : String(error)
  return { id: event.id, reason: 'HANDLER_FAILED', message: `${event.routingKey}: ${message}` }
}
