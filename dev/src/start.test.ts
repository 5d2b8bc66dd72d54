import {
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
} from 'node:fs'
import { createConnection } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { decodeJwt } from 'jose'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { databaseUrl, pushDatabaseUrl } from './postgres/server.ts'
import { type ChildName, type RunningFairlead, startFairlead } from './start.ts'
import { readSecrets } from './supervisor/home.ts'
import { identify } from './supervisor/processes.ts'
import { runMain } from './testing/run-main.ts'
import { frame } from './testing/upstreams.ts'

// Whole systems start here, on machines that may be busy with other tests.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 180_000 })

/** The whole system, as `npm start` runs it. */
let fairlead: RunningFairlead
const names: ChildName[] = ['postgres', 'identity', 'mail', 'backend', 'worker', 'frontend', 'envoy']

/** A home that has the demo images already: making them takes seconds, and the first start shows that. */
function homeWithImages(): string {
  const home = mkdtempSync(join(tmpdir(), 'fairlead-'))
  const images = join(fairlead.home, 'datasets')
  mkdirSync(join(home, 'datasets'))
  for (const name of readdirSync(images)) linkSync(join(images, name), join(home, 'datasets', name))
  return home
}

const pidsOf = ({ pid, run }: RunningFairlead) => [
  pid,
  ...Object.values(run().children).flatMap((child) => (child.pid === null ? [] : [child.pid])),
]
const alive = (pids: number[]) => pids.filter((pid) => identify(pid) !== undefined)

beforeAll(async () => {
  fairlead = await startFairlead({ env: { FAIRLEAD_HEARTBEAT_SECONDS: '1', AMQP_URL: '' } })
})

afterAll(async () => {
  await fairlead.stop()
})

describe('a start', () => {
  test('ends in the address, after the demo accounts and how to stop', () => {
    const lines = fairlead.output().trimEnd().split('\n')
    expect(lines.at(-1)).toBe(`Fairlead is ready at ${fairlead.url}`)
    expect(lines.at(-2)).toBe('Ctrl-C stops everything.')
    expect(fairlead.output()).toMatch(/^ {2}alice +alice +Northern Survey Institute +submitter$/m)
  })

  test('has every process running and ready', () => {
    const { children, ready } = fairlead.run()
    expect(ready).toBe(true)
    expect(Object.keys(children).sort()).toEqual([...names].sort())
    for (const name of names) expect(children[name], name).toMatchObject({ state: 'ready', restarts: 0 })
  })

  test('serves pages, the provider, gRPC and JSON at one address', async () => {
    const page = await fetch(fairlead.url)
    expect(page.status).toBe(200)
    expect(page.headers.get('content-type')).toMatch('text/html')
    const discovery = await (await fetch(`${fairlead.url}/auth/.well-known/openid-configuration`)).json()
    expect(discovery).toMatchObject({ issuer: `${fairlead.url}/auth` })
    const token = await fairlead.token('alice')
    expect(decodeJwt(token)).toMatchObject({
      iss: `${fairlead.url}/auth`,
      aud: 'fairlead',
      email: 'alice@example.org',
    })
    const me = (headers: Record<string, string>) => fetch(`${fairlead.url}/api/v1/users/me`, { headers })
    expect((await me({})).status).toBe(401)
    const known = await me({ authorization: `Bearer ${token}` })
    expect(await known.json()).toMatchObject({ user: { email: 'alice@example.org' } })
  })

  test('answers on loopback alone, by IPv4 and IPv6', async () => {
    const { hostname, port } = new URL(fairlead.url)
    expect(hostname).toBe('localhost')
    const listening = readFileSync('/proc/net/tcp', 'utf8') + readFileSync('/proc/net/tcp6', 'utf8')
    const ports = Object.values(fairlead.run().ports)
    const open = [...listening.matchAll(/^\s*\d+: ([0-9A-F]+):([0-9A-F]{4}) \S+ 0A /gm)]
      .map(([, address, hex]) => ({ address, port: Number.parseInt(hex!, 16) }))
      .filter((socket) => ports.includes(socket.port))
    expect(open.filter((socket) => socket.port === Number(port)).length).toBeGreaterThan(0)
    const loopback = ['0100007F', '00000000000000000000000001000000']
    expect(open.filter(({ address }) => !loopback.includes(address!))).toEqual([])
  })

  test('keeps mail, says so in a line, and shows it at the address of that line', async () => {
    await sendMail(fairlead.run().ports.mail, 'Your job is done')
    await expect
      .poll(() => fairlead.output())
      .toMatch(/mail to bob@example\.org: Your job is done \(\/dev\/mail\/\S+\)/)
    const id = /\/dev\/mail\/([^\s)]+)/.exec(fairlead.output())?.[1]
    expect(readFileSync(join(fairlead.home, 'mail', `${id}.eml`), 'utf8')).toContain('Hello Bob')
    const page = await fetch(`${fairlead.url}/dev/mail/${id}`)
    expect(page.status).toBe(200)
    expect(await page.text()).toContain('Your job is done')
  })

  test('says that messages go by PostgreSQL, where frontends may listen and read nothing', async () => {
    expect(fairlead.output()).toMatch(/Messages .* by PostgreSQL$/m)
    const home = { secrets: readSecrets(join(fairlead.home, 'secrets.json')) }
    const { postgres } = fairlead.run().ports
    const listener = new pg.Client(pushDatabaseUrl(home, postgres))
    const owner = new pg.Client(databaseUrl(home, postgres))
    await Promise.all([listener.connect(), owner.connect()])
    try {
      const heard = new Promise((resolve) => listener.once('notification', ({ payload }) => resolve(payload)))
      await listener.query('LISTEN test_of_the_role')
      await owner.query("NOTIFY test_of_the_role, 'hello'")
      expect(await heard).toBe('hello')
      for (const statement of [
        'SELECT * FROM public.users',
        'DELETE FROM public.outbox',
        'CREATE TABLE public.mine ()',
        'CREATE TEMPORARY TABLE mine ()',
        'SET ROLE fairlead',
      ])
        await expect(listener.query(statement), statement).rejects.toThrow(/permission denied/)
    } finally {
      await Promise.all([listener.end(), owner.end()])
    }
  })

  test('keeps its secrets to its user', () => {
    for (const name of ['secrets.json', 'identity/signing-key.json', 'run.json']) {
      expect(statSync(join(fairlead.home, name)).mode & 0o077, name).toBe(0)
    }
  })
})

