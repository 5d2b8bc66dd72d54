const FIRST_WAIT_MS = 5_000
const LAST_WAIT_MS = 5 * 60_000

/**
 * Keeps a mail server that is not there from being hammered: after a failure nothing goes out for a while, then one
 * mail alone, which opens or closes the way for the others.
 */
export class CircuitBreaker {
  readonly #clock: () => Date
  readonly #random: () => number
  #waitMs = 0
  #openUntil = 0
  #probing = false

  constructor(clock: () => Date, random: () => number = Math.random) {
    this.#clock = clock
    this.#random = random
  }

  /** Whether one mail may go out now; then `leave`, `pass` or `fail` must follow. */
  enter(): boolean {
    if (this.#waitMs === 0) return true
    if (this.#probing || this.#clock().getTime() < this.#openUntil) return false
    this.#probing = true
    return true
  }

  /** There was no mail to send. */
  leave(): void {
    this.#probing = false
  }

  /** The server answered, whatever it said. */
  pass(): void {
    this.#probing = false
    this.#waitMs = 0
  }

  fail(): void {
    const now = this.#clock().getTime()
    // Those that were under way when the first one failed tell nothing new.
    if (!this.#probing && now < this.#openUntil) return
    this.#probing = false
    this.#waitMs = Math.min(LAST_WAIT_MS, Math.max(FIRST_WAIT_MS, this.#waitMs * 2))
    this.#openUntil = now + this.#waitMs * (0.75 + 0.5 * this.#random())
  }

  /** For how long nothing may go out, in ms. */
  get closedForMs(): number {
    return this.#waitMs === 0 ? 0 : Math.max(0, this.#openUntil - this.#clock().getTime())
  }
}
