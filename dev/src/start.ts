import { type ChildProcess, fork } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { developmentToken, passwordToken } from './identity/token-client.ts'
import { databaseUrl } from './postgres/server.ts'
import { inRepository, repository } from './repository.ts'
import { readSecrets } from './supervisor/home.ts'
import { type ChildRecord, type RunInfo, readRunInfo } from './supervisor/run-file.ts'

export type { ChildRecord, RunInfo } from './supervisor/run-file.ts'

/** Workers beside the first, with FAIRLEAD_WORKERS, are "worker-2" and so on. */
export type ChildName =
  | 'postgres'
  | 'identity'
  | 'mail'
  | 'backend'
  | 'worker'
  | `worker-${number}`
  | 'frontend'
  | 'envoy'

export interface StartOptions {
  /** FAIRLEAD_HOME. Default: a fresh temporary folder, which stop() removes. */
  home?: string
  /** FAIRLEAD_PORT. Default 0: free ports. */
  port?: number
  mode?: 'start' | 'dev'
  /** Beside this process's environment. */
  env?: Record<string, string>
  /** To become ready. Default 240 s, since a first start may install Envoy and build the pages. */
  timeoutMs?: number
}

/** A whole Fairlead in processes of its own, as `npm start` runs it. */
export interface RunningFairlead {
  url: string
  home: string
  /** The supervisor's. */
  pid: number
  run(): RunInfo
  childPid(name: ChildName): number
  /** Sends the signal and gives the pid it went to. */
  killChild(name: ChildName, signal?: NodeJS.Signals): number
  /** Waits until another process than `oldPid` does the work and is ready; gives its pid. */
  waitForRestart(name: ChildName, oldPid: number, timeoutMs?: number): Promise<number>
  /** An access token of a demo user. */
  token(username: string): Promise<string>
  /** Of the embedded PostgreSQL. */
  databaseUrl(): string
  logPath(name: ChildName): string
  /** What the supervisor printed so far. */
  output(): string
  /** As Ctrl-C does; resolves with the exit code when no process is left. */
  stop(): Promise<number>
}

/** Rejects with what the supervisor printed when it does not become ready. */
export async function startFairlead(options: StartOptions = {}): Promise<RunningFairlead> {
  const { port = 0, mode = 'start', env = {}, timeoutMs = 240_000 } = options
  const home = options.home ?? mkdtempSync(join(tmpdir(), 'fairlead-'))
  const supervisor = fork(inRepository('dev/src/main.ts'), [mode], {
    cwd: repository,
    execArgv: ['--disable-warning=ExperimentalWarning'],
    env: { ...process.env, ...env, FAIRLEAD_HOME: home, FAIRLEAD_PORT: String(port) },
    silent: true,
    // A Ctrl-C at the test run must reach the supervisor through stop() alone.
    detached: true,
  })
  const output = collect(supervisor)
  const ended = new Promise<number>((resolve) => supervisor.once('close', (code) => resolve(code ?? 1)))
  const discard = () => {
    if (options.home === undefined) rmSync(home, { recursive: true, force: true, maxRetries: 3 })
  }
  const stop = async () => {
    supervisor.kill('SIGTERM')
    const code = await ended
    discard()
    return code
  }
  try {
    const url = await ready(supervisor, timeoutMs)
    return { ...handle(home, url), pid: supervisor.pid ?? 0, output, stop }
  } catch (error) {
    await stop()
    throw new Error(`Fairlead did not start: ${error instanceof Error ? error.message : error}\n${output()}`)
  }
}

function collect(supervisor: ChildProcess): () => string {
  let text = ''
  for (const stream of [supervisor.stdout, supervisor.stderr]) {
    stream?.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk
    })
  }
  return () => text
}

function ready(supervisor: ChildProcess, timeoutMs: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new Error(`not ready within ${timeoutMs / 1000} s`)), timeoutMs)
    supervisor.on('message', (message: { ready?: string }) => {
      if (message.ready === undefined) return
      clearTimeout(late)
      resolve(message.ready)
    })
    supervisor.once('close', (code) => {
      clearTimeout(late)
      reject(new Error(`it ended with exit code ${code}`))
    })
  })
}

function handle(home: string, url: string): Omit<RunningFairlead, 'pid' | 'output' | 'stop'> {
  const run = () => {
    const info = readRunInfo(join(home, 'run.json'))
    if (info === undefined) throw new Error(`Fairlead is not running on ${home}`)
    return info
  }
  const record = (name: ChildName): ChildRecord => {
    const child = run().children[name]
    if (child === undefined) throw new Error(`there is no child ${name}`)
    return child
  }
  const childPid = (name: ChildName) => {
    const { pid } = record(name)
    if (pid === null) throw new Error(`${name} is not running`)
    return pid
  }
  return {
    url,
    home,
    run,
    childPid,
    killChild(name, signal = 'SIGKILL') {
      const pid = childPid(name)
      process.kill(pid, signal)
      return pid
    },
    async waitForRestart(name, oldPid, timeoutMs = 30_000) {
      const deadline = Date.now() + timeoutMs
      for (;;) {
        const { pid, state } = record(name)
        if (pid !== null && pid !== oldPid && state === 'ready') return pid
        if (Date.now() > deadline)
          throw new Error(`${name} was not running again within ${timeoutMs / 1000} s`)
        await delay(50)
      }
    },
    token(username) {
      const { issuer, ports } = run()
      if (issuer !== undefined) return passwordToken(issuer, username)
      const { developmentGrant } = readSecrets(join(home, 'secrets.json'))
      return developmentToken({ username, port: ports.identity, developmentGrant })
    },
    databaseUrl: () =>
      databaseUrl({ secrets: readSecrets(join(home, 'secrets.json')) }, run().ports.postgres),
    logPath: (name) => join(home, 'logs', `${name}.log`),
  }
}
