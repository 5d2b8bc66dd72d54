/** What of a log is kept. */
export interface LogLimits {
  /** Of one attempt. */
  readonly lines: number
  /** Characters of one attempt's lines, each with LINE_COST more. */
  readonly characters: number
  /** The same of one container. */
  readonly containerCharacters: number
  /** The same of lines that wait to be written: what comes faster is left out. */
  readonly waitingCharacters: number
}

/** What a line costs beside its text: it is a row of its own. */
export const LINE_COST = 64

export type LogVerdict =
  | 'keep'
  /** It is the first that is not kept of the whole attempt. */
  | 'end'
  /** It is the first that is not kept of its container. */
  | 'container-end'
  /** It came too fast. */
  | 'skip'
  /** It comes after an end. */
  | 'drop'

/** Decides line by line what of an attempt's log is kept, however much of it comes. */
export class LogBudget {
  readonly #limits: LogLimits
  #lines = 0
  #characters = 0
  #ended = false
  /** Characters by container; infinite of one whose log has ended. */
  readonly #containers = new Map<number, number>()

  constructor(limits: LogLimits) {
    this.#limits = limits
  }

  /** @param waiting what the lines cost that wait to be written */
  judge(characters: number, container: number | undefined, waiting: number): LogVerdict {
    if (this.#ended) return 'drop'
    const limits = this.#limits
    const cost = characters + LINE_COST
    const ofContainer = container === undefined ? 0 : (this.#containers.get(container) ?? 0)
    if (ofContainer === Number.POSITIVE_INFINITY) return 'drop'
    if (this.#lines + 1 >= limits.lines || this.#characters + cost > limits.characters) {
      this.#ended = true
      return 'end'
    }
    if (container !== undefined && ofContainer + cost > limits.containerCharacters) {
      this.#containers.set(container, Number.POSITIVE_INFINITY)
      return 'container-end'
    }
    if (waiting + cost > limits.waitingCharacters) return 'skip'
    this.#lines++
    this.#characters += cost
    if (container !== undefined) this.#containers.set(container, ofContainer + cost)
    return 'keep'
  }
}
