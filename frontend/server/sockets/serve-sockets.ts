import type { IncomingMessage, Server } from 'node:http'
import type { Duplex } from 'node:stream'
import type { PushReceiver, PushReceiverHandlers } from '@fairlead/backend/push-receiver'
import type { Logger } from 'pino'
import { WebSocketServer } from 'ws'
import { ClientSocket } from './client-socket.ts'
import { createInboxClient } from './inbox-client.ts'
import { SocketHub } from './socket-hub.ts'
import { MAX_FRAME_BYTES, type SocketLimits } from './socket-limits.ts'

export interface ServeSocketsOptions {
  /** Not yet listening. */
  readonly server: Server
  /** Where the pages are for browsers: sockets are for pages of that origin only. */
  readonly publicUrl: string
  /** host:port of the backend's gRPC. */
  readonly backendAddress: string
  openReceiver(handlers: PushReceiverHandlers): Promise<PushReceiver>
  readonly limits: SocketLimits
  /** Whether someone else answers upgrades of other paths. */
  readonly othersUpgrade: boolean
  readonly log: Logger
}

export interface ServedSockets {
  readonly hub: SocketHub
  /** Whether pushes come in. */
  connected(): boolean
  /** Sends all clients elsewhere. New ones are turned away. */
  drain(): Promise<void>
}

const PATH = '/ws'

/** Serves the WebSocket of notifications at /ws. */
export async function serveSockets(options: ServeSocketsOptions): Promise<ServedSockets> {
  const { server, limits, log } = options
  const origin = new URL(options.publicUrl).origin
  const client = createInboxClient(options.backendAddress)
  // Messages may come as soon as it opens, so the hub is there before; sockets come later than both.
  let opened: PushReceiver | undefined
  const receiver = () => {
    if (opened === undefined) throw new Error('a socket before the receiver of pushes')
    return opened
  }
  const hub = new SocketHub({ client, receiver, limits, log })
  opened = await options.openReceiver({
    onMessage: (message) => hub.push(message),
    onHead: (head) => hub.head(head),
    onResync: () => hub.resync(),
  })

  const sockets = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: MAX_FRAME_BYTES,
    WebSocket: ClientSocket,
  })
  const accept = (socket: ClientSocket) => hub.add(socket)
  server.on('upgrade', (request: IncomingMessage, stream: Duplex, head: Buffer) => {
    if (request.url?.split('?', 1)[0] !== PATH) {
      if (!options.othersUpgrade) refuse(stream, '404 Not Found')
    } else if (request.headers.origin !== origin) {
      refuse(stream, '403 Forbidden')
    } else if (hub.draining || hub.size > 2 * limits.sockets) {
      refuse(stream, '503 Service Unavailable')
    } else {
      sockets.handleUpgrade(request, stream, head, accept)
    }
  })

  return {
    hub,
    connected: () => receiver().connected(),
    async drain() {
      await hub.drain()
      await receiver().close()
      client.close()
    },
  }
}

function refuse(stream: Duplex, status: string): void {
  stream.on('error', () => stream.destroy())
  stream.end(`HTTP/1.1 ${status}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`)
}
