import type { ClaimedTask } from '../queue/claim-tasks.ts'
import { HeldTask } from './held-task.ts'
import type { TaskPace } from './task-pace.ts'

/** A task that was claimed ahead and has not begun after this is handed back: its slot is not as free as was thought. */
const AHEAD_WAIT_MS = 100

export interface DispatcherOptions {
  /** Tasks at a time. */
  readonly concurrency: number
  /** Undefined: nothing is claimed ahead of free slots. */
  readonly pace: TaskPace | undefined
  /** Every task that this worker holds. */
  readonly held: Set<HeldTask>
  claim(slots: number, ahead: number, shortServices: readonly string[]): Promise<ClaimedTask[]>
  /** Runs a task until its slot is free; what is left of its end goes on by itself. */
  run(held: HeldTask): Promise<void>
  /** Gives back a task that has not begun. */
  release(held: HeldTask): void
  onError(error: unknown): void
}

/** Fills the worker's slots: looks for work when there may be some and there is room for it. */
export class Dispatcher {
  readonly #options: DispatcherOptions
  /** Claimed ahead: to begin as slots become free. */
  #next: HeldTask[] = []
  #running = 0
  #open = false
  #claiming: Promise<void> | undefined
  #again = false
  /** The last claim got less than it asked for: only news is worth another look. */
  #dry = false
  /** What was told of jobs while a claim was on its way, by the sequence up to which: the claim may not know it. */
  readonly #stopped = new Map<string, bigint>()

  constructor(options: DispatcherOptions) {
    this.#options = options
  }

  open(): void {
    this.#open = true
    this.wake()
  }

  /**
   * Takes nothing more. What was claimed ahead is given back, and what a claim brings that is on its way: when it
   * resolves there is none. Opened again before that, it keeps what the claim brings.
   */
  async close(): Promise<void> {
    this.#open = false
    this.#giveBackNext()
    await this.#claiming
  }

  /** As close(), and stops what runs, to be handed back: what is held now, and not what is taken once it is open again. */
  drain(): Promise<void> {
    const closed = this.close()
    for (const held of this.#options.held) held.stop('RELEASED')
    return closed
  }

  /** There may be work, or room for work, that was not there before. */
  wake(): void {
    this.#dry = false
    if (this.#claiming !== undefined) this.#again = true
    this.#look()
  }

  /** Stops what is held of a job that has ended or was suspended, by what was told of it up to a sequence. */
  stopJob(jobId: string, sequence: bigint): void {
    if (this.#claiming !== undefined) this.#stopped.set(jobId, sequence)
    for (const held of this.#options.held) {
      if (held.task.jobId === jobId && held.task.jobSequence < sequence) held.stop('LOST')
    }
  }

  #look(): void {
    if (!this.#open || this.#claiming !== undefined) return
    const { concurrency, pace } = this.#options
    const { services, perSlot } = pace?.ahead ?? { services: [], perSlot: 0 }
    const slots = Math.max(0, concurrency - this.#running - this.#next.length)
    const room = concurrency * (1 + perSlot) - this.#running - this.#next.length
    // For short tasks, a claim is made when half of what was claimed ahead has begun: fewer claims, of more each.
    if (this.#dry || room <= 0 || (slots === 0 && this.#next.length > (concurrency * perSlot) / 2)) return
    this.#claiming = this.#claim(slots, room - slots, services)
  }

  async #claim(slots: number, ahead: number, services: readonly string[]): Promise<void> {
    this.#again = false
    try {
      const claimed = await this.#options.claim(slots, ahead, services)
      this.#dry = claimed.length === 0 || (claimed.length < slots && !this.#again)
      for (const task of claimed) this.#take(task)
    } catch (error) {
      // The next wake-up, a second from now at the latest, tries again.
      this.#dry = true
      this.#again = false
      this.#options.onError(error)
    }
    this.#claiming = undefined
    this.#stopped.clear()
    if (!this.#open) this.#giveBackNext()
    this.#begin()
    if (this.#next.length > 0) this.#watchNext(this.#next)
    if (this.#again) this.#dry = false
    this.#look()
  }

  #take(task: ClaimedTask): void {
    const held = new HeldTask(task)
    this.#options.held.add(held)
    const told = this.#stopped.get(task.jobId)
    if (told !== undefined && task.jobSequence < told) held.stop('LOST')
    this.#next.push(held)
  }

  #begin(): void {
    while (this.#running < this.#options.concurrency) {
      const held = this.#next.shift()
      if (held === undefined) return
      this.#run(held)
    }
  }

  #watchNext(claimed: readonly HeldTask[]): void {
    const watched = [...claimed]
    setTimeout(() => {
      const late = watched.filter((held) => this.#next.includes(held))
      if (late.length === 0) return
      this.#next = this.#next.filter((held) => !late.includes(held))
      for (const held of late) {
        // Not as short as it was: nothing more of it is taken ahead.
        this.#options.pace?.note(held.task.service, AHEAD_WAIT_MS)
        this.#options.release(held)
      }
    }, AHEAD_WAIT_MS).unref()
  }

  #run(held: HeldTask): void {
    const { pace, run, onError } = this.#options
    this.#running++
    const begunMs = performance.now()
    held.begin()
    run(held)
      .catch(onError)
      .then(() => {
        this.#running--
        if (!held.signal.aborted) pace?.note(held.task.service, performance.now() - begunMs)
        this.#begin()
        this.#look()
      })
  }

  #giveBackNext(): void {
    for (const held of this.#next.splice(0)) this.#options.release(held)
  }
}
