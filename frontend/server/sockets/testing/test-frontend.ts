import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Logger } from 'pino'
import { WebSocket } from 'ws'
import { type ServedSockets, serveSockets } from '../serve-sockets.ts'
import { SOCKET_LIMITS, type SocketLimits } from '../socket-limits.ts'
import { TestClient } from './client.ts'
import type { Inboxes } from './inboxes.ts'
import type { TestBus } from './test-bus.ts'

export const ORIGIN = 'https://fairlead.example.org'

export interface TestFrontend {
  readonly served: ServedSockets
  readonly port: number
  connect(): Promise<TestClient>
  /** Connects and says hello. */
  hello(token: string, resume?: number | null): Promise<TestClient>
  close(): Promise<void>
}

export async function startTestFrontend(
  inboxes: Inboxes,
  bus: TestBus,
  log: Logger,
  limits: Partial<SocketLimits> = {},
): Promise<TestFrontend> {
  const server = createServer((_request, response) => response.writeHead(404).end())
  const served = await serveSockets({
    server,
    publicUrl: `${ORIGIN}/`,
    backendAddress: inboxes.address,
    openReceiver: (handlers) => bus.open(handlers),
    limits: { ...SOCKET_LIMITS, tickMs: 20, retryMs: 20, drainMs: 100, ...limits },
    othersUpgrade: false,
    log,
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const connect = async () => {
    const socket = new WebSocket(`ws://127.0.0.1:${port}/ws`, { origin: ORIGIN })
    const client = new TestClient(socket)
    await once(socket, 'open')
    return client
  }
  let closing: Promise<void> | undefined
  const close = async () => {
    await served.drain()
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
  return {
    served,
    port,
    connect,
    async hello(token, resume = null) {
      const client = await connect()
      client.send({ type: 'hello', token, resume })
      return client
    },
    close: () => {
      closing ??= close()
      return closing
    },
  }
}
