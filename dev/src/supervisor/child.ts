import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, statSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { Refusal } from '../refusal.ts'
import type { Console } from './console.ts'
import { openLog, reasonIn, tail } from './log-file.ts'
import { endProcess, identify, type ProcessIdentity, signalProcess } from './processes.ts'
import type { Reaper } from './reaper.ts'
import type { ChildRecord, ChildState } from './run-file.ts'

export interface ChildSpec {
  name: string
  command: string
  args: string[]
  env: NodeJS.ProcessEnv
  cwd: string
  /** To run as, when the supervisor is root and the program refuses to be. */
  user?: { uid: number; gid: number } | undefined
  stopSignal: 'SIGINT' | 'SIGTERM'
  /** How long it may take to stop before it is killed. */
  graceMs: number
  /** Rejects or stays pending until the process does its work. Called again after each restart. */
  ready(signal: AbortSignal): Promise<void>
  /** Called with what the child sends over IPC; a child without this has no channel. */
  onMessage?: ((message: unknown) => void) | undefined
}

export interface ChildContext {
  logFile: string
  console: Console
  reaper: Reaper
  onChange(): void
}

const firstBackoffMs = 250
const longestBackoffMs = 15_000
/** A child that has been ready for so long starts with a short back-off again. */
const settledMs = 30_000
const readyWithinMs = 60_000

/** One process that is kept running: started, watched, started again with back-off, stopped. */
export class Child {
  readonly #spec: ChildSpec
  readonly #context: ChildContext
  #process: ChildProcess | undefined
  #identity: ProcessIdentity | undefined
  #state: ChildState = 'stopped'
  #restarts = 0
  #backoffMs = firstBackoffMs
  #stopping: AbortController | undefined
  #watching: Promise<void> = Promise.resolve()

  constructor(spec: ChildSpec, context: ChildContext) {
    this.#spec = spec
    this.#context = context
  }

  get name(): string {
    return this.#spec.name
  }

  get record(): ChildRecord {
    const { pid = null, startTime = null } = this.#identity ?? {}
    return { pid, startTime, state: this.#state, restarts: this.#restarts }
  }

  /** Resolves when ready the first time; rejects with a Refusal when the process ends before that. */
  async start(): Promise<void> {
    const stopping = new AbortController()
    this.#stopping = stopping
    const run = this.#launch(stopping.signal)
    try {
      await run.ready
    } catch (error) {
      await this.stop()
      throw error
    }
    this.#watching = this.#watch(run.ended, stopping.signal)
  }

  async stop(graceMs = this.#spec.graceMs): Promise<void> {
    this.#stopping?.abort()
    const identity = this.#identity
    if (identity !== undefined) {
      await endProcess(identity, this.#spec.stopSignal, graceMs)
      // What the process itself had started must not outlive it.
      signalProcess(-identity.pid, 'SIGKILL')
    }
    await this.#watching
    this.#set('stopped')
  }

  /** Stops and starts on purpose, without counting a restart. */
  async restart(graceMs: number): Promise<void> {
    await this.stop(graceMs)
    this.#backoffMs = firstBackoffMs
    const stopping = new AbortController()
    this.#stopping = stopping
    const run = this.#launch(stopping.signal)
    this.#watching = this.#watch(run.ended, stopping.signal)
    await run.ready
  }

  #set(state: ChildState): void {
    this.#state = state
    this.#context.onChange()
  }

  #launch(stopping: AbortSignal): { ready: Promise<void>; ended: Promise<string> } {
    const { command, args, env, cwd, user, onMessage, stopSignal } = this.#spec
    const logFrom = statSync(this.#context.logFile, { throwIfNoEntry: false })?.size ?? 0
    const log = openLog(this.#context.logFile)
    const child = spawn(command, args, {
      env,
      cwd,
      ...user,
      // Its own process group: a terminal's Ctrl-C goes to the supervisor, which stops children in order.
      detached: true,
      stdio: onMessage === undefined ? ['ignore', log, log] : ['ignore', log, log, 'ipc'],
    })
    closeSync(log)
    this.#process = child
    if (onMessage !== undefined) child.on('message', onMessage)
    const pid = child.pid
    if (pid !== undefined) {
      this.#context.reaper.add(pid, stopSignal === 'SIGINT' ? 'INT' : 'TERM')
      this.#identity = identify(pid)
    }
    this.#set('starting')
    const endedEarly = new AbortController()
    const ended = this.#ended(child, logFrom).then((reason) => {
      endedEarly.abort(new Refusal(`${this.name} ${reason}; its log is ${this.#context.logFile}.`))
      return reason
    })
    const ready = this.#becomeReady(AbortSignal.any([stopping, endedEarly.signal]), endedEarly.signal)
    ready.catch(() => undefined)
    return { ready, ended }
  }

  async #becomeReady(signal: AbortSignal, endedEarly: AbortSignal): Promise<void> {
    const inTime = AbortSignal.timeout(readyWithinMs)
    try {
      await this.#spec.ready(AbortSignal.any([signal, inTime]))
    } catch (error) {
      endedEarly.throwIfAborted()
      if (inTime.aborted) {
        throw new Refusal(
          `${this.name} was not ready within ${readyWithinMs / 1000} s; its log is ${this.#context.logFile}.`,
        )
      }
      throw error
    }
    endedEarly.throwIfAborted()
    this.#set('ready')
  }

  #ended(child: ChildProcess, logFrom: number): Promise<string> {
    return new Promise((resolve) => {
      const finish = (how: string, said = true) => {
        if (child.pid !== undefined) this.#context.reaper.remove(child.pid)
        if (this.#process === child) {
          this.#process = undefined
          this.#identity = undefined
        }
        const reason = said ? reasonIn(tail(this.#context.logFile, logFrom)) : undefined
        resolve(reason === undefined ? how : `${how}: ${reason.replace(/\.$/, '')}`)
      }
      child.once('error', (error) => finish(`could not be started (${error.message})`))
      child.once('exit', (code, signal) => {
        // Who is killed from outside has no last words: its log ends with something unrelated.
        if (signal === null) finish(`ended with exit code ${code}`)
        else finish(`was ended by ${signal}`, signal !== 'SIGKILL' && signal !== 'SIGTERM')
      })
    })
  }

  /** Starts the process again whenever it ends, until stopped. */
  async #watch(firstEnd: Promise<string>, stopping: AbortSignal): Promise<void> {
    let ended = firstEnd
    for (;;) {
      const readySince = Date.now()
      const reason = await ended
      if (stopping.aborted) return
      if (Date.now() - readySince > settledMs) this.#backoffMs = firstBackoffMs
      const waitMs = this.#backoffMs
      this.#backoffMs = Math.min(longestBackoffMs, waitMs * 2)
      this.#context.console.warn(`${this.name} ${reason}; starting it again in ${waitMs / 1000} s`)
      this.#set('waiting')
      try {
        await delay(waitMs, undefined, { signal: stopping })
      } catch {
        return
      }
      this.#restarts += 1
      const run = this.#launch(stopping)
      run.ready.then(
        () => this.#context.console.note(`${this.name} is running again`),
        // Its end is reported by the next turn of this loop.
        () => undefined,
      )
      ended = run.ended
    }
  }
}
