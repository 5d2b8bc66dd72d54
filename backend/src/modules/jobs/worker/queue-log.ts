import { Logger as QueueLogger } from 'graphile-worker'
import type { Logger } from 'pino'

/** graphile-worker's own messages in our log; what it says about each job is debugging here. */
export function queueLogger(log: Logger): QueueLogger {
  return new QueueLogger((scope) => (level, message) => {
    if (level === 'error') log.error({ queue: scope }, message)
    else if (level === 'warning') log.warn({ queue: scope }, message)
    else log.debug({ queue: scope }, message)
  })
}