test('a request with hundreds of mistakes is refused, and disturbs nobody else', async () => {
  const organization = 'organizations/survey-institute'
  const as = async (name: string) => ({ authorization: `Bearer ${await fairlead.token(name)}` })
  const watch = await fetch(`${fairlead.url}/grpc/fairlead.jobs.v1.JobService/WatchJobs`, {
    method: 'POST',
    headers: { ...(await as('carol')), 'content-type': 'application/grpc-web+proto', 'x-grpc-web': '1' },
    // WatchJobsRequest { parent }
    body: frame(Buffer.from(`\n${String.fromCharCode(organization.length)}${organization}`)),
  })
  const heartbeats = watch.body!.getReader()
  expect((await heartbeats.read()).done).toBe(false)

  const offTheImage = Array.from({ length: 900 }, (_, i) => ({
    name: 'CIRCLE',
    value: `${i % 360} 80 0.0001`,
  }))
  const answer = await fetch(`${fairlead.url}/api/v1/${organization}/jobs:quote`, {
    method: 'POST',
    headers: { ...(await as('alice')), 'content-type': 'application/json' },
    body: JSON.stringify({
      service: 'cutout',
      parameters: [{ name: 'ID', value: 'survey-tile-1' }, ...offTheImage],
    }),
  })
  expect(answer.status).toBe(400)
  const { code, details } = (await answer.json()) as { code: number; details: ErrorInfo[] }
  expect(code).toBe(3)
  // All of them would have been more than Envoy takes.
  expect(Number(details[0]?.metadata?.['violationsLeftOut'])).toBeGreaterThan(800)

  // Read to its end, a stream that was cut says so in a trailer frame, whose first byte is 0x80.
  for (let left = 3; left > 0; left--) {
    const { done, value } = await heartbeats.read()
    expect(done).toBe(false)
    expect(value![0]).toBe(0)
  }
  await heartbeats.cancel()
})

