/** Keys read at once at most. */
const BATCH_MAX = 200
/** Batches under way at a time: a slow one must not hold up all others. */
const BATCHES_MAX = 2

interface Waiting<Value> {
  readonly resolve: (value: Value | undefined) => void
  readonly reject: (error: unknown) => void
}

/**
 * Reads by key that come in at the same time in one statement. A read is never answered by a statement that
 * was sent before it, so it is as fresh as one of its own; alone, it costs no more than that either.
 *
 * @param load answers the keys that exist
 */
export function batchedRead<Value>(
  load: (keys: readonly string[]) => Promise<ReadonlyMap<string, Value>>,
): (key: string) => Promise<Value | undefined> {
  let gathering = new Map<string, Waiting<Value>[]>()
  let underWay = 0
  let scheduled = false

  function schedule(): void {
    if (scheduled || underWay >= BATCHES_MAX || gathering.size === 0) return
    scheduled = true
    // After everything that has arrived by now has asked.
    setImmediate(() => {
      scheduled = false
      void send()
    })
  }

  async function send(): Promise<void> {
    const batch = gathering
    gathering = new Map()
    for (const [key, waiting] of [...batch].slice(BATCH_MAX)) {
      batch.delete(key)
      gathering.set(key, waiting)
    }
    underWay++
    schedule()
    try {
      const found = await load([...batch.keys()])
      for (const [key, waiting] of batch) for (const { resolve } of waiting) resolve(found.get(key))
    } catch (error) {
      for (const waiting of batch.values()) for (const { reject } of waiting) reject(error)
    } finally {
      underWay--
      schedule()
    }
  }

  return (key) =>
    new Promise((resolve, reject) => {
      const waiting = gathering.get(key)
      if (waiting === undefined) gathering.set(key, [{ resolve, reject }])
      else waiting.push({ resolve, reject })
      schedule()
    })
}
