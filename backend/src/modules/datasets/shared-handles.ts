/** Something open that several readers use at a time. */
interface Entry<Handle> {
  readonly opening: Promise<Handle>
  users: number
  evicted: boolean
  closing: Promise<void> | undefined
}

/**
 * Keeps the last used handles open. A handle is closed when it is evicted and its last reader is done, so
 * there are never more open than the capacity and those in use.
 */
export class SharedHandles<Handle> {
  readonly #capacity: number
  readonly #close: (handle: Handle) => Promise<void>
  readonly #closeFailed: (error: unknown) => void
  // A Map iterates in the order of insertion: the first is the one used longest ago.
  readonly #entries = new Map<string, Entry<Handle>>()

  /**
   * @param closeFailed told of a handle that did not close, which no reader waits for
   */
  constructor(
    capacity: number,
    close: (handle: Handle) => Promise<void>,
    closeFailed: (error: unknown) => void,
  ) {
    this.#capacity = capacity
    this.#close = close
    this.#closeFailed = closeFailed
  }

  /** Runs work with the handle of a key, opened when it is not. */
  async use<Result>(
    key: string,
    open: () => Promise<Handle>,
    work: (handle: Handle) => Promise<Result>,
  ): Promise<Result> {
    const entry = this.#touch(key, open)
    entry.users += 1
    try {
      return await work(await entry.opening)
    } catch (error) {
      // What failed is opened afresh next time: the file may be another one by then. A reader that gave up
      // says nothing about the handle.
      const gaveUp = error instanceof Error && error.name === 'AbortError'
      if (!gaveUp) this.#evict(key, entry)
      throw error
    } finally {
      entry.users -= 1
      this.#closeUnused(entry)
    }
  }

  async close(): Promise<void> {
    const entries = [...this.#entries]
    for (const [key, entry] of entries) this.#evict(key, entry)
    await Promise.all(entries.map(([, entry]) => entry.closing))
  }

  #touch(key: string, open: () => Promise<Handle>): Entry<Handle> {
    const known = this.#entries.get(key)
    if (known !== undefined) {
      this.#entries.delete(key)
      this.#entries.set(key, known)
      return known
    }
    const entry: Entry<Handle> = { opening: open(), users: 0, evicted: false, closing: undefined }
    this.#entries.set(key, entry)
    for (const [oldKey, old] of this.#entries) {
      if (this.#entries.size <= this.#capacity) break
      this.#evict(oldKey, old)
    }
    return entry
  }

  #evict(key: string, entry: Entry<Handle>): void {
    if (this.#entries.get(key) === entry) this.#entries.delete(key)
    entry.evicted = true
    this.#closeUnused(entry)
  }

  #closeUnused(entry: Entry<Handle>): void {
    if (!entry.evicted || entry.users > 0) return
    // What did not open was reported to those who waited for it.
    entry.closing ??= entry.opening.then(
      (handle) => this.#close(handle).catch(this.#closeFailed),
      () => undefined,
    )
  }
}