describe('a second start', () => {
  test('on the same home is refused with the process that holds it', async () => {
    const { code, stderr } = await runMain({ FAIRLEAD_HOME: fairlead.home, FAIRLEAD_PORT: '0' })
    expect(code).toBe(1)
    expect(stderr).toBe(
      `Fairlead is already running on ${fairlead.home} (process ${fairlead.pid}); stop it first, or set FAIRLEAD_HOME and FAIRLEAD_PORT to start a second copy.\n`,
    )
  })

  test('on the same port is refused with a way out', async () => {
    const home = mkdtempSync(join(tmpdir(), 'fairlead-'))
    const { port } = new URL(fairlead.url)
    const { code, stderr } = await runMain({ FAIRLEAD_HOME: home, FAIRLEAD_PORT: port })
    expect(code).toBe(1)
    expect(stderr).toMatch(
      new RegExp(
        `^Port ${port} is in use by envoy \\(process ${fairlead.childPid('envoy')}\\); stop it, or choose another port with FAIRLEAD_PORT=\\d+ \\(0 for any free one\\)\\.\n$`,
      ),
    )
    rmSync(home, { recursive: true })
  })
})

describe('a crash', () => {
  test.each<ChildName>(['frontend', 'worker', 'identity', 'backend', 'envoy', 'postgres'])(
    'of %s is named, and it runs again',
    async (name) => {
      const before = fairlead.run().children[name]!.restarts
      const killed = fairlead.killChild(name)
      const pid = await fairlead.waitForRestart(name, killed, 60_000)
      expect(pid).not.toBe(killed)
      expect(fairlead.run().children[name]!.restarts).toBeGreaterThan(before)
      await expect
        .poll(() => fairlead.output())
        .toContain(`${name} was ended by SIGKILL; starting it again in`)
      await expect.poll(() => fairlead.output()).toContain(`${name} is running again`)
    },
  )

  test('leaves the system working', async () => {
    const authorization = `Bearer ${await fairlead.token('erin')}`
    await expect
      .poll(
        async () => (await fetch(`${fairlead.url}/api/v1/users/me`, { headers: { authorization } })).status,
        {
          timeout: 20_000,
        },
      )
      .toBe(200)
  })
})

describe('the end', () => {
  let home: string

  beforeAll(() => {
    home = homeWithImages()
  })

  afterAll(() => rmSync(home, { recursive: true }))

  test('of a supervisor that is killed outright takes every process along', async () => {
    const copy = await startFairlead({ home })
    expect(copy.url).not.toBe(fairlead.url)
    const pids = pidsOf(copy)
    expect(pids.length).toBe(8)
    process.kill(copy.pid, 'SIGKILL')
    await expect.poll(() => alive(pids), { timeout: 20_000 }).toEqual([])
  })

  test('by a signal stops everything in order and leaves nothing, also after that, and without a broker', async () => {
    const unreachable = { AMQP_URL: 'amqp://someone:s3cret@127.0.0.1:9' }
    const copy = await startFairlead({ home, env: unreachable })
    const pids = pidsOf(copy)
    expect(await copy.stop()).toBe(0)
    expect(copy.output()).toMatch(/Messages .* by RabbitMQ at 127\.0\.0\.1:9$/m)
    expect(copy.output()).toContain(
      '! RabbitMQ at 127.0.0.1:9 cannot be used (ECONNREFUSED); messages wait in the database until it can.\n',
    )
    expect(copy.output()).not.toContain('s3cret')
    expect(alive(pids)).toEqual([])
    for (const trace of ['run.json', 'lock', 'postgres/postmaster.pid']) {
      expect(existsSync(join(home, trace)), trace).toBe(false)
    }
    expect(copy.output()).toMatch(/Stopping …[^\n]*\nFairlead has stopped\.\n$/)
  })
})

/** google.rpc.ErrorInfo in JSON, as far as it is looked at. */
interface ErrorInfo {
  metadata?: Record<string, string>
}

/** As much of SMTP as sending one message takes. */
function sendMail(port: number, subject: string): Promise<void> {
  const said = ['EHLO test', 'MAIL FROM:<a@example.org>', 'RCPT TO:<bob@example.org>', 'DATA']
  said.push(`From: a@example.org\r\nTo: bob@example.org\r\nSubject: ${subject}\r\n\r\nHello Bob\r\n.`, 'QUIT')
  return new Promise((resolve, reject) => {
    const socket = createConnection(port, '127.0.0.1')
    socket.once('error', reject)
    socket.once('close', () => resolve())
    socket.setEncoding('utf8').on('data', (text: string) => {
      // A line whose code is followed by a space ends an answer.
      if (!/^\d{3} /m.test(text)) return
      const next = said.shift()
      if (next !== undefined) socket.write(`${next}\r\n`)
    })
  })
}
