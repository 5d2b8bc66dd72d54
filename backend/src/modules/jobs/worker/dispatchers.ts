import type { Dispatcher } from './dispatcher.ts'

/** Those of one worker, each of which fills slots of another kind: what is told the worker, each is told. */
export class Dispatchers {
  readonly #each: readonly Dispatcher[]

  constructor(each: readonly Dispatcher[]) {
    this.#each = each
  }

  open(): void {
    for (const dispatcher of this.#each) dispatcher.open()
  }

  async close(): Promise<void> {
    await Promise.all(this.#each.map((dispatcher) => dispatcher.close()))
  }

  async drain(): Promise<void> {
    await Promise.all(this.#each.map((dispatcher) => dispatcher.drain()))
  }

  wake(): void {
    for (const dispatcher of this.#each) dispatcher.wake()
  }

  stopJob(jobId: string, sequence: bigint): void {
    for (const dispatcher of this.#each) dispatcher.stopJob(jobId, sequence)
  }
}
