import { createServer } from 'node:net'
import { Refusal } from '../refusal.ts'
import { portHolder } from './port-holder.ts'

const portNames = [
  'envoy',
  'envoyAdmin',
  'postgres',
  'backendGrpc',
  'backendHttp',
  'workerHttp',
  'frontend',
  'identity',
  'mail',
] as const
export type PortName = (typeof portNames)[number]
export type Ports = Record<PortName, number>

const defaultPort = 10_000

/** FAIRLEAD_PORT for the front door; the others from there upward, where free. 0 means any free ones. */
export async function choosePorts(env: NodeJS.ProcessEnv): Promise<Ports> {
  const front = parsePort(env['FAIRLEAD_PORT'])
  if (front === 0) return freePorts()
  if (!(await isFree(front))) throw taken(front)
  const chosen = [front]
  for (let port = front + 1; chosen.length < portNames.length && port < 65_536; port += 1) {
    if (await isFree(port)) chosen.push(port)
  }
  if (chosen.length < portNames.length) {
    throw new Refusal(
      `There are too few free ports above ${front}; set FAIRLEAD_PORT to a lower one, or to 0 for any.`,
    )
  }
  return named(chosen)
}

function parsePort(text: string | undefined): number {
  if (text === undefined || text === '') return defaultPort
  const port = Number(text)
  if (/^\d+$/.test(text) && port <= 65_000 && (port === 0 || port >= 1024)) return port
  throw new Refusal(
    `FAIRLEAD_PORT is "${text}"; it must be a number from 1024 to 65000, or 0 for any free port.`,
  )
}

function named(ports: number[]): Ports {
  return Object.fromEntries(portNames.map((name, index) => [name, ports[index]])) as Ports
}

/** Holds all of them at once, so that they differ. */
async function freePorts(): Promise<Ports> {
  const held = await Promise.all(portNames.map(() => hold(0, '127.0.0.1')))
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
    `Port ${port} is in use by ${portHolder(port) ?? 'another program'}; stop it, or choose another port with FAIRLEAD_PORT=${port + 10} (0 for any free one).`,
  )
}
