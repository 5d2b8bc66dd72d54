import { spawn } from 'node:child_process'
import { appendFile, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import {
  type ContainerChange,
  type ContainerExecution,
  type ContainerFailure,
  type ContainerKey,
  type ContainerOrder,
  leave,
} from '../../../../ports/containers.ts'
import { ExecutionFailed } from '../../../../ports/execution.ts'
import { type PodOrder, type PodState, readState } from './pod-state.ts'

const entry = fileURLToPath(new URL('./scripted-pod.ts', import.meta.url))
const LOOK_MS = 20

/**
 * Containers as processes of this machine, with the real agent and no walls: the script is the order's last argument,
 * for sh. What runs is known by a folder, which stands for the cluster: whoever is given it finds what others began.
 */
export class ScriptedContainers implements ContainerExecution {
  readonly #cluster: string
  /** Whether the cluster cannot be reached. */
  away = false

  constructor(cluster: string) {
    this.#cluster = cluster
  }

  async run(order: ContainerOrder): Promise<void> {
    this.#assertThere()
    const folder = this.#folder(order.key)
    const told = new Map<number, Told>()
    await mkdir(folder, { recursive: true })
    const deadlineMs = performance.now() + order.timeoutMs
    for (;;) {
      if (order.signal.aborted) {
        if (order.signal.reason !== leave) await this.remove(order.key)
        throw order.signal.reason
      }
      const states = await this.#look(order, folder, told)
      const failed = states.find((state) => state?.state === 'FAILED')
      if (failed?.failure !== undefined) {
        await this.remove(order.key)
        const { reason, message, transient } = failed.failure
        throw new ExecutionFailed(reason, message, transient)
      }
      if (performance.now() > deadlineMs) {
        await this.remove(order.key)
        throw new ExecutionFailed('EXECUTION_DURATION_EXCEEDED', 'The time of the run is over.', false)
      }
      if (states.every((state) => state?.state === 'COMPLETED')) {
        await this.remove(order.key)
        return
      }
      await setTimeout(LOOK_MS)
    }
  }

  async remove(key: ContainerKey): Promise<void> {
    this.#assertThere()
    const folder = this.#folder(key)
    for (const name of await entriesOf(folder)) {
      const state = await readState(join(folder, name))
      if (state !== undefined) kill(state.pid)
    }
    // What was killed may write a last file.
    await rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 20 })
  }

  async list(): Promise<ContainerKey[]> {
    this.#assertThere()
    const names = await entriesOf(this.#cluster)
    return names.flatMap((name) => {
      const [jobId, taskIndex, run] = name.split('_')
      if (jobId === undefined || taskIndex === undefined || run === undefined) return []
      return [{ jobId, taskIndex: Number(taskIndex), run: Number(run) }]
    })
  }

  async check(): Promise<void> {
    this.#assertThere()
  }

  async close(): Promise<void> {
    // Nothing is open: pods are looked at one by one.
  }

  /** How often pods were begun, over all that share the folder. */
  async starts(): Promise<number> {
    const text = await readFile(`${this.#cluster}.starts`, 'utf8').catch(() => '')
    return text.length
  }

  /** Ends everything, as the power of a cluster. */
  async clear(): Promise<void> {
    this.away = false
    for (const key of await this.list()) await this.remove(key)
  }

  #assertThere(): void {
    if (this.away) throw new Error('the cluster is not reached')
  }

  #folder({ jobId, taskIndex, run }: ContainerKey): string {
    return join(this.#cluster, `${jobId}_${taskIndex}_${run}`)
  }

  /** Begins what there is room for, and tells what is new. */
  async #look(
    order: ContainerOrder,
    folder: string,
    told: Map<number, Told>,
  ): Promise<(PodState | undefined)[]> {
    const states: (PodState | undefined)[] = []
    let open = 0
    for (let number = 0; number < order.count; number += 1) {
      const pod = join(folder, String(number))
      let state = await readState(pod)
      const begun = state !== undefined || (await entriesOf(pod)).length > 0
      if (!begun && open < order.parallel) await this.#begin(order, pod, number)
      if (!begun || (state !== undefined && isOpen(state))) open += 1
      if (state !== undefined && isOpen(state) && !lives(state.pid)) {
        state = (await readState(pod)) ?? state
        if (isOpen(state)) state = { ...state, state: 'FAILED', failure: podDeleted(number) }
      }
      states.push(state)
      await this.#tell(order, pod, number, state, told)
    }
    return states
  }

  async #begin(order: ContainerOrder, pod: string, number: number): Promise<void> {
    await mkdir(pod, { recursive: true })
    const script = order.arguments.at(-1) ?? ''
    const podOrder: PodOrder = {
      number,
      count: order.count,
      script,
      variables: order.variables,
      stagingUrl: order.staging.url,
      token: order.staging.token,
      timeoutMs: order.containerTimeoutMs,
    }
    await writeFile(join(pod, 'order'), JSON.stringify(podOrder))
    await appendFile(`${this.#cluster}.starts`, '.')
    spawn(process.execPath, [entry, pod], { detached: true, stdio: 'ignore' }).unref()
  }

  async #tell(
    order: ContainerOrder,
    pod: string,
    number: number,
    state: PodState | undefined,
    told: Map<number, Told>,
  ): Promise<void> {
    const before = told.get(number) ?? { state: '', lines: 0 }
    const log = await readFile(join(pod, 'log'), 'utf8').catch(() => '')
    const lines = log.split('\n').slice(0, -1)
    const after = order.logsAfter(number)
    for (const line of lines.slice(before.lines)) {
      const { timeMs, text } = JSON.parse(line) as { timeMs: number; text: string }
      const time = new Date(timeMs)
      if (after === undefined || time > after) order.onLog({ number, time, text })
    }
    if (state !== undefined && state.state !== before.state) order.onChange(changeOf(number, state))
    told.set(number, { state: state?.state ?? '', lines: lines.length })
  }
}

interface Told {
  readonly state: string
  readonly lines: number
}

function isOpen({ state }: PodState): boolean {
  return state !== 'COMPLETED' && state !== 'FAILED'
}

function changeOf(number: number, { state, startMs, endMs, exitCode, failure }: PodState): ContainerChange {
  return {
    number,
    state,
    node: 'this-machine',
    startTime: startMs === undefined ? undefined : new Date(startMs),
    endTime: endMs === undefined ? undefined : new Date(endMs),
    exitCode,
    failure: failure === undefined ? undefined : { ...failure, reason: failure.reason as ContainerFailure },
  }
}

function podDeleted(number: number) {
  return { reason: 'POD_DELETED', message: `Container ${number} was deleted.`, transient: true }
}

function lives(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

/** With everything that it began. */
function kill(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL')
  } catch {
    // It has ended by itself.
  }
}

async function entriesOf(folder: string): Promise<string[]> {
  return readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return []
    throw error
  })
}
