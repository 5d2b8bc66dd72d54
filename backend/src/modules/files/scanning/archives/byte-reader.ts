/** Reads bytes of a stream in order, as many as are asked for. */
export class ByteReader {
  readonly #chunks: AsyncIterator<Buffer>
  #buffer: Buffer = Buffer.alloc(0)
  #position = 0
  #ended = false

  constructor(content: AsyncIterable<Buffer>) {
    this.#chunks = content[Symbol.asyncIterator]()
  }

  /** Bytes before the next one. */
  get position(): number {
    return this.#position
  }

  /** The next bytes, which stay; fewer than asked for at the end. At most some kilobytes. */
  async peek(count: number): Promise<Buffer> {
    while (this.#buffer.length < count && (await this.#more()));
    return this.#buffer.subarray(0, count)
  }

  /** As many bytes; undefined when there are fewer. */
  async read(count: number): Promise<Buffer | undefined> {
    const bytes = await this.peek(count)
    if (bytes.length < count) return undefined
    this.advance(count)
    return bytes
  }

  /** What has arrived and was not read, which stays; undefined at the end. */
  async available(): Promise<Buffer | undefined> {
    if (this.#buffer.length === 0) await this.#more()
    return this.#buffer.length === 0 ? undefined : this.#buffer
  }

  /** Past bytes that were seen. */
  advance(count: number): void {
    this.#buffer = this.#buffer.subarray(count)
    this.#position += count
  }

  /** The next bytes, as they come; fewer at the end. */
  async *take(count: number): AsyncGenerator<Buffer, void, undefined> {
    for (let left = count; left > 0; ) {
      const bytes = (await this.available())?.subarray(0, left)
      if (bytes === undefined) return
      this.advance(bytes.length)
      left -= bytes.length
      yield bytes
    }
  }

  /** Everything that is left. */
  rest(): AsyncGenerator<Buffer, void, undefined> {
    return this.take(Number.POSITIVE_INFINITY)
  }

  async #more(): Promise<boolean> {
    if (this.#ended) return false
    const { value, done } = await this.#chunks.next()
    if (done === true) {
      this.#ended = true
      return false
    }
    this.#buffer = this.#buffer.length === 0 ? value : Buffer.concat([this.#buffer, value])
    return true
  }
}
