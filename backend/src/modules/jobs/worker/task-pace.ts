/** Tasks that take longer than this are never claimed ahead of a free slot. */
const SHORT_MS = 12
/** What may be claimed ahead, as work of each slot. */
const AHEAD_MS = 25
const AHEAD_MAX = 16
/** Runs before a service is believed to be short. */
const SAMPLES = 8
/** Weight of the latest run. */
const WEIGHT = 0.2

/** How long tasks of each service take here, so that very short ones need not wait for one claim each. */
export class TaskPace {
  readonly #services = new Map<string, { meanMs: number; samples: number }>()

  /** Notes one run. A long one is believed at once, a short one only by and by. */
  note(service: string, ms: number): void {
    const before = this.#services.get(service)
    if (before === undefined || ms > SHORT_MS * 4) {
      this.#services.set(service, { meanMs: Math.max(ms, before?.meanMs ?? 0), samples: 1 })
      return
    }
    const meanMs = before.meanMs + WEIGHT * (ms - before.meanMs)
    this.#services.set(service, { meanMs, samples: before.samples + 1 })
  }

  /** Services whose tasks may be claimed ahead, and how many of them for each slot. */
  get ahead(): { readonly services: readonly string[]; readonly perSlot: number } {
    const short = [...this.#services].filter(
      ([, { meanMs, samples }]) => samples >= SAMPLES && meanMs < SHORT_MS,
    )
    if (short.length === 0) return { services: [], perSlot: 0 }
    const slowestMs = Math.max(...short.map(([, { meanMs }]) => meanMs), 0.1)
    return {
      services: short.map(([service]) => service),
      perSlot: Math.min(AHEAD_MAX, Math.floor(AHEAD_MS / slowestMs)),
    }
  }
}
