import { setTimeout } from 'node:timers/promises'
import type { Logger } from 'pino'
import { ApiRefused, mayPass } from './api-errors.ts'
import { ALGORITHM } from './job-manifest.ts'
import type { KubernetesApi } from './kubernetes-api.ts'
import { lines } from './lines.ts'
import { plainText } from './plain-text.ts'
import type { Slots } from './slots.ts'
import { type LogLine, ToldLines } from './told-lines.ts'

export interface LogLimits {
  /** Followed of one log; what comes later is left out, but for its end. */
  readonly followedBytes: number
  /** Told of the end of a log that was longer. */
  readonly tailBytes: number
  readonly lineBytes: number
}

export const logLimits: LogLimits = {
  followedBytes: 8 * 2 ** 20,
  tailBytes: 64 * 2 ** 10,
  lineBytes: 16 * 2 ** 10,
}

export interface LogOptions {
  readonly api: KubernetesApi
  /** Of the pods. */
  readonly path: string
  readonly pod: string
  readonly after: Date | undefined
  readonly limits: LogLimits
  /** Logs that are followed at a time, and those that are read after their end. */
  readonly slots: { readonly follow: Slots; readonly read: Slots }
  readonly onLine: (line: LogLine) => void
  readonly onSent: () => void
  readonly log: Logger
}

/** The node has ended the log; the watch tells that its container has ended, too, a little later. */
const END_MS = 3000
const FIRST_DELAY_MS = 200
const LONGEST_DELAY_MS = 5000
const SILENCE_MS = 2 ** 31 - 1
/** Lines of the end of a log that is longer than it may be: of them, its last bytes are told. */
const TAIL_LINES = 1000
const TAIL_READ_BYTES = 32 * 2 ** 20

/** The log of one container, from its start to its end, told once. */
export class ContainerLog {
  readonly finished: Promise<void>
  readonly #options: LogOptions
  readonly #stop = new AbortController()
  readonly #ended = new AbortController()
  readonly #told: ToldLines
  #bytes = 0

  /** @param ended whether the container has ended */
  constructor(options: LogOptions, ended: boolean) {
    this.#options = options
    this.#told = new ToldLines(options.after)
    if (ended) this.#ended.abort()
    this.finished = this.#run().catch((error: unknown) => {
      if (!this.#stop.signal.aborted)
        options.log.warn({ err: error, pod: options.pod }, 'a log of a container was not read to its end')
    })
  }

  /** The container has ended: what the log has now is all. */
  end(): void {
    this.#ended.abort()
  }

  close(): void {
    this.#stop.abort(new Error('the log is closed'))
  }

  async #run(): Promise<void> {
    for (let delayMs = FIRST_DELAY_MS; ; delayMs = Math.min(2 * delayMs, LONGEST_DELAY_MS)) {
      const whole = this.#ended.signal.aborted
      try {
        if (await this.#read(whole)) return
        // The connection held for a while: a break is no reason to wait for long.
        delayMs = FIRST_DELAY_MS
      } catch (error) {
        this.#stop.signal.throwIfAborted()
        if (this.#ended.signal.aborted && !whole) continue
        if (whole && error instanceof ApiRefused && !mayPass(error)) throw error
      }
      await this.#pause(delayMs, whole)
    }
  }

  /** Over early when the container ends: then there is little time left to read the rest. */
  async #pause(ms: number, whole: boolean): Promise<void> {
    const signal = whole ? this.#stop.signal : AbortSignal.any([this.#stop.signal, this.#ended.signal])
    await setTimeout(ms, undefined, { signal }).catch(() => undefined)
    this.#stop.signal.throwIfAborted()
  }

  /** True when all has been told. */
  async #read(whole: boolean): Promise<boolean> {
    const { limits } = this.#options
    const give = await this.#slot(whole)
    try {
      const response = await this.#open({ follow: !whole, sinceTime: rfc3339(this.#told.resume()) })
      for await (const line of lines(response, limits.lineBytes)) {
        const told = this.#told.tell(line)
        if (told === undefined) continue
        this.#tell(told)
        if (this.#bytes <= limits.followedBytes) continue
        response.destroy()
        give()
        await this.#skipToEnd()
        return true
      }
    } finally {
      give()
    }
    return whole || (await this.#endsNow())
  }

  #slot(whole: boolean): Promise<() => void> {
    const { slots } = this.#options
    if (whole) return slots.read.take(this.#stop.signal)
    return slots.follow.take(AbortSignal.any([this.#stop.signal, this.#ended.signal]))
  }

  #open(query: Readonly<Record<string, string | number | boolean | undefined>>) {
    const { api, path, pod, onSent } = this.#options
    return api.stream({
      verb: 'get',
      resource: 'pods/log',
      path: `${path}/${pod}/log`,
      query: { container: ALGORITHM, timestamps: true, ...query },
      accept: '*/*',
      signal: this.#stop.signal,
      // A container may say nothing for hours; a connection that broke is found by the watch's end of the container.
      silenceMs: SILENCE_MS,
      onSent,
    })
  }

  async #endsNow(): Promise<boolean> {
    if (this.#ended.signal.aborted) return true
    const signal = AbortSignal.any([this.#stop.signal, this.#ended.signal])
    await setTimeout(END_MS, undefined, { signal }).catch(() => undefined)
    this.#stop.signal.throwIfAborted()
    return this.#ended.signal.aborted
  }

  #tell({ time, text }: LogLine): void {
    this.#bytes += Buffer.byteLength(text) + 1
    this.#options.onLine({ time, text: plainText(text) })
  }

  async #skipToEnd(): Promise<void> {
    const { limits, onLine, slots } = this.#options
    onLine({
      time: new Date(),
      text: `[The log is longer than ${mib(limits.followedBytes)}: what comes now is left out, but for its end.]`,
    })
    await aborted(this.#ended.signal, this.#stop.signal)
    const give = await slots.read.take(this.#stop.signal)
    try {
      const response = await this.#open({ tailLines: TAIL_LINES, limitBytes: TAIL_READ_BYTES })
      const kept: LogLine[] = []
      let size = 0
      this.#told.resume()
      for await (const line of lines(response, limits.lineBytes)) {
        const told = this.#told.tell(line)
        if (told === undefined) continue
        kept.push(told)
        size += told.text.length + 1
        while (size > limits.tailBytes) size -= (kept.shift()?.text.length ?? 0) + 1
      }
      for (const line of kept) this.#tell(line)
    } finally {
      give()
    }
  }
}

/** Resolves when the first is aborted, rejects when the second is. */
async function aborted(signal: AbortSignal, stop: AbortSignal): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const onStop = () => reject(stop.reason)
  if (stop.aborted) onStop()
  if (signal.aborted) resolve()
  stop.addEventListener('abort', onStop, { once: true })
  signal.addEventListener('abort', () => resolve(), { once: true })
  await promise.finally(() => stop.removeEventListener('abort', onStop))
}

function rfc3339(time: Date | undefined): string | undefined {
  return time === undefined ? undefined : `${time.toISOString().slice(0, 19)}Z`
}

function mib(bytes: number): string {
  return `${Number((bytes / 2 ** 20).toFixed(2))} MiB`
}
