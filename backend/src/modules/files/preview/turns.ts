import { DomainError } from '../../../errors/domain-error.ts'

/** Lets so many work at a time, so many more wait, and turns the rest away. */
export class Turns {
  #free: number
  readonly #waitingMost: number
  readonly #waiting: (() => void)[] = []

  constructor(atATime: number, waitingMost: number) {
    this.#free = atATime
    this.#waitingMost = waitingMost
  }

  async take<Result>(work: () => Promise<Result>, signal: AbortSignal): Promise<Result> {
    if (this.#free > 0) this.#free -= 1
    else await this.#wait(signal)
    try {
      return await work()
    } finally {
      const next = this.#waiting.shift()
      if (next === undefined) this.#free += 1
      else next()
    }
  }

  #wait(signal: AbortSignal): Promise<void> {
    if (this.#waiting.length >= this.#waitingMost) throw busy()
    return new Promise((resolve, reject) => {
      const leave = () => {
        this.#waiting.splice(this.#waiting.indexOf(start), 1)
        reject(signal.reason)
      }
      const start = () => {
        signal.removeEventListener('abort', leave)
        resolve()
      }
      signal.addEventListener('abort', leave, { once: true })
      this.#waiting.push(start)
    })
  }
}

const busy = () =>
  new DomainError(
    'RESOURCE_EXHAUSTED',
    'PREVIEWS_BUSY',
    'Many files are being looked into. Try again in a few seconds.',
    { retryDelayMs: 3_000 },
  )
