import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import type { Received, WatchersOptions } from './watcher-messages.ts'

const PROCESSES = 2

/** Watchers of one server, spread over processes so that receiving is not what is measured. */
export class WatcherProcesses {
  /** Resolves when every stream has been sent something. */
  readonly begun: Promise<bigint>
  readonly #children: readonly ChildProcess[]
  readonly #counts = new Map<number, number>()
  readonly #latest = new Map<number, bigint>()
  readonly #waiting = new Map<number, (atNs: bigint) => void>()

  constructor(options: WatchersOptions) {
    this.begun = this.received(0)
    this.#children = Array.from({ length: PROCESSES }, () => {
      const child = fork(new URL('./watchers.ts', import.meta.url))
      child.on('message', (received: Received) => this.#note(received))
      child.send({ ...options, count: options.count / PROCESSES } satisfies WatchersOptions)
      return child
    })
  }

  /** When the last watcher had the event, by the monotonic clock in nanoseconds. Ask before it is sent. */
  received(sequence: number): Promise<bigint> {
    return new Promise((resolve) => this.#waiting.set(sequence, resolve))
  }

  async stop(): Promise<void> {
    await Promise.all(
      this.#children.map(async (child) => {
        const ended = once(child, 'exit')
        child.kill()
        await ended
      }),
    )
  }

  #note({ sequence, atNs }: Received): void {
    const at = BigInt(atNs === '' ? 0 : atNs)
    const latest = this.#latest.get(sequence) ?? 0n
    this.#latest.set(sequence, at > latest ? at : latest)
    const count = (this.#counts.get(sequence) ?? 0) + 1
    this.#counts.set(sequence, count)
    if (count < PROCESSES) return
    this.#waiting.get(sequence)?.(this.#latest.get(sequence) ?? 0n)
    for (const map of [this.#waiting, this.#counts, this.#latest]) map.delete(sequence)
  }
}
