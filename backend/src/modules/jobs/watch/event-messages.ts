import type { JobEvent } from '@fairlead/proto/server/fairlead/jobs/v1/jobs'
import { sharedMessage } from '../../../server/shared-message.ts'
import type { JobEventRecord } from '../job.ts'
import { eventMessage } from '../job-messages.ts'
import type { JobNews } from './job-watcher.ts'

/** What two kinds of readers are sent of one event: log lines with their text, and without. */
interface Messages {
  whole?: JobEvent
  withoutLog?: JobEvent
}

/** Messages by the event that they tell of, for as long as that is kept. */
const messages = new WeakMap<JobNews, Messages>()

/**
 * The message of an event for one kind of readers, made and encoded once for all of them.
 *
 * @param showsLog whether the text of log lines is for this reader
 */
export function newsMessage(news: JobNews, slug: string, jobId: string, showsLog: boolean): JobEvent {
  let known = messages.get(news)
  if (known === undefined) {
    known = {}
    messages.set(news, known)
  }
  if (showsLog || news.kind !== 'log') {
    known.whole ??= sharedMessage(made(news, slug, jobId, true))
    return known.whole
  }
  known.withoutLog ??= sharedMessage(made(news, slug, jobId, false))
  return known.withoutLog
}

function made(news: JobNews, slug: string, jobId: string, showsLog: boolean): JobEvent {
  if (news.kind === 'heartbeat') {
    return { sequence: 0n, time: news.time, event: { $case: 'heartbeat', value: {} } }
  }
  return eventMessage(news satisfies JobEventRecord, slug, jobId, showsLog)
}
