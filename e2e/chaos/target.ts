import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { type ChildName, type RunningFairlead, startFairlead } from '@fairlead/dev/start'
import type { Plan, PlannedKill, Victim } from './plan.ts'
import { childrenOf, commandOf, type ProcessEntry, stillRunning } from './processes.ts'
import { writeSky } from './sky.ts'
import { Tally } from './tally.ts'

const RECOVERY_MS = 60_000
/** A victim that is down is not there to be killed: the next look is after this. */
const LOOK_MS = 20
/** What a process had started ends with it, or notices its end within this. */
const ORPHANS_END_MS = 10_000

/** The Fairlead that a plan is carried out on, and the ways to hurt it. */
export class Target {
  readonly fairlead: RunningFairlead
  readonly kills = new Tally()
  readonly #folder: string
  readonly #plan: Plan
  /** What the killed had started, to end by itself. */
  readonly #orphans: ProcessEntry[] = []

  private constructor(fairlead: RunningFairlead, folder: string, plan: Plan) {
    this.fairlead = fairlead
    this.#folder = folder
    this.#plan = plan
  }

  static async start(plan: Plan): Promise<Target> {
    const folder = mkdtempSync(join(tmpdir(), `fairlead-chaos-${plan.seed}-`))
    // As root, PostgreSQL runs as another user, who has to get in.
    chmodSync(folder, 0o711)
    const sky = join(folder, 'sky')
    mkdirSync(sky)
    writeSky(sky)
    try {
      const fairlead = await startFairlead({
        home: join(folder, 'home'),
        env: {
          FAIRLEAD_DATASETS: sky,
          FAIRLEAD_DEMO_IMAGES: 'off',
          FAIRLEAD_WORKERS: String(plan.workers),
          FAIRLEAD_WORKER_CONCURRENCY: String(plan.concurrency),
          FAIRLEAD_HEARTBEAT_SECONDS: '2',
        },
      })
      return new Target(fairlead, folder, plan)
    } catch (error) {
      rmSync(folder, { recursive: true, force: true })
      throw error
    }
  }

  get objectsFolder(): string {
    return join(this.fairlead.home, 'objects')
  }

  /** SIGKILL to what is planned, and of PostgreSQL to every process at once. */
  async kill(planned: PlannedKill, signal: AbortSignal): Promise<void> {
    await delay(planned.afterMs, undefined, { signal })
    const name = this.#nameOf(planned)
    let pid = await this.#pidOf(name, signal)
    let started = childrenOf(pid)
    // Another kill may have come first: the next process of the name is due then.
    while (!killIfThere(pid)) {
      await delay(LOOK_MS, undefined, { signal })
      pid = await this.#pidOf(name, signal)
      started = childrenOf(pid)
    }
    if (planned.victim === 'postgres') for (const child of started) killIfThere(child.pid)
    this.#orphans.push(...started)
    this.kills.count(planned.victim)
  }

  /** Resolves when everything that was killed runs again. */
  async recovered(): Promise<void> {
    const deadline = performance.now() + RECOVERY_MS
    for (;;) {
      const down = Object.entries(this.fairlead.run().children).filter(([, { state }]) => state !== 'ready')
      if (down.length === 0) return
      if (performance.now() > deadline) {
        const names = down.map(([name]) => name).join(', ')
        throw new Error(`not ready again within ${RECOVERY_MS / 1_000} s: ${names}`)
      }
      await delay(LOOK_MS)
    }
  }

  /** Workers and backends that ended without being killed: only what finds no database at its start may. */
  crashes(): string[] {
    return this.fairlead
      .output()
      .split('\n')
      .filter((line) => /\b(worker(-\d)?|backend) (ended with|was ended by)/.test(line))
      .filter((line) => !/was ended by SIGKILL|cannot start/.test(line))
      .map((line) => `unasked: ${line.trim()}`)
  }

  /** What outlives the process that had started it. */
  async orphans(): Promise<string[]> {
    return (await outliving(this.#orphans)).map((command) => `outlives what had started it: ${command}`)
  }

  /** Stops everything, and says what is left of it. */
  async stop(): Promise<string[]> {
    const { fairlead } = this
    const children = Object.values(fairlead.run().children).flatMap(({ pid }) => pid ?? [])
    const all = [...children, fairlead.pid].flatMap((pid) => childrenOf(pid))
    const code = await fairlead.stop()
    return [
      ...(code === 0 ? [] : [`the supervisor ended with exit code ${code}`]),
      ...(await outliving(all)).map((command) => `left after the stop: ${command}`),
    ]
  }

  /** Where the logs stand, for whoever looks for the cause of a violation. */
  keepLogs(folder: string): void {
    const logs = join(this.fairlead.home, 'logs')
    rmSync(folder, { recursive: true, force: true })
    if (existsSync(logs)) cpSync(logs, folder, { recursive: true })
  }

  discard(): void {
    rmSync(this.#folder, { recursive: true, force: true, maxRetries: 3 })
  }

  #nameOf({ victim, worker }: { victim: Victim; worker: number }): ChildName {
    if (victim !== 'worker' || worker === 0) return victim
    return `worker-${Math.min(worker, this.#plan.workers - 1) + 1}`
  }

  async #pidOf(name: ChildName, signal: AbortSignal): Promise<number> {
    for (;;) {
      const { pid } = this.fairlead.run().children[name] ?? { pid: null }
      if (pid !== null) return pid
      await delay(LOOK_MS, undefined, { signal })
    }
  }
}

/** Command lines of those that do not end within the time that they have for it. */
async function outliving(entries: readonly ProcessEntry[]): Promise<string[]> {
  const deadline = performance.now() + ORPHANS_END_MS
  for (;;) {
    const left = stillRunning(entries)
    if (left.length === 0 || performance.now() > deadline) return left.map(commandOf)
    await delay(LOOK_MS)
  }
}

/** False when it was gone. */
function killIfThere(pid: number): boolean {
  try {
    process.kill(pid, 'SIGKILL')
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
    return false
  }
}
