import { setTimeout } from 'node:timers/promises'
import type { Logger } from 'pino'
import { ApiRefused, isRefused } from './api-errors.ts'
import type { KubernetesApi } from './kubernetes-api.ts'
import type { ObjectList, Status, WatchedObject } from './kubernetes-objects.ts'
import { lines } from './lines.ts'

export interface WatchOptions<T> {
  readonly api: KubernetesApi
  /** As roles name it, and the last part of its path. */
  readonly resource: string
  readonly path: string
  readonly labelSelector: string
  /** Each state of an object that is seen; not necessarily each that it had. */
  readonly onObject: (object: T) => void
  /** With its last known state. */
  readonly onGone: (object: T) => void
  readonly log: Logger
}

interface WatchEvent<T> {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR'
  readonly object: T & Status
}

/** The server ends a watch by itself then. */
const WATCH_SECONDS = 300
/** The server sends a bookmark about every minute: a connection that is silent for longer leads nowhere. */
const SILENCE_MS = 100_000
const LIST_PAGE = 500
const FIRST_DELAY_MS = 100
const LONGEST_DELAY_MS = 3000
/** A line holds one object; etcd takes none above 1.5 MiB. */
const LINE_MAX_BYTES = 4 * 2 ** 20

/**
 * What there is of a kind of objects, kept up to date by one list and one watch for all who ask. A watch that broke
 * off goes on where it was; only what the server no longer remembers is listed anew.
 */
export class ObjectWatch<T extends WatchedObject> {
  readonly #options: WatchOptions<T>
  readonly #objects = new Map<string, T>()
  readonly #stop = new AbortController()
  readonly #listed = Promise.withResolvers<void>()
  #running: Promise<void> | undefined
  #version: string | undefined
  /** Since when nothing was heard; undefined while all is well. */
  #awaySince: number | undefined
  #lastError: unknown

  constructor(options: WatchOptions<T>) {
    this.#options = options
  }

  /** Resolves once everything that there was has been seen. */
  start(): Promise<void> {
    this.#running ??= this.#run()
    return this.#listed.promise
  }

  get(name: string): T | undefined {
    return this.#objects.get(name)
  }

  values(): Iterable<T> {
    return this.#objects.values()
  }

  /** For how long the server has not been heard, and why; undefined while it is. */
  away(): { readonly ms: number; readonly error: unknown } | undefined {
    return this.#awaySince === undefined
      ? undefined
      : { ms: performance.now() - this.#awaySince, error: this.#lastError }
  }

  async close(): Promise<void> {
    this.#stop.abort(new Error('the watch is closed'))
    await this.#running
  }

  async #run(): Promise<void> {
    const { signal } = this.#stop
    for (let delayMs = FIRST_DELAY_MS; !signal.aborted; ) {
      try {
        if (this.#version === undefined) await this.#list()
        await this.#watch(() => {
          delayMs = FIRST_DELAY_MS
        })
      } catch (error) {
        if (signal.aborted) return
        if (isRefused(error, 410)) {
          this.#version = undefined
          continue
        }
        this.#away(error)
        await setTimeout(delayMs * (0.5 + Math.random()), undefined, { signal }).catch(() => undefined)
        delayMs = Math.min(2 * delayMs, LONGEST_DELAY_MS)
      }
    }
  }

  #away(error: unknown): void {
    this.#lastError = error
    if (this.#awaySince !== undefined) return
    this.#awaySince = performance.now()
    this.#options.log.warn({ err: error }, `the watch of ${this.#options.resource} broke off; it is resumed`)
  }

  async #list(): Promise<void> {
    const { api, resource, path, labelSelector, onGone } = this.#options
    const seen = new Set<string>()
    let next: string | undefined
    let version: string | undefined
    do {
      const list: ObjectList<T> = await api.json({
        verb: 'list',
        resource,
        path,
        query: { labelSelector, limit: LIST_PAGE, continue: next },
        signal: this.#stop.signal,
      })
      for (const object of list.items ?? []) {
        seen.add(object.metadata.name)
        this.#put(object)
      }
      // Of the first page: what changed while the others were read comes with the watch.
      version ??= list.metadata.resourceVersion
      next = list.metadata.continue === '' ? undefined : list.metadata.continue
    } while (next !== undefined)
    for (const [name, object] of this.#objects) {
      if (seen.has(name)) continue
      this.#objects.delete(name)
      onGone(object)
    }
    this.#version = version
    this.#awaySince = undefined
    this.#listed.resolve()
  }

  async #watch(onHeard: () => void): Promise<void> {
    const { api, resource, path, labelSelector } = this.#options
    const response = await api.stream({
      verb: 'watch',
      resource,
      path,
      query: {
        labelSelector,
        watch: true,
        allowWatchBookmarks: true,
        resourceVersion: this.#version,
        timeoutSeconds: WATCH_SECONDS,
      },
      signal: this.#stop.signal,
      silenceMs: SILENCE_MS,
    })
    this.#awaySince = undefined
    onHeard()
    for await (const line of lines(response, LINE_MAX_BYTES)) this.#hear(JSON.parse(line) as WatchEvent<T>)
  }

  #hear({ type, object }: WatchEvent<T>): void {
    if (type === 'ERROR') throw new ApiRefused(object.code ?? 500, object.reason ?? '', object.message ?? '')
    this.#version = object.metadata.resourceVersion
    if (type === 'ADDED' || type === 'MODIFIED') this.#put(object)
    else if (type === 'DELETED') {
      this.#objects.delete(object.metadata.name)
      this.#options.onGone(object)
    }
  }

  #put(object: T): void {
    const known = this.#objects.get(object.metadata.name)
    if (known?.metadata.resourceVersion === object.metadata.resourceVersion) return
    this.#objects.set(object.metadata.name, object)
    // One of the same name came in its place between two looks.
    if (known !== undefined && known.metadata.uid !== object.metadata.uid) this.#options.onGone(known)
    this.#options.onObject(object)
  }
}
