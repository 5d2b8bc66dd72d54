const tick = '✓'
const cross = '✗'
const spinner = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏']
const nameWidth = 20

interface Output {
  write(text: string): unknown
  isTTY?: boolean | undefined
  columns?: number | undefined
}

/** What the person at the terminal sees: a line per finished step, and on a terminal what is under way. */
export class Console {
  readonly #output: Output
  readonly #live: boolean
  readonly #running = new Map<string, { since: number; detail: string }>()
  #timer: NodeJS.Timeout | undefined
  #frame = 0
  #drawn = false
  #closed = false

  constructor(output: Output, env: NodeJS.ProcessEnv = {}) {
    this.#output = output
    this.#live = output.isTTY === true && env['CI'] === undefined && env['TERM'] !== 'dumb'
  }

  line(text = ''): void {
    this.#erase()
    this.#output.write(`${text}\n`)
    this.#draw()
  }

  note(text: string): void {
    this.line(`  ${text}`)
  }

  warn(text: string): void {
    this.line(`  ${this.#colour(33, '!')} ${text}`)
  }

  /** Runs one step; `report` names what it is at. Its result may be a remark for its line. */
  async step<T>(
    name: string,
    work: (report: (detail: string) => void) => Promise<T>,
    remark?: (result: T) => string,
  ): Promise<T> {
    const since = performance.now()
    const entry = { since, detail: '' }
    this.#running.set(name, entry)
    this.#animate()
    try {
      const result = await work((detail) => {
        entry.detail = detail
        this.#draw()
      })
      this.#running.delete(name)
      this.#finish(this.#colour(32, tick), name, since, remark?.(result) ?? '')
      return result
    } catch (error) {
      this.#running.delete(name)
      // After close() a step fails only because it was told to stop.
      if (!this.#closed) this.#finish(this.#colour(31, cross), name, since, '')
      throw error
    }
  }

  /** Ends the animation; lines may still be written. */
  close(): void {
    this.#closed = true
    this.#erase()
    this.#running.clear()
    clearInterval(this.#timer)
    this.#timer = undefined
  }

  #finish(mark: string, name: string, since: number, remark: string): void {
    const seconds = `${((performance.now() - since) / 1000).toFixed(1)} s`
    this.line(
      `  ${mark} ${name.padEnd(nameWidth)}${seconds.padStart(7)}${remark === '' ? '' : `   ${remark}`}`,
    )
    if (this.#running.size === 0) {
      clearInterval(this.#timer)
      this.#timer = undefined
    }
  }

  #animate(): void {
    if (!this.#live || this.#timer !== undefined) return
    this.#timer = setInterval(() => {
      this.#frame += 1
      this.#draw()
    }, 100)
    this.#timer.unref()
  }

  #erase(): void {
    if (!this.#drawn) return
    this.#output.write('\r\x1b[2K')
    this.#drawn = false
  }

  #draw(): void {
    if (!this.#live || this.#running.size === 0) return
    this.#erase()
    const parts = [...this.#running].map(([name, { detail }]) =>
      detail === '' ? name : `${name} (${detail})`,
    )
    const text = `  ${spinner[this.#frame % spinner.length]} ${parts.join(', ')}`
    this.#output.write(text.slice(0, (this.#output.columns ?? 80) - 1))
    this.#drawn = true
  }

  #colour(code: number, text: string): string {
    return this.#live ? `\x1b[${code}m${text}\x1b[0m` : text
  }
}
