import type { Page, Response } from '@playwright/test'

/** Everything that a page was answered by the API, and that came through its sockets, as text. */
export class Received {
  readonly #page: Page
  readonly #bodies: Promise<string>[] = []
  readonly #frames: string[] = []

  /** From now on. */
  constructor(page: Page) {
    this.#page = page
    page.on('response', (response) => this.#bodies.push(bodyOf(response)))
    page.on('websocket', (socket) => {
      socket.on('framereceived', ({ payload }) => this.#frames.push(payload.toString('utf8')))
    })
  }

  /** Of what has been answered by now; the page is left for an empty one, which ends what was open still. */
  async texts(): Promise<string[]> {
    await this.#page.goto('about:blank')
    const bodies = await Promise.all(this.#bodies)
    return [...bodies, ...this.#frames].filter((text) => text !== '')
  }
}

/** Strings stand in messages of gRPC-web as they are, in UTF-8. */
async function bodyOf(response: Response): Promise<string> {
  const type = response.headers()['content-type'] ?? ''
  if (!type.startsWith('application/grpc')) return ''
  const head = JSON.stringify(response.headers())
  // Of a stream that the page left there is no more than that.
  const body = await response.body().catch(() => Buffer.alloc(0))
  const text = type.includes('grpc-web-text')
    ? Buffer.from(body.toString('latin1'), 'base64').toString('utf8')
    : body.toString('utf8')
  return `${response.url()} ${head} ${text}`
}
