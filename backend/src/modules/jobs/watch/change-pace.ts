/** Lets a burst through at once and then holds to a pace, so that a busy organisation's list stays cheap. */
export class ChangePace {
  readonly #burst: number
  readonly #intervalMs: number
  #tokens: number
  #refilledAtMs: number

  /** @param burst how many pass at once; then one every `intervalMs` */
  constructor(burst: number, intervalMs: number, nowMs: number) {
    this.#burst = burst
    this.#intervalMs = intervalMs
    this.#tokens = burst
    this.#refilledAtMs = nowMs
  }

  /** Takes one; returns for how long to wait before going on. */
  take(nowMs: number): number {
    const refill = (nowMs - this.#refilledAtMs) / this.#intervalMs
    this.#tokens = Math.min(this.#burst, this.#tokens + refill) - 1
    this.#refilledAtMs = nowMs
    return this.#tokens >= 0 ? 0 : -this.#tokens * this.#intervalMs
  }
}
