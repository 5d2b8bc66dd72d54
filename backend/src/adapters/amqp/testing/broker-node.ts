import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { promisify } from 'node:util'
import { connect } from 'amqplib'

/** Past the wrapper in /usr/sbin, which insists on Debian's user and folders. */
const BIN = '/usr/lib/rabbitmq/bin'
const START_MAX_MS = 90_000
const execute = promisify(execFile)

export function isBrokerInstalled(): boolean {
  return existsSync(join(BIN, 'rabbitmq-server'))
}

/** A RabbitMQ of its own, for tests that kill or block it. */
export interface BrokerNode {
  readonly url: string
  /** With TLS, when it has it. */
  readonly tlsUrl: string
  /** Begins, or begins again with what it had on disk; resolves when it takes connections. */
  start(): Promise<void>
  /** As a power cut would. */
  kill(): Promise<void>
  /** Of its command line tool. */
  control(...command: readonly string[]): Promise<string>
  /** Kills it and removes what it had. */
  remove(): Promise<void>
}

export interface BrokerNodeOptions {
  /** PEM files of the server's certificate and key, and of the authority whose clients alone may connect. */
  readonly tls?: { readonly caFile: string; readonly certificateFile: string; readonly keyFile: string }
}

export async function createBrokerNode({ tls }: BrokerNodeOptions = {}): Promise<BrokerNode> {
  const folder = await mkdtemp(join(tmpdir(), 'fairlead-broker-'))
  const [port, distributionPort, mapperPort, tlsPort] = await freePorts(4)
  if (tls !== undefined) {
    const configuration = [
      `listeners.ssl.default = 127.0.0.1:${tlsPort}`,
      `ssl_options.cacertfile = ${tls.caFile}`,
      `ssl_options.certfile = ${tls.certificateFile}`,
      `ssl_options.keyfile = ${tls.keyFile}`,
      'ssl_options.verify = verify_peer',
      'ssl_options.fail_if_no_peer_cert = true',
    ]
    await writeFile(join(folder, 'rabbitmq.conf'), configuration.join('\n'))
  }
  const environment: NodeJS.ProcessEnv = {
    ...process.env,
    // Of the Erlang cookie.
    HOME: folder,
    RABBITMQ_NODENAME: `test${randomBytes(4).toString('hex')}@localhost`,
    RABBITMQ_NODE_IP_ADDRESS: '127.0.0.1',
    RABBITMQ_NODE_PORT: String(port),
    RABBITMQ_DIST_PORT: String(distributionPort),
    RABBITMQ_MNESIA_BASE: join(folder, 'mnesia'),
    RABBITMQ_LOG_BASE: folder,
    RABBITMQ_LOGS: '-',
    // Else the settings in /etc would be taken, which belong to the system's own node.
    RABBITMQ_CONF_ENV_FILE: join(folder, 'environment'),
    RABBITMQ_CONFIG_FILE: join(folder, 'rabbitmq.conf'),
    RABBITMQ_ADVANCED_CONFIG_FILE: join(folder, 'advanced.config'),
    RABBITMQ_ENABLED_PLUGINS_FILE: join(folder, 'enabled_plugins'),
    RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: '-kernel inet_dist_use_interface {127,0,0,1}',
    ERL_EPMD_ADDRESS: '127.0.0.1',
    ERL_EPMD_PORT: String(mapperPort),
  }
  const url = `amqp://guest:guest@127.0.0.1:${port}`
  const mapper = spawn('epmd', [], { env: environment, stdio: 'ignore' })
  let server: ChildProcess | undefined
  let output = ''

  const start = async () => {
    // A process group of its own: the script starts others.
    const started = spawn(join(BIN, 'rabbitmq-server'), [], { env: environment, detached: true })
    server = started
    for (const stream of [started.stdout, started.stderr]) {
      stream.on('data', (chunk) => {
        output = `${output}${chunk}`.slice(-10_000)
      })
    }
    const deadline = performance.now() + START_MAX_MS
    for (;;) {
      try {
        await (await connect(url)).close()
        return
      } catch (error) {
        if (performance.now() > deadline || started.exitCode !== null) {
          throw new Error(`the broker did not start:\n${output}`, { cause: error })
        }
        await setTimeout(100)
      }
    }
  }
  const kill = async () => {
    const running = server
    server = undefined
    if (running?.pid === undefined || running.exitCode !== null || running.signalCode !== null) return
    const ended = once(running, 'exit')
    process.kill(-running.pid, 'SIGKILL')
    await ended
  }
  return {
    url,
    tlsUrl: `amqps://guest:guest@localhost:${tlsPort}`,
    start,
    kill,
    async control(...command) {
      const { stdout } = await execute(join(BIN, 'rabbitmqctl'), command, { env: environment })
      return stdout
    },
    async remove() {
      await kill()
      mapper.kill('SIGKILL')
      // The server's files may still be closing.
      await rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 })
    },
  }
}

async function freePorts(count: number): Promise<number[]> {
  const servers: Server[] = []
  const ports: number[] = []
  for (let index = 0; index < count; index++) {
    const server = createServer().listen(0, '127.0.0.1')
    servers.push(server)
    await once(server, 'listening')
    const address = server.address()
    if (typeof address === 'object' && address !== null) ports.push(address.port)
  }
  for (const server of servers) server.close()
  return ports
}
