// The worker as a process: with everything that it reaches for, and without.
import { type ChildProcess, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { IdentityServiceService } from '@fairlead/proto/server/fairlead/identity/v1/identity'
import { NotificationsServiceService } from '@fairlead/proto/server/fairlead/notifications/v1/notifications'
import pino from 'pino'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { removeFromBroker } from './adapters/bus/testing/remove-from-broker.ts'
import { MailServer } from './adapters/mail/testing/mail-server.ts'
import { openPushReceiver, type PushReceiverSettings } from './adapters/push/open-push-receiver.ts'
import { notificationsQueue } from './modules/notifications/consumer/inbox-consumer.ts'
import type { PushMessage } from './ports/push.ts'
import { startTestBackend, type TestBackend } from './testing/backend.ts'

const entry = fileURLToPath(new URL('./worker.ts', import.meta.url))

/** Processes start slowly on a busy machine. */
const TEST_MS = 90_000
const patience = { timeout: 60_000 }

let backend: TestBackend
let bob: string

beforeAll(async () => {
  backend = await startTestBackend({
    organizations: [
      { slug: 'operator', displayName: 'Data Centre', kind: 'OPERATOR', members: [] },
      {
        slug: 'lab',
        displayName: 'Microwave Lab',
        kind: 'MEMBER',
        members: [{ email: 'bob@example.org', displayName: 'Bob', role: 'ADMINISTRATOR' }],
      },
    ],
  })
  bob = await backend.issuer.tokenOf('bob')
  await backend.call(IdentityServiceService.getCaller, {}, bob)
})
afterAll(() => backend.stop())

interface WorkerProcess {
  /** Address of /healthz. */
  readonly health: string
  /** Its exit code. */
  stop(): Promise<number | null>
}

/** Resolves when it says that it is ready. Ended with the test. */
async function startWorker(env: Readonly<Record<string, string>>): Promise<WorkerProcess> {
  const folder = await mkdtemp(join(tmpdir(), 'fairlead-worker-'))
  const child: ChildProcess = spawn(process.execPath, [entry], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {
      NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'],
      FAIRLEAD_DATABASE_URL: backend.database.url,
      FAIRLEAD_PUBLIC_URL: 'https://fairlead.example.org',
      FAIRLEAD_SECRET: 'x'.repeat(32),
      FAIRLEAD_OBJECTS_FOLDER: folder,
      FAIRLEAD_WORKER_HTTP_ADDRESS: '127.0.0.1:0',
      ...env,
    },
  })
  const exited = once(child, 'exit').then(([code]: (number | null)[]) => code ?? null)
  onTestFinished(async () => {
    child.kill('SIGKILL')
    await exited
    await rm(folder, { recursive: true, force: true })
  })
  const ready = Promise.withResolvers<number>()
  if (child.stdout === null) throw new Error('the worker has no output')
  createInterface(child.stdout).on('line', (line) => {
    const { msg, httpPort } = JSON.parse(line) as { msg?: string; httpPort?: number }
    if (msg === 'the worker is ready' && httpPort !== undefined) ready.resolve(httpPort)
  })
  exited.then((code) => ready.reject(new Error(`the worker exited with ${code}`)))
  const port = await ready.promise
  return {
    health: `http://127.0.0.1:${port}/healthz`,
    stop: () => {
      child.kill('SIGTERM')
      return exited
    },
  }
}

/** A port of this machine on which nobody answers. */
async function closedPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}

/** Somebody who has signed in. */
async function person(name: string) {
  const token = await backend.issuer.tokenOf(name)
  const { user } = await backend.call(IdentityServiceService.getCaller, {}, token)
  return { token, userId: user!.name.slice('users/'.length), email: `${name}@example.org` }
}

/** What the open pages of a user are told. */
async function openPages(userId: string, settings: PushReceiverSettings): Promise<PushMessage[]> {
  const pushed: PushMessage[] = []
  const connected = Promise.withResolvers<void>()
  const receiver = await openPushReceiver(
    settings,
    {
      onMessage: (message) => pushed.push(message),
      onHead: () => undefined,
      onResync: () => connected.resolve(),
    },
    pino({ level: 'silent' }),
  )
  onTestFinished(() => receiver.close())
  if (!receiver.connected()) await connected.promise
  await receiver.bind(userId)
  return pushed
}

