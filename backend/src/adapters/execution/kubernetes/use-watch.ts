import type { Logger } from 'pino'
import type { ContainerUse } from '../../../ports/containers.ts'
import { isRefused } from './api-errors.ts'
import { ALGORITHM } from './job-manifest.ts'
import type { KubernetesApi } from './kubernetes-api.ts'
import type { ObjectList, PodMetrics } from './kubernetes-objects.ts'
import { quantity } from './quantity.ts'

export interface UseOptions {
  readonly api: KubernetesApi
  readonly namespace: string
  readonly labelSelector: string
  /** Undefined for a pod that nobody watches. */
  readonly listener: (pod: string) => ((use: Omit<ContainerUse, 'number'>) => void) | undefined
  /** Whether anything runs. */
  readonly wanted: () => boolean
  readonly log: Logger
}

const INTERVAL_MS = 15_000
/** Where there is no metrics API, or none for us. */
const ABSENT_MS = 300_000

/** Asks what pods use, for all of them at a time; a cluster without metrics is as good. */
export class UseWatch {
  readonly #options: UseOptions
  /** When each was measured last. */
  readonly #measured = new Map<string, number>()
  #timer: NodeJS.Timeout | undefined
  #asking: Promise<void> | undefined
  readonly #stop = new AbortController()

  constructor(options: UseOptions) {
    this.#options = options
    this.#next(INTERVAL_MS)
  }

  async close(): Promise<void> {
    this.#stop.abort(new Error('the watch of use is closed'))
    clearTimeout(this.#timer)
    await this.#asking
  }

  #next(delayMs: number): void {
    if (this.#stop.signal.aborted) return
    this.#timer = setTimeout(() => {
      this.#asking = this.#ask().then((nextMs) => this.#next(nextMs))
    }, delayMs)
  }

  async #ask(): Promise<number> {
    const { api, namespace, labelSelector, wanted, log } = this.#options
    if (!wanted()) {
      this.#measured.clear()
      return INTERVAL_MS
    }
    try {
      const list: ObjectList<PodMetrics> = await api.json({
        verb: 'list',
        resource: 'pods.metrics.k8s.io',
        path: `/apis/metrics.k8s.io/v1beta1/namespaces/${namespace}/pods`,
        query: { labelSelector },
        signal: this.#stop.signal,
      })
      this.#hear(list.items ?? [])
      return INTERVAL_MS
    } catch (error) {
      if (this.#stop.signal.aborted) return INTERVAL_MS
      log.info({ err: error }, 'what containers use is not known')
      return isRefused(error, 404) || isRefused(error, 403) ? ABSENT_MS : INTERVAL_MS
    }
  }

  #hear(pods: readonly PodMetrics[]): void {
    const present = new Set(pods.map(({ metadata }) => metadata.name))
    for (const name of this.#measured.keys()) if (!present.has(name)) this.#measured.delete(name)
    for (const pod of pods) {
      const { name } = pod.metadata
      const usage = pod.containers.find((container) => container.name === ALGORITHM)?.usage
      const tell = this.#options.listener(name)
      const time = Date.parse(pod.timestamp)
      if (usage === undefined || tell === undefined || Number.isNaN(time)) continue
      const before = this.#measured.get(name) ?? time - windowMs(pod.window)
      if (time <= before) continue
      this.#measured.set(name, time)
      tell({
        cpuSeconds: (quantity(usage.cpu) * (time - before)) / 1000,
        memoryBytes: quantity(usage.memory),
      })
    }
  }
}

/** A duration of Go, such as "1m15.2s". */
function windowMs(text: string): number {
  const [, minutes = '0', seconds = '0'] = /^(?:(\d+)m)?(?:([\d.]+)s)?$/u.exec(text) ?? []
  return (Number(minutes) * 60 + Number(seconds)) * 1000
}
