import { FixFileError } from './fix-file-error.ts'

export const FEATURE_MAX_LENGTH = 4 * 1024 * 1024
/** A feature that goes on for this long is none. */
const ENDLESS_LENGTH = 64 * 1024 * 1024

const OPEN = new Set(['{', '['].map((char) => char.charCodeAt(0)))
const CLOSE = new Set(['}', ']'].map((char) => char.charCodeAt(0)))
const [QUOTE, BACKSLASH, COMMA, BRACE, BRACKET, END] = ['"', '\\', ',', '{', '[', ']'].map((char) =>
  char.charCodeAt(0),
)

export interface FeatureReceiver {
  /** JSON of one member of the list, in the order of the file. */
  feature(json: string): void
  /** It is passed over. */
  tooLong(): void
}

/**
 * Cuts a JSON document into the members of its list: of "features", or the document itself. Holds at most one member;
 * what stands around the list is kept until the end, as the document without its members.
 */
export class FeatureSplitter {
  readonly #receiver: FeatureReceiver
  #state: 'around' | 'between' | 'within' = 'around'
  #depth = 0
  /** Inside of the list, and outside of its members. */
  #listDepth = 0
  #inString = false
  #escaped = false
  /** In the list: whether a comma is due before the next member. */
  #commaDue = false
  #around = ''
  #begun: string[] = []
  #begunLength = 0

  constructor(receiver: FeatureReceiver) {
    this.#receiver = receiver
  }

  push(text: string): void {
    let start = 0
    for (let index = 0; index < text.length; index++) {
      const code = text.charCodeAt(index)
      if (this.#inString) {
        if (this.#escaped) this.#escaped = false
        else if (code === BACKSLASH) this.#escaped = true
        else if (code === QUOTE) this.#inString = false
      } else if (this.#state === 'between') {
        start = this.#between(code, index)
      } else if (code === QUOTE) this.#inString = true
      else if (OPEN.has(code)) {
        this.#depth++
        if (this.#state === 'around' && code === BRACKET && this.#isList(text.slice(start, index))) {
          this.#keep(text.slice(start, index + 1))
          this.#state = 'between'
        }
      } else if (CLOSE.has(code)) {
        this.#depth--
        if (this.#state === 'within' && this.#depth === this.#listDepth) {
          this.#finish(text.slice(start, index + 1))
          this.#state = 'between'
          this.#commaDue = true
        }
      }
    }
    if (this.#state === 'around') this.#keep(text.slice(start))
    else if (this.#state === 'within') this.#begin(text.slice(start))
  }

  /** @returns the document without the members of its list */
  end(): unknown {
    try {
      return JSON.parse(this.#around)
    } catch (cause) {
      throw new FixFileError('The file is no JSON, or ends too early.', { cause })
    }
  }

  #isList(before: string): boolean {
    if (this.#depth > 2) return false
    const around = () => (this.#around + before).slice(-100)
    const isList = this.#depth === 1 || /"features"\s*:\s*$/.test(around())
    if (isList) this.#listDepth = this.#depth
    return isList
  }

  /** @returns where what is to be kept of the text begins */
  #between(code: number, index: number): number {
    if (code === BRACE && !this.#commaDue) {
      this.#depth++
      this.#state = 'within'
      return index
    }
    if (code === COMMA && this.#commaDue) this.#commaDue = false
    else if (code === END) {
      this.#depth--
      this.#state = 'around'
      return index
    } else if (code > 0x20)
      throw new FixFileError('The list of features holds something else than JSON objects.')
    return index
  }

  #keep(text: string): void {
    this.#around += text
    if (this.#around.length > FEATURE_MAX_LENGTH)
      throw new FixFileError(
        `There is no list of features within ${FEATURE_MAX_LENGTH / 1024 / 1024} MB: this is no GeoJSON of fixes.`,
      )
  }

  #begin(piece: string): void {
    this.#begunLength += piece.length
    if (this.#begunLength <= FEATURE_MAX_LENGTH) this.#begun.push(piece)
    else this.#begun = []
    if (this.#begunLength > ENDLESS_LENGTH)
      throw new FixFileError(
        `A feature does not end within ${ENDLESS_LENGTH / 1024 / 1024} MB: this is no GeoJSON of fixes.`,
      )
  }

  #finish(last: string): void {
    if (this.#begunLength + last.length > FEATURE_MAX_LENGTH) this.#receiver.tooLong()
    else this.#receiver.feature(this.#begun.join('') + last)
    this.#begun = []
    this.#begunLength = 0
  }
}
