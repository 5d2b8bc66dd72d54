import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client'
import type { ServedSockets } from './serve-sockets.ts'

export interface ServedMetrics {
  readonly port: number
  close(): Promise<void>
}

/** Prometheus figures at /metrics, on an address of their own, since the pages' one is the public's. */
export async function serveMetrics(
  address: { readonly host: string; readonly port: number },
  sockets: ServedSockets,
): Promise<ServedMetrics> {
  const registry = metricsOf(sockets)
  const server = createServer((request, response) => {
    if (request.method !== 'GET' || request.url !== '/metrics') {
      response.writeHead(404).end()
      return
    }
    registry.metrics().then(
      (text) => response.writeHead(200, { 'content-type': registry.contentType }).end(text),
      () => response.writeHead(500).end(),
    )
  })
  server.listen(address.port, address.host)
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

function metricsOf({ hub, connected }: ServedSockets): Registry {
  const registry = new Registry()
  const registers = [registry]
  collectDefaultMetrics({ register: registry })
  new Gauge({
    name: 'fairlead_sockets_open',
    help: 'WebSockets that are open here.',
    registers,
    collect() {
      this.set(hub.figures.sockets)
    },
  })
  new Gauge({
    name: 'fairlead_sockets_users',
    help: 'Users with a WebSocket here.',
    registers,
    collect() {
      this.set(hub.figures.users)
    },
  })
  new Gauge({
    name: 'fairlead_sockets_bus_connected',
    help: '1 while pushes can come in, 0 while they cannot.',
    registers,
    collect() {
      this.set(connected() ? 1 : 0)
    },
  })
  new Counter({
    name: 'fairlead_sockets_notifications_total',
    help: 'Notifications that were sent to WebSockets.',
    registers,
    collect() {
      this.reset()
      this.inc(hub.figures.notificationsSent)
    },
  })
  new Counter({
    name: 'fairlead_sockets_replays_total',
    help: 'Pages of missed notifications that were asked for.',
    registers,
    collect() {
      this.reset()
      this.inc(hub.figures.replays)
    },
  })
  new Counter({
    name: 'fairlead_sockets_closed_total',
    help: 'WebSockets that were closed, by the code of their close.',
    labelNames: ['code'],
    registers,
    collect() {
      this.reset()
      for (const [code, count] of hub.figures.closes) this.inc({ code }, count)
    },
  })
  return registry
}
