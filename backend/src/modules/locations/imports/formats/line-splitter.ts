import { FixFileError } from './fix-file-error.ts'

/** A line that goes on for this long is none: the file is of another kind. */
const ENDLESS_LENGTH = 16 * 1024 * 1024

export interface LineReceiver {
  /** @param line without its end */
  line(line: string, number: number): void
  /** It is passed over. */
  tooLong(number: number): void
}

/** Cuts text into lines: LF, CRLF, or CR where the first piece has no LF at all. Holds at most one line. */
export class LineSplitter {
  readonly #receiver: LineReceiver
  readonly #maxLength: number
  #lineEnd: '\n' | '\r' | undefined
  /** The line that has begun, in the pieces in which it came. */
  #begun: string[] = []
  #begunLength = 0
  #number = 1

  /** @param maxLength of a line, in characters */
  constructor(receiver: LineReceiver, maxLength: number) {
    this.#receiver = receiver
    this.#maxLength = maxLength
  }

  push(text: string): void {
    if (this.#lineEnd === undefined && text !== '')
      this.#lineEnd = text.includes('\r') && !text.includes('\n') ? '\r' : '\n'
    const lineEnd = this.#lineEnd ?? '\n'
    let start = 0
    for (let end = text.indexOf(lineEnd); end !== -1; end = text.indexOf(lineEnd, start)) {
      this.#finish(text.slice(start, end))
      start = end + 1
    }
    if (start < text.length) this.#begin(text.slice(start))
  }

  end(): void {
    if (this.#begunLength > 0) this.#finish('')
  }

  #begin(piece: string): void {
    this.#begunLength += piece.length
    if (this.#begunLength <= this.#maxLength) this.#begun.push(piece)
    else this.#begun = []
    if (this.#begunLength > ENDLESS_LENGTH)
      throw new FixFileError(
        `Line ${this.#number} does not end within ${ENDLESS_LENGTH / 1024 / 1024} MB: this is no file of lines.`,
      )
  }

  #finish(last: string): void {
    const length = this.#begunLength + last.length
    if (length > this.#maxLength) this.#receiver.tooLong(this.#number)
    else {
      const line = this.#begun.length === 0 ? last : this.#begun.join('') + last
      this.#receiver.line(line.endsWith('\r') ? line.slice(0, -1) : line, this.#number)
    }
    this.#begun = []
    this.#begunLength = 0
    this.#number++
  }
}
