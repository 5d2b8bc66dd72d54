import { type ChildProcess, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { repository } from '../repository.ts'

const runEntry = fileURLToPath(new URL('./run-entry.ts', import.meta.url))

export interface ProgramOptions {
  /** What Node runs, as a path in the repository. */
  entry: string
  /** Where a debugger may attach, on the pod's loopback. */
  inspectPort?: number | undefined
}

/**
 * One run of a program. It is made before it is needed: it loads the packages, which never change in a pod and take
 * most of the time, and waits for the word to run the sources as they are then.
 */
export class Program {
  /** That it has been run and does no more than wait. Pending forever when it ends before. */
  readonly started: Promise<void>
  /** How it ended. */
  readonly ended: Promise<string>
  readonly #child: ChildProcess
  #alive = true

  constructor({ entry, inspectPort }: ProgramOptions) {
    const inspect = inspectPort === undefined ? [] : [String(inspectPort)]
    this.#child = spawn(
      process.execPath,
      ['--disable-warning=ExperimentalWarning', runEntry, entry, ...inspect],
      {
        cwd: repository,
        // Its own process group: what it starts ends with it.
        detached: true,
        stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      },
    )
    this.started = new Promise((resolve) => {
      this.#child.once('message', () => resolve())
    })
    this.ended = new Promise((resolve) => {
      const finish = (how: string) => {
        this.#alive = false
        resolve(how)
      }
      this.#child.once('error', (error) => finish(`could not be started (${error.message})`))
      this.#child.once('exit', (code, signal) =>
        finish(signal === null ? `ended with exit code ${code}` : `was ended by ${signal}`),
      )
    })
  }

  get alive(): boolean {
    return this.#alive
  }

  run(): void {
    // It may have ended; then `ended` says so.
    this.#child.send('run', () => undefined)
  }

  /** Asks it to stop. */
  terminate(): void {
    this.#child.kill('SIGTERM')
  }

  /** Stops it; one that takes longer than this is killed, as one that nobody asked to run. */
  async stop(graceMs: number): Promise<void> {
    if (!this.#alive) return
    this.terminate()
    const timer = setTimeout(() => this.#kill(), graceMs)
    await this.ended
    clearTimeout(timer)
    this.#kill()
  }

  #kill(): void {
    const { pid } = this.#child
    if (pid === undefined) return
    try {
      process.kill(-pid, 'SIGKILL')
    } catch (error) {
      // ESRCH: the group is gone, as it should be.
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
    }
  }
}
