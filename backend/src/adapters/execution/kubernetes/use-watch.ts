import { isIPv6 } from 'node:net'
import type { Logger } from 'pino'
import { type Repetition, repeatedly } from '../../../repeatedly.ts'
import type { KubernetesApi } from './kubernetes-api.ts'
import { lines } from './lines.ts'
import { readSample } from './usage-sample.ts'

export interface UseOptions {
  readonly api: KubernetesApi
  readonly namespace: string
  /** Pods whose algorithm runs, by the address of their node. */
  readonly running: () => ReadonlyMap<string, readonly string[]>
  readonly onUse: (pod: string, use: { readonly cpuSeconds: number; readonly memoryBytes: number }) => void
  readonly log: Logger
}

interface Measured {
  readonly cpuSeconds: number
  readonly memoryBytes: number
}

const INTERVAL_MS = 15_000
/** Where the node tells us nothing. */
const ABSENT_MS = 300_000
const SILENCE_MS = 5000
/** Of every node. https://kubernetes.io/docs/reference/networking/ports-and-protocols/ */
const KUBELET_PORT = 10_250
const LINE_MAX_BYTES = 4096

/**
 * Asks nodes what the containers on them use: each node once for all of them. The metrics API does not know them, since
 * it has pods of the phase Running alone, and a pod is Pending until its init containers have ended. What may be read
 * with the right to nodes/metrics says nothing but figures; where it is not given, nothing is known of use.
 */
export class UseWatch {
  readonly #options: UseOptions
  readonly #measured = new Map<string, Measured>()
  /** Nodes that did not answer, and until when they are not asked. */
  readonly #absent = new Map<string, number>()
  readonly #stop = new AbortController()
  readonly #asking: Repetition

  constructor(options: UseOptions) {
    this.#options = options
    const { log } = options
    this.#asking = repeatedly({ name: 'asking what containers use', intervalMs: INTERVAL_MS, log }, () =>
      this.#ask(),
    )
  }

  async close(): Promise<void> {
    this.#stop.abort(new Error('the watch of use is closed'))
    await this.#asking.stop()
  }

  async #ask(): Promise<void> {
    const running = this.#options.running()
    const names = new Set([...running.values()].flat())
    for (const name of this.#measured.keys()) if (!names.has(name)) this.#measured.delete(name)
    await Promise.all([...running].map(([node, pods]) => this.#askNode(node, new Set(pods))))
  }

  async #askNode(node: string, pods: ReadonlySet<string>): Promise<void> {
    if ((this.#absent.get(node) ?? 0) > performance.now()) return
    const { api, log } = this.#options
    try {
      const response = await api.stream({
        verb: 'get',
        resource: 'nodes/metrics',
        server: `https://${isIPv6(node) ? `[${node}]` : node}:${KUBELET_PORT}`,
        path: '/metrics/resource',
        accept: 'text/plain',
        signal: this.#stop.signal,
        silenceMs: SILENCE_MS,
      })
      await this.#hear(lines(response, LINE_MAX_BYTES), pods)
    } catch (error) {
      if (this.#stop.signal.aborted) return
      log.info({ err: error, node }, 'what containers on a node use is not known')
      this.#absent.set(node, performance.now() + ABSENT_MS)
    }
  }

  async #hear(text: AsyncIterable<string>, pods: ReadonlySet<string>): Promise<void> {
    const found = new Map<string, { cpuSeconds?: number; memoryBytes?: number }>()
    for await (const line of text) {
      const sample = readSample(line, this.#options.namespace)
      if (sample === undefined || !pods.has(sample.pod)) continue
      found.set(sample.pod, { ...found.get(sample.pod), [sample.figure]: sample.value })
    }
    for (const [pod, { cpuSeconds, memoryBytes }] of found) {
      if (cpuSeconds === undefined || memoryBytes === undefined) continue
      const before = this.#measured.get(pod)?.cpuSeconds ?? 0
      this.#measured.set(pod, { cpuSeconds, memoryBytes })
      this.#options.onUse(pod, { cpuSeconds: Math.max(0, cpuSeconds - before), memoryBytes })
    }
  }
}
