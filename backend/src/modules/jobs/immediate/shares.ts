/** What many use up and give back, within a limit for each of them and one for all. */
export class Shares {
  readonly #each: number
  readonly #together: number
  readonly #eachFull: (limit: number) => Error
  readonly #allFull: () => Error
  readonly #taken = new Map<string, number>()
  #sum = 0

  /** @param eachFull what take() throws when the key has no more, and `allFull` when nobody has */
  constructor(each: number, together: number, eachFull: (limit: number) => Error, allFull: () => Error) {
    this.#each = each
    this.#together = together
    this.#eachFull = eachFull
    this.#allFull = allFull
  }

  /** Taken until it is disposed of. */
  take(key: string, amount: number): Disposable {
    const own = this.#taken.get(key) ?? 0
    if (own + amount > this.#each) throw this.#eachFull(this.#each)
    if (this.#sum + amount > this.#together) throw this.#allFull()
    this.#add(key, amount)
    return { [Symbol.dispose]: () => this.#add(key, -amount) }
  }

  #add(key: string, amount: number): void {
    const own = (this.#taken.get(key) ?? 0) + amount
    if (own === 0) this.#taken.delete(key)
    else this.#taken.set(key, own)
    this.#sum += amount
  }
}
