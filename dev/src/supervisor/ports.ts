import { createServer } from 'node:net'
import { Refusal } from '../refusal.ts'
import { portHolder } from './port-holder.ts'

const portNames = [
  'envoy',
  'envoyAdmin',
  'postgres',
  'backendGrpc',
  'backendHttp',
  'staging',
  'workerHttp',
  'frontend',
  'identity',
  'mail',
  'mailHttp',
] as const
export type PortName = (typeof portNames)[number]
export interface Ports extends Record<PortName, number> {
  /** Of the workers beside the first. */
  furtherWorkersHttp: number[]
}

const defaultPort = 10_000
/** On one machine, for trying: each takes a few hundred megabytes. */
const mostWorkers = 8

/** Those from 1024 on that browsers refuse to ask, as other protocols are spoken there: https://fetch.spec.whatwg.org/#port-blocking */
const blockedPorts: ReadonlySet<number> = new Set([
  1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061, 6000, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697,
  10_080,
])

/** FAIRLEAD_PORT for the front door; the others from there upward, where free. 0 means any free ones. */
export async function choosePorts(env: NodeJS.ProcessEnv): Promise<Ports> {
  const front = parsePort(env['FAIRLEAD_PORT'])
  const count = portNames.length + parseWorkers(env['FAIRLEAD_WORKERS']) - 1
  if (front === 0) return freePorts(count)
  if (!(await isFree(front))) throw taken(front)
  const chosen = [front]
  for (let port = front + 1; chosen.length < count && port < 65_536; port += 1) {
    if (!blockedPorts.has(port) && (await isFree(port))) chosen.push(port)
  }
  if (chosen.length < count) {
    throw new Refusal(
      `There are too few free ports above ${front}; set FAIRLEAD_PORT to a lower one, or to 0 for any.`,
    )
  }
  return named(chosen)
}

function parsePort(text: string | undefined): number {
  if (text === undefined || text === '') return defaultPort
  const port = Number(text)
  if (/^\d+$/.test(text) && port <= 65_000 && (port === 0 || port >= 1024)) {
    if (!blockedPorts.has(port)) return port
    throw new Refusal(
      `FAIRLEAD_PORT is ${port}, which browsers refuse to open; choose another one, such as ${port + 10} (0 for any free one).`,
    )
  }
  throw new Refusal(
    `FAIRLEAD_PORT is "${text}"; it must be a number from 1024 to 65000, or 0 for any free port.`,
  )
}

function parseWorkers(text: string | undefined): number {
  if (text === undefined || text === '') return 1
  const workers = Number(text)
  if (/^\d+$/.test(text) && workers >= 1 && workers <= mostWorkers) return workers
  throw new Refusal(`FAIRLEAD_WORKERS is "${text}"; it must be a number from 1 to ${mostWorkers}.`)
}

function named(ports: number[]): Ports {
  const ofNames = Object.fromEntries(portNames.map((name, index) => [name, ports[index]]))
  return {
    ...(ofNames as Record<PortName, number>),
    furtherWorkersHttp: ports.slice(portNames.length),
  }
}

/** Holds all of them at once, so that they differ. */
async function freePorts(count: number): Promise<Ports> {
  const held = await Promise.all(Array.from({ length: count }, () => hold(0, '127.0.0.1')))
  const ports = held.map((server) => {
    const address = server?.address()
    if (typeof address !== 'object' || address === null)
      throw new Refusal('This machine has no free port left.')
    return address.port
  })
  await Promise.all(held.map((server) => new Promise((resolve) => server?.close(resolve))))
  return named(ports)
}

async function isFree(port: number): Promise<boolean> {
  const server = await hold(port, '127.0.0.1')
  await new Promise((resolve) => (server === undefined ? resolve(undefined) : server.close(resolve)))
  return server !== undefined
}

function hold(port: number, host: string) {
  return new Promise<ReturnType<typeof createServer> | undefined>((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(undefined))
    server.listen({ port, host, exclusive: true }, () => resolve(server))
  })
}

/** Whether "localhost" may also mean ::1 here; browsers then try it first. */
export async function hasIpv6Loopback(): Promise<boolean> {
  const server = await hold(0, '::1')
  await new Promise((resolve) => (server === undefined ? resolve(undefined) : server.close(resolve)))
  return server !== undefined
}

function taken(port: number): Refusal {
  return new Refusal(
    `Port ${port} is in use by ${portHolder(port) ?? 'another program'}; stop it, or choose another port with FAIRLEAD_PORT=${port + (blockedPorts.has(port + 10) ? 20 : 10)} (0 for any free one).`,
  )
}
