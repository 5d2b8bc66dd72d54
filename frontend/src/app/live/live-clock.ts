export type Timer = unknown

/** The time as the live client knows it; tests run their own. */
export interface LiveClock {
  /** Milliseconds since any fixed moment. */
  now(): number
  setTimeout(run: () => void, delayMs: number): Timer
  clearTimeout(timer: Timer): void
}

export const systemClock: LiveClock = {
  now: () => Date.now(),
  setTimeout: (run, delayMs) => setTimeout(run, delayMs),
  clearTimeout: (timer) => clearTimeout(timer as ReturnType<typeof setTimeout>),
}
