import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { pino } from 'pino'
import { afterEach, describe, expect, test } from 'vitest'
import { type AmqpConnection, type AmqpServer, openAmqpConnection } from './amqp-connection.ts'
import { createBrokerNode, isBrokerInstalled } from './testing/broker-node.ts'

const NODE_MS = 120_000
const brokerUrl = process.env['AMQP_URL']
const run = promisify(execFile)
const lines: string[] = []
const log = pino({ level: 'debug' }, { write: (line) => void lines.push(line) })
const opened: AmqpConnection[] = []
afterEach(async () => {
  for (const connection of opened.splice(0)) await connection.close()
  lines.length = 0
})

function open(server: AmqpServer, begin: () => Promise<void> = async () => undefined): AmqpConnection {
  const connection = openAmqpConnection({ server, name: 'test', log, begin })
  opened.push(connection)
  return connection
}

test('a broker that is away is tried again, and the credentials are told to nobody', async () => {
  const server = createServer((socket) => socket.destroy()).listen(0, '127.0.0.1')
  await once(server, 'listening')
  let attempts = 0
  server.on('connection', () => attempts++)
  const address = server.address()
  const port = typeof address === 'object' ? address?.port : 0
  const connection = open({ url: `amqp://someone:hunter2@127.0.0.1:${port}/place` })
  await expect.poll(() => attempts).toBeGreaterThan(2)
  expect(connection.status()).toMatchObject({ connected: false, blocked: false })
  expect(connection.status().problem).not.toBe('')
  await connection.close()
  server.close()
  expect(lines.length).toBeGreaterThan(0)
  expect(lines.join('') + connection.status().problem).not.toContain('hunter2')
})

test('closing waits for no answer of a broker that is silent', async () => {
  const sockets: Socket[] = []
  const server = createServer((socket) => void sockets.push(socket)).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const connection = open({ url: `amqp://127.0.0.1:${typeof address === 'object' ? address?.port : 0}` })
  await expect.poll(() => sockets.length).toBe(1)
  const beginMs = performance.now()
  await connection.close()
  expect(performance.now() - beginMs).toBeLessThan(2_000)
  for (const socket of sockets) socket.destroy()
  server.close()
})

if (brokerUrl === undefined) {
  test.skip('what begins anew needs a broker: set AMQP_URL', () => undefined)
} else {
  test('when what is begun on a connection fails, it is begun on another', async () => {
    let begun = 0
    const connection = open({ url: brokerUrl }, async () => {
      begun++
      if (begun < 3) throw new Error('not this time')
    })
    await expect.poll(() => connection.status()).toEqual({ connected: true, blocked: false, problem: '' })
    expect(begun).toBe(3)
    await connection.close()
    expect(connection.status().connected).toBe(false)
  })

  test('a refused password is told as such', async () => {
    const url = new URL(brokerUrl)
    url.password = 'hunter2'
    const connection = open({ url: url.href })
    await expect.poll(() => connection.status().problem).toContain('ACCESS')
    expect(connection.status().problem).not.toContain('hunter2')
  })
}

if (isBrokerInstalled()) {
  describe('over TLS', () => {
    test(
      'both sides show certificates, and a server of another authority is refused',
      async () => {
        const folder = await mkdtemp(join(tmpdir(), 'fairlead-tls-'))
        const file = (name: string) => join(folder, name)
        const authority = async (name: string) => {
          const made = ['-subj', `/CN=${name}`, '-keyout', file(`${name}.key`), '-out', file(`${name}.pem`)]
          await run('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', ...made])
        }
        const certificate = async (name: string) => {
          const signed = ['-CA', file('authority.pem'), '-CAkey', file('authority.key'), '-days', '2']
          const made = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost']
          const kept = ['-keyout', file(`${name}.key`), '-out', file(`${name}.pem`)]
          await run('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', ...signed, ...made, ...kept])
          return { certificateFile: file(`${name}.pem`), keyFile: file(`${name}.key`) }
        }
        await authority('authority')
        await authority('stranger')
        const caFile = file('authority.pem')
        const node = await createBrokerNode({ tls: { caFile, ...(await certificate('server')) } })
        await node.start()
        const client = await certificate('client')
        const connection = open({ url: node.tlsUrl, caFile, client })
        await expect.poll(() => connection.status().connected).toBe(true)
        const misled = open({ url: node.tlsUrl, caFile: file('stranger.pem'), client })
        await expect.poll(() => misled.status().problem).toMatch(/certificate|signature/i)
        const nameless = open({ url: node.tlsUrl, caFile })
        await expect.poll(() => lines.join('')).toMatch(/not connected/)
        expect(misled.status().connected).toBe(false)
        expect(nameless.status().connected).toBe(false)
        await connection.close()
        await node.remove()
        await rm(folder, { recursive: true })
      },
      NODE_MS,
    )
  })
} else {
  test.skip('TLS needs a broker of its own: install rabbitmq-server', () => undefined)
}
