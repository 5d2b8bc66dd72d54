import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { dirname } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { Kubectl } from './kubectl.ts'
import { isReady, type Pod } from './objects.ts'

const BEFORE_RETRY_MS = 200
const FIRST_MS = 30_000

export interface PortForwardOptions {
  readonly component: string
  /** On the loopback of this machine. */
  readonly port: number
  readonly podPort: number
  /** Keeps the pid, so that a run after one that was killed can end what that left. */
  readonly pidFile: string
}

/**
 * A port of this machine's loopback that leads to a ready pod of a component: to another one when that goes.
 * While there is none, connections are refused.
 */
export class PortForward {
  readonly #kubectl: Kubectl
  readonly #options: PortForwardOptions
  #child: ChildProcess | undefined
  #stopped = false
  #loop: Promise<void> = Promise.resolve()

  private constructor(kubectl: Kubectl, options: PortForwardOptions) {
    this.#kubectl = kubectl
    this.#options = options
  }

  /** Resolves when it leads somewhere. */
  static async start(kubectl: Kubectl, options: PortForwardOptions): Promise<PortForward> {
    mkdirSync(dirname(options.pidFile), { recursive: true })
    endLeftover(options.pidFile)
    await expectFree(options.port)
    const forward = new PortForward(kubectl, options)
    let opened: () => void = () => undefined
    const first = new Promise<void>((resolve) => {
      opened = resolve
    })
    forward.#loop = forward.#keep(opened)
    const timer = new AbortController()
    const late = delay(FIRST_MS, 'late' as const, { signal: timer.signal }).catch(() => undefined)
    if ((await Promise.race([first, late])) === 'late') {
      await forward.stop()
      throw new Error(`no port-forward to ${options.component} within ${FIRST_MS / 1_000} s`)
    }
    timer.abort()
    return forward
  }

  async stop(): Promise<void> {
    this.#stopped = true
    this.#child?.kill('SIGTERM')
    await this.#loop
    rmSync(this.#options.pidFile, { force: true })
  }

  async #keep(opened: () => void): Promise<void> {
    while (!this.#stopped) {
      const pod = await this.#readyPod()
      if (pod === undefined || this.#stopped) {
        await delay(BEFORE_RETRY_MS)
        continue
      }
      const { port, podPort, pidFile } = this.#options
      const child = this.#kubectl.start([
        'port-forward',
        '--address',
        'localhost',
        `pod/${pod}`,
        `${port}:${podPort}`,
      ])
      this.#child = child
      writeFileSync(pidFile, String(child.pid ?? ''))
      child.stdout?.setEncoding('utf8').on('data', (text: string) => {
        if (text.startsWith('Forwarding from')) opened()
      })
      child.stderr?.resume()
      // kubectl itself ends with the first connection that the pod does not take.
      await once(child, 'close')
      this.#child = undefined
      if (!this.#stopped) await delay(BEFORE_RETRY_MS)
    }
  }

  async #readyPod(): Promise<string | undefined> {
    const pods = await this.#kubectl
      .list<Pod>('pods', this.#options.component)
      // The API server may be busy; the next turn asks again.
      .catch(() => [])
    return pods.find(isReady)?.metadata.name
  }
}

/** A run that was killed leaves its kubectl behind, which would hold the port. */
function endLeftover(pidFile: string): void {
  if (!existsSync(pidFile)) return
  const pid = Number(readFileSync(pidFile, 'utf8'))
  rmSync(pidFile)
  const commandLine = `/proc/${pid}/cmdline`
  if (!existsSync(commandLine) || !readFileSync(commandLine, 'utf8').includes('port-forward')) return
  process.kill(pid, 'SIGKILL')
}

async function expectFree(port: number): Promise<void> {
  const server = createServer()
  try {
    server.listen({ port, host: '127.0.0.1', exclusive: true })
    await once(server, 'listening')
  } catch (error) {
    throw new Error(
      `port ${port} of this machine's loopback is taken, and the environment's address has it; free it or choose others with FAIRLEAD_CLUSTER_PORT`,
      { cause: error },
    )
  }
  server.close()
  await once(server, 'close')
}
