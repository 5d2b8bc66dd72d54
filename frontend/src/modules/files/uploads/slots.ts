/** So many at a time; who comes later waits, first come first served. */
export interface Slots {
  /** Resolves with what gives the slot back; rejects when `signal` is aborted before. */
  take(signal: AbortSignal): Promise<() => void>
}

export function createSlots(count: number): Slots {
  const waiting: (() => void)[] = []
  let free = count

  function release(): void {
    const next = waiting.shift()
    if (next === undefined) free += 1
    else next()
  }

  function releaseOnce(): () => void {
    let held = true
    return () => {
      if (held) release()
      held = false
    }
  }

  return {
    take: (signal) =>
      new Promise((resolve, reject) => {
        if (signal.aborted) return reject(signal.reason)
        if (free > 0) {
          free -= 1
          return resolve(releaseOnce())
        }
        const turn = () => {
          signal.removeEventListener('abort', onAbort)
          resolve(releaseOnce())
        }
        const onAbort = () => {
          waiting.splice(waiting.indexOf(turn), 1)
          reject(signal.reason)
        }
        signal.addEventListener('abort', onAbort, { once: true })
        waiting.push(turn)
      }),
  }
}
