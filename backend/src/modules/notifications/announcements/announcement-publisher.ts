import type { Logger } from 'pino'
import type { DataSource } from 'typeorm'
import { type Repetition, repeatedly } from '../../../repeatedly.ts'
import type { WorkerPart } from '../worker-part.ts'
import { publishDue } from './announcement-store.ts'

export interface AnnouncementPublisherOptions {
  readonly dataSource: DataSource
  readonly log: Logger
  /** Between two looks, and so how late an announcement may be. Default 5 s. */
  readonly intervalMs?: number
}

const BATCH = 100

/** Publishes announcements when their time has come. Every worker does; each announcement is published once. */
export function createAnnouncementPublisher(options: AnnouncementPublisherOptions): WorkerPart {
  const { dataSource, log, intervalMs = 5_000 } = options
  let publishing: Repetition | undefined
  return {
    async start() {
      publishing = repeatedly({ name: 'publishing announcements', intervalMs, log }, async () => {
        const published = await publishDue(dataSource, BATCH)
        if (published > 0) log.info({ announcements: published }, 'scheduled announcements are published')
      })
    },
    stop: async () => publishing?.stop(),
    // What keeps it from its work is the database, which the worker's health asks itself.
    healthy: () => true,
  }
}
