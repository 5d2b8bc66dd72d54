import type { JobChange } from '@fairlead/proto/server/fairlead/jobs/v1/jobs'
import type { JobNotice } from '../job-notice.ts'
import { ChangePace } from './change-pace.ts'
import type { ChangeNews, ChangeReceiver } from './change-receiver.ts'
import { GatheredChanges } from './gathered-changes.ts'
import { Wakeups } from './wakeups.ts'

/** Makes the messages of changes, in any order: jobs as they are shown, and names of those deleted. */
export type Describe = (notices: readonly JobNotice[]) => Promise<readonly ChangeNews[]>

/** Progress is gathered for so long; a change of phase goes on at once, with what was gathered. */
const PROGRESS_GATHER_MS = 250
/** So many lots of changes are sent at once, and then one each interval. */
const CHANGE_BURST = 50
const CHANGE_INTERVAL_MS = 20
/** Changes that are written to everyone at one go: fewer than a stream takes before it is behind. */
const LOT_CHANGES = 12
/** Writing to many is interrupted after so long, for three times as long: what was written is then sent off too. */
const SLICE_MS = 3
const REST_MS = 9
/** For waiting on a signal alone. */
const LONG_MS = 60_000

/**
 * Changes of one organisation's jobs for all its watchers in this process: gathered, described and encoded
 * once. Sending rests again and again, so that other calls are answered however many watch; what changes
 * meanwhile is told with the next lot, each job once.
 */
export class OrganizationFeed {
  readonly #gathered = new GatheredChanges()
  readonly #receivers = new Set<ChangeReceiver>()
  readonly #describe: Describe

  constructor(describe: Describe) {
    this.#describe = describe
  }

  get receivers(): number {
    return this.#receivers.size
  }

  add(notice: JobNotice): void {
    this.#gathered.add(notice)
  }

  join(receiver: ChangeReceiver): void {
    this.#receivers.add(receiver)
  }

  leave(receiver: ChangeReceiver): void {
    this.#receivers.delete(receiver)
  }

  /** Ends every watch with an error. */
  fail(error: unknown): void {
    for (const receiver of this.#receivers) receiver.fail(error)
  }

  /** Sends a heartbeat to those that were sent nothing since. */
  beat(heartbeat: JobChange, nowMs: number, sinceMs: number): void {
    for (const receiver of this.#receivers) {
      if (receiver.sentAtMs < sinceMs) receiver.beat(heartbeat, nowMs)
    }
  }

  /** Sends what changes, until the signal; then resolves. */
  async run(signal: AbortSignal): Promise<void> {
    const pace = new ChangePace(CHANGE_BURST, CHANGE_INTERVAL_MS, performance.now())
    while (!signal.aborted) {
      const since = this.#gathered.changes.count
      const sincePhase = this.#gathered.phaseChanges.count
      const notices = this.#gathered.take()
      if (notices.length === 0) {
        await this.#gathered.changes.wait(since, LONG_MS, signal)
        continue
      }
      await this.#send(await this.#describe(notices), signal)
      await rest(pace.take(performance.now()), signal)
      await this.#gathered.phaseChanges.wait(sincePhase, PROGRESS_GATHER_MS, signal)
    }
  }

  async #send(news: readonly ChangeNews[], signal: AbortSignal): Promise<void> {
    for (let begin = 0; begin < news.length; begin += LOT_CHANGES) {
      const lot = news.slice(begin, begin + LOT_CHANGES)
      let sliceEndMs = performance.now() + SLICE_MS
      for (const receiver of this.#receivers) {
        const nowMs = performance.now()
        if (nowMs > sliceEndMs) {
          await rest(REST_MS, signal)
          if (signal.aborted) return
          sliceEndMs = performance.now() + SLICE_MS
        }
        for (const each of lot) receiver.send(each, nowMs)
      }
    }
  }
}

async function rest(ms: number, signal: AbortSignal): Promise<void> {
  if (ms > 0) await new Wakeups().wait(0, ms, signal)
}
