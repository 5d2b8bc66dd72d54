import type { Exchange } from './exchange.ts'

/** Of answers about jobs: they change, and are of one person. */
const PRIVATE = { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' }

export function sendXml({ response }: Exchange, document: string): void {
  response.writeHead(200, { ...PRIVATE, 'content-type': 'application/xml; charset=utf-8' }).end(document)
}

/** XML in pieces, as fast as the client reads them. */
export async function sendXmlPieces(exchange: Exchange, pieces: AsyncIterable<string>): Promise<void> {
  const { response, signal } = exchange
  let began = false
  for await (const piece of pieces) {
    if (!began) {
      response.writeHead(200, { ...PRIVATE, 'content-type': 'application/xml; charset=utf-8' })
      began = true
    }
    if (exchange.method === 'HEAD') break
    if (!response.write(piece)) await drained(exchange)
    signal.throwIfAborted()
  }
  response.end()
}

export function sendText({ response }: Exchange, text: string): void {
  response.writeHead(200, { ...PRIVATE, 'content-type': 'text/plain; charset=utf-8' }).end(text)
}

/** @param note for people who read the redirect itself */
export function seeOther({ response }: Exchange, address: string, note = ''): void {
  response
    .writeHead(303, {
      ...PRIVATE,
      location: headerAddress(address),
      'content-type': 'text/plain; charset=utf-8',
    })
    .end(note === '' ? '' : `${note}\n`)
}

/** An address in which nothing ends the header or begins another. */
function headerAddress(address: string): string {
  return encodeURI(address.toWellFormed()).replaceAll('%25', '%')
}

/** RFC 6266: what a file is to be called, in ASCII and in full. */
export function contentDisposition(type: 'inline' | 'attachment', fileName: string): string {
  const ascii = fileName.replace(/[^\x20-\x7E]|["\\%]/g, '_')
  const full = encodeURIComponent(fileName.toWellFormed()).replace(
    /['()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  )
  return `${type}; filename="${ascii}"; filename*=UTF-8''${full}`
}

function drained({ response, signal }: Exchange): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      response.off('drain', go)
      reject(signal.reason)
    }
    const go = () => {
      signal.removeEventListener('abort', stop)
      resolve()
    }
    response.once('drain', go)
    signal.addEventListener('abort', stop, { once: true })
  })
}
