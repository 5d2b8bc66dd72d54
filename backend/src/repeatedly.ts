import type { Logger } from 'pino'

export interface Repetition {
  /** Ends it; resolves when what goes on is done. */
  stop(): Promise<void>
}

export interface RepetitionOptions {
  /** What is done, for the log: "publishing announcements". */
  readonly name: string
  /** Between the end of one time and the beginning of the next. */
  readonly intervalMs: number
  readonly log: Logger
}

/** Does something at once and then again and again, never twice at a time. What fails is logged, and done again. */
export function repeatedly(options: RepetitionOptions, work: () => Promise<void>): Repetition {
  const { name, intervalMs, log } = options
  let timer: NodeJS.Timeout | undefined
  let stopped = false
  let working: Promise<void> = Promise.resolve()

  async function once(): Promise<void> {
    try {
      await work()
    } catch (error) {
      if (!stopped) log.warn({ err: error }, `${name} failed; it is tried again`)
    }
    if (!stopped) timer = setTimeout(begin, intervalMs)
  }
  function begin(): void {
    working = once()
  }

  begin()
  return {
    async stop() {
      stopped = true
      clearTimeout(timer)
      await working
    },
  }
}
