import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

/** A process of ours, that says when it is ready. */
export class NodeProcess {
  readonly #child: ChildProcess
  readonly #exited: Promise<number | null>
  #ports: Readonly<Record<string, number>> = {}

  private constructor(child: ChildProcess) {
    this.#child = child
    this.#exited = once(child, 'exit').then(([code]: (number | null)[]) => code ?? null)
  }

  /**
   * @param entry beside this module's backend, such as "worker.ts"
   * @param readyMessage what it logs when it is ready
   */
  static async start(
    entry: string,
    readyMessage: string,
    env: Readonly<Record<string, string>>,
  ): Promise<NodeProcess> {
    const path = fileURLToPath(new URL(`../../../../${entry}`, import.meta.url))
    const child = spawn(process.execPath, [path], { stdio: ['ignore', 'pipe', 'inherit'], env })
    const self = new NodeProcess(child)
    const ready = Promise.withResolvers<void>()
    if (child.stdout === null) throw new Error(`${entry} has no output`)
    let last = ''
    createInterface(child.stdout).on('line', (line) => {
      last = line
      const { msg, ...ports } = JSON.parse(line) as { msg?: string } & Record<string, number>
      if (msg !== readyMessage) return
      self.#ports = ports
      ready.resolve()
    })
    self.#exited.then((code) => ready.reject(new Error(`${entry} exited with ${code}: ${last}`)))
    await ready.promise
    return self
  }

  port(name: string): number {
    const port = this.#ports[name]
    if (port === undefined) throw new Error(`the process named no ${name}`)
    return port
  }

  /** As a power cut would. */
  async kill(): Promise<void> {
    this.#child.kill('SIGKILL')
    await this.#exited
  }

  async stop(): Promise<void> {
    this.#child.kill('SIGTERM')
    await this.#exited
  }
}
