import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { connect } from 'amqplib'
import { freePort } from '../backend-system/start-backend.ts'

/** Past the wrapper in /usr/sbin, which insists on a user and folders. */
const program = '/usr/lib/rabbitmq/bin/rabbitmq-server'
const READY_WITHIN_MS = 60_000

/** A RabbitMQ of its own: what other copies of Fairlead leave in one would be handed to this one. */
export async function startBroker(started: AsyncDisposableStack): Promise<string> {
  if (!existsSync(program)) throw new Error(`This bench needs RabbitMQ, and there is no ${program}.`)
  const folder = mkdtempSync(join(tmpdir(), 'fairlead-rabbitmq-'))
  started.defer(() => rmSync(folder, { recursive: true, force: true, maxRetries: 3 }))
  const [port, mapperPort, distributionPort] = [await freePort(), await freePort(), await freePort()]
  const env = {
    PATH: process.env['PATH'],
    // Of the cookie that the node makes.
    HOME: folder,
    RABBITMQ_NODENAME: `bench${port}@localhost`,
    RABBITMQ_NODE_IP_ADDRESS: '127.0.0.1',
    RABBITMQ_NODE_PORT: String(port),
    RABBITMQ_DIST_PORT: String(distributionPort),
    RABBITMQ_MNESIA_BASE: join(folder, 'mnesia'),
    RABBITMQ_LOG_BASE: folder,
    // None of these exists: those in /etc belong to the machine's own node.
    RABBITMQ_CONF_ENV_FILE: join(folder, 'env'),
    RABBITMQ_CONFIG_FILE: join(folder, 'rabbitmq'),
    RABBITMQ_ADVANCED_CONFIG_FILE: join(folder, 'advanced.config'),
    RABBITMQ_ENABLED_PLUGINS_FILE: join(folder, 'enabled_plugins'),
    RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: '-kernel inet_dist_use_interface {127,0,0,1}',
    // The node would start one that outlives it.
    ERL_EPMD_ADDRESS: '127.0.0.1',
    ERL_EPMD_PORT: String(mapperPort),
  }
  for (const [command, ...args] of [['epmd'], [program]] as const) {
    const child = spawn(command, args, { env, cwd: folder, stdio: 'ignore', detached: true })
    started.defer(() => stopGroup(child))
  }
  const url = `amqp://guest:guest@127.0.0.1:${port}`
  await ready(url)
  return url
}

async function ready(url: string): Promise<void> {
  const deadline = performance.now() + READY_WITHIN_MS
  for (;;) {
    try {
      const connection = await connect(url)
      await connection.close()
      return
    } catch (error) {
      if (performance.now() > deadline) throw error
      await setTimeout(100)
    }
  }
}

/** The node is a child of its shell. */
async function stopGroup(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'exit')
  process.kill(-child.pid, 'SIGTERM')
  await ended
}
