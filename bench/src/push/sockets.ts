// A process of many sockets: notes when each notification came. The same for both servers.
import { setTimeout } from 'node:timers/promises'
import { WebSocket } from 'ws'
import { type Collect, clockMs, type Opened, type OpenSockets, type Received } from './socket-messages.ts'

/** Sockets that are being opened at a time. */
const OPENING = 20
/** The server asks for that while it cannot check a token. */
const TRY_AGAIN_LATER = 1013
const TRY_AGAIN_AFTER_MS = 500

const sockets: number[] = []
const sequences: number[] = []
const timesMs: number[] = []

process.once('message', (message: OpenSockets) => {
  open(message).then(
    () => process.send?.({ opened: message.tokens.length } satisfies Opened),
    (error: unknown) => {
      throw error
    },
  )
  process.on('message', (_: Collect) => {
    process.send?.({ sockets, sequences, timesMs } satisfies Received)
  })
})
process.on('disconnect', () => process.exit())

async function open({ url, origin, tokens }: OpenSockets): Promise<void> {
  let next = 0
  const opener = async () => {
    for (let place = next++; place < tokens.length; place = next++) {
      while (!(await openOne(place, url, origin, tokens[place] ?? ''))) await setTimeout(TRY_AGAIN_AFTER_MS)
    }
  }
  await Promise.all(Array.from({ length: OPENING }, opener))
}

/** False when it should be tried again. */
function openOne(place: number, url: string, origin: string, token: string): Promise<boolean> {
  return new Promise((resolve) => {
    let isReady = false
    const socket = new WebSocket(url, { origin, perMessageDeflate: false })
    socket.on('open', () => socket.send(JSON.stringify({ type: 'hello', token, resume: null })))
    socket.on('message', (data: Buffer) => {
      const atMs = clockMs()
      const message = JSON.parse(data.toString())
      if (message.type === 'notification') {
        sockets.push(place)
        sequences.push(message.notification.sequence)
        timesMs.push(atMs)
      } else if (message.type === 'ready') {
        isReady = true
        resolve(true)
      } else if (message.type === 'ping') socket.send('{"type":"pong"}')
    })
    const fail = (why: unknown) => {
      throw new Error(`socket ${place} was lost`, { cause: why })
    }
    socket.on('close', (code) => {
      if (isReady || code !== TRY_AGAIN_LATER) fail(code)
      resolve(false)
    })
    socket.on('error', fail)
  })
}
