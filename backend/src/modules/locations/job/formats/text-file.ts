import { closeSync, openSync, writeFileSync } from 'node:fs'

const KEPT_CHARACTERS = 256 * 1024

/** A file that text is added to, on this thread, which has nothing else to do. */
export class TextFile {
  readonly #file: number
  #waiting: string[] = []
  #length = 0

  constructor(path: string) {
    this.#file = openSync(path, 'wx')
  }

  write(text: string): void {
    this.#waiting.push(text)
    this.#length += text.length
    if (this.#length >= KEPT_CHARACTERS) this.#flush()
  }

  close(): void {
    this.#flush()
    closeSync(this.#file)
  }

  #flush(): void {
    writeFileSync(this.#file, this.#waiting.join(''))
    this.#waiting = []
    this.#length = 0
  }
}
