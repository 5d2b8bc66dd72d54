import type { Logger } from 'pino'
import type { DataSource } from 'typeorm'
import {
  type Handling,
  handleEvents,
  patientRetries,
  type RetryPolicy,
} from '../../../outbox/handle-events.ts'
import { type Lock, type LockedSession, whileLocked } from '../../../outbox/locked-session.ts'
import { declareQueue, movePosition, readPosition } from '../../../outbox/outbox-readers.ts'
import { countUnhandled } from '../../../outbox/outbox-status.ts'
import { numberEvents, readEvents } from '../../../outbox/read-events.ts'
import { queries } from '../../../outbox/typeorm-database.ts'
import type { Bus, BusQueue, BusStatus, HandleEvents, Subscription } from '../../../ports/bus.ts'

export interface PostgresBusOptions {
  readonly databaseUrl: string
  readonly dataSource: DataSource
  readonly log: Logger
  readonly retries?: RetryPolicy
}

/** What is missed by notification is found after this. */
const IDLE_MS = 5_000
/** Events of others that are passed by before the position is written down. */
const UNWRITTEN_MAX = 1_000

/** Events straight from the outbox: each queue is a position in it. */
export function createPostgresBus(options: PostgresBusOptions): Bus {
  return new PostgresBus(options)
}

class PostgresBus implements Bus {
  readonly #options: PostgresBusOptions
  readonly #locks = new Set<Lock>()

  constructor(options: PostgresBusOptions) {
    this.#options = options
  }

  async consume(queue: BusQueue, handle: HandleEvents): Promise<Subscription> {
    const { databaseUrl, dataSource, log, retries = patientRetries } = this.#options
    await declareQueue(queries(dataSource), queue)
    const reach = () => dataSource.query('select 1')
    const handling: Handling = { queue: queue.name, handle, retries, reach, log }
    const lock = whileLocked({ databaseUrl, name: queue.name, log }, (session) =>
      readOn(session, queue, handling),
    )
    this.#locks.add(lock)
    return {
      close: async () => {
        this.#locks.delete(lock)
        await lock.close()
      },
    }
  }

  async status(queue: BusQueue): Promise<BusStatus> {
    try {
      const unhandled = await countUnhandled(queries(this.#options.dataSource), queue)
      return { connected: true, problem: '', unhandled }
    } catch (error) {
      const problem = error instanceof Error ? error.message : String(error)
      return { connected: false, problem, unhandled: undefined }
    }
  }

  async close(): Promise<void> {
    await Promise.all([...this.#locks].map((lock) => lock.close()))
    this.#locks.clear()
  }
}

async function readOn(session: LockedSession, queue: BusQueue, handling: Handling): Promise<void> {
  let position = await readPosition(session, queue.name)
  let passed = position
  const moveTo = async (sequence: number) => {
    await movePosition(session, queue.name, position, sequence)
    position = sequence
    passed = sequence
  }
  while (!session.signal.aborted) {
    const until = await numberEvents(session)
    const { events, passed: seen } = await readEvents(session, {
      after: passed,
      until,
      patterns: queue.patterns,
    })
    if (events.length > 0) {
      await handleEvents(session, handling, events)
      await moveTo(seen)
      continue
    }
    if (seen > passed) {
      passed = seen
      if (passed - position >= UNWRITTEN_MAX) await moveTo(passed)
      continue
    }
    const idleSince = performance.now()
    await session.written(IDLE_MS)
    if (passed > position && performance.now() - idleSince >= IDLE_MS) await moveTo(passed)
  }
}