const addToLab = (email: string) =>
  backend.call(
    IdentityServiceService.createMember,
    { parent: 'organizations/lab', email, role: 'ROLE_SUBMITTER' },
    bob,
  )

const listed = async (token: string) =>
  (
    await backend.call(
      NotificationsServiceService.listNotifications,
      { state: 'NOTIFICATION_STATE_INBOX', modules: [], organization: '', pageSize: 0, pageToken: '' },
      token,
    )
  ).notifications

const throughPostgres = {
  env: {},
  settings: () => ({ kind: 'postgres' as const, databaseUrl: backend.database.url }),
}
const namespace = `test-${randomUUID()}`
const brokerUrl = process.env['AMQP_URL'] ?? ''
const throughRabbit = {
  env: { AMQP_URL: brokerUrl, AMQP_NAMESPACE: namespace },
  settings: () => ({ kind: 'amqp' as const, server: { url: brokerUrl }, namespace }),
}

describe.each([
  { bus: 'PostgreSQL', alice: 'alice', ...throughPostgres },
  ...(brokerUrl === '' ? [] : [{ bus: 'RabbitMQ', alice: 'alicia', ...throughRabbit }]),
])('through $bus', ({ alice: name, env, settings }) => {
  afterAll(async () => {
    if (env !== throughPostgres.env) await removeFromBroker(brokerUrl, namespace, [notificationsQueue])
  })

  test(
    'what happens in the backend is in an inbox, on an open page and in a mail',
    async () => {
      const smtp = await new MailServer().start()
      onTestFinished(() => smtp.stop())
      const worker = await startWorker({
        ...env,
        FAIRLEAD_SMTP_URL: smtp.url(),
        FAIRLEAD_MAIL_FROM: 'Fairlead <fairlead@example.org>',
      })
      const alice = await person(name)
      const pushed = await openPages(alice.userId, settings())
      await addToLab(alice.email)
      await expect
        .poll(() => listed(alice.token), patience)
        .toMatchObject([
          {
            name: 'users/me/notifications/1',
            eventType: 'identity.member_added',
            title: expect.stringContaining('Microwave Lab'),
            organization: 'organizations/lab',
          },
        ])
      await expect
        .poll(() => pushed, patience)
        .toMatchObject([{ kind: 'notification', userId: alice.userId, sequence: 1 }])
      await expect
        .poll(() => smtp.taken, patience)
        .toMatchObject([{ to: alice.email, mail: { subject: expect.stringContaining('Microwave Lab') } }])
      expect(await worker.stop()).toBe(0)
    },
    TEST_MS,
  )
})

if (brokerUrl === '') test.skip('events through RabbitMQ need a broker: set AMQP_URL', () => undefined)

test(
  'a worker starts and stops while neither the broker nor the mail server can be reached',
  async () => {
    const worker = await startWorker({
      AMQP_URL: `amqp://guest:guest@127.0.0.1:${await closedPort()}`,
      FAIRLEAD_SMTP_URL: `smtp://127.0.0.1:${await closedPort()}`,
      FAIRLEAD_MAIL_FROM: 'fairlead@example.org',
    })
    expect((await fetch(worker.health)).status).toBe(200)
    expect(await worker.stop()).toBe(0)
  },
  TEST_MS,
)

test(
  'a worker that writes fixes from a queue starts and stops, also while the broker cannot be reached',
  async () => {
    const worker = await startWorker({
      AMQP_URL: `amqp://guest:guest@127.0.0.1:${await closedPort()}`,
      FAIRLEAD_LOCATION_SINK: 'amqp',
    })
    expect((await fetch(worker.health)).status).toBe(200)
    expect(await worker.stop()).toBe(0)
  },
  TEST_MS,
)

test(
  'a mail server that was away gets what waited',
  async () => {
    const smtp = await new MailServer().start()
    onTestFinished(() => smtp.stop())
    await smtp.stop()
    const worker = await startWorker({
      FAIRLEAD_SMTP_URL: smtp.url(),
      FAIRLEAD_MAIL_FROM: 'fairlead@example.org',
    })
    const dave = await person('dave')
    await addToLab(dave.email)
    await expect.poll(() => listed(dave.token), patience).toHaveLength(1)
    await smtp.start()
    await expect.poll(() => smtp.taken, patience).toMatchObject([{ to: dave.email }])
    expect((await fetch(worker.health)).status).toBe(200)
    expect(await worker.stop()).toBe(0)
  },
  TEST_MS,
)
