import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import type { Adapter, AdapterPayload } from 'oidc-provider'

interface Entry {
  payload: AdapterPayload
  /** Milliseconds since 1970, or null for as long as the file. */
  expiresAt: number | null
}

const saveAfterMs = 100
const sweepAbove = 2000

/**
 * Sessions, grants and refresh tokens in memory with a copy in one file, so that people stay signed in over
 * a restart. Meant for a handful of developers.
 */
export class Store {
  readonly #path: string
  readonly #entries: Map<string, Entry>
  #saving: NodeJS.Timeout | undefined

  constructor(path: string) {
    this.#path = path
    this.#entries = new Map(existsSync(path) ? readEntries(path) : [])
  }

  get(key: string): AdapterPayload | undefined {
    const entry = this.#entries.get(key)
    if (entry === undefined) return undefined
    if (entry.expiresAt === null || entry.expiresAt > Date.now()) return entry.payload
    this.delete(key)
    return undefined
  }

  set(key: string, payload: AdapterPayload, expiresIn: number | undefined): void {
    this.#entries.set(key, {
      payload,
      expiresAt: expiresIn === undefined ? null : Date.now() + expiresIn * 1000,
    })
    this.#changed()
  }

  delete(key: string): void {
    if (this.#entries.delete(key)) this.#changed()
  }

  find(prefix: string, accept: (payload: AdapterPayload) => boolean): [string, AdapterPayload] | undefined {
    for (const [key, { payload }] of this.#entries) {
      if (key.startsWith(prefix) && accept(payload) && this.get(key) !== undefined) return [key, payload]
    }
    return undefined
  }

  deleteWhere(accept: (payload: AdapterPayload) => boolean): void {
    for (const [key, { payload }] of this.#entries) if (accept(payload)) this.delete(key)
  }

  /** Writes what is not yet written. */
  save(): void {
    clearTimeout(this.#saving)
    this.#saving = undefined
    const draft = `${this.#path}.draft`
    writeFileSync(draft, JSON.stringify([...this.#entries]), { mode: 0o600 })
    renameSync(draft, this.#path)
  }

  #changed(): void {
    if (this.#entries.size > sweepAbove) for (const key of [...this.#entries.keys()]) this.get(key)
    this.#saving ??= setTimeout(() => this.save(), saveAfterMs)
  }
}

/** A damaged file costs no more than signing in again. */
function readEntries(path: string): [string, Entry][] {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as [string, Entry][]
  } catch {
    return []
  }
}

/** oidc-provider's storage interface over the store, for one kind of thing (Session, Grant, ...). */
export function adapterOver(store: Store): (model: string) => Adapter {
  return (model) => {
    const keyOf = (id: string) => `${model}:${id}`
    const by = (accept: (payload: AdapterPayload) => boolean) => store.find(`${model}:`, accept)?.[1]
    return {
      upsert: async (id, payload, expiresIn) => store.set(keyOf(id), payload, expiresIn),
      find: async (id) => store.get(keyOf(id)),
      findByUid: async (uid) => by((payload) => payload.uid === uid),
      findByUserCode: async (userCode) => by((payload) => payload.userCode === userCode),
      destroy: async (id) => store.delete(keyOf(id)),
      revokeByGrantId: async (grantId) => store.deleteWhere((payload) => payload.grantId === grantId),
      consume: async (id) => {
        const payload = store.get(keyOf(id))
        if (payload === undefined) return
        // Kept, since a second use of a consumed token is the sign of a stolen one.
        const expiresIn = payload.exp === undefined ? undefined : payload.exp - Math.floor(Date.now() / 1000)
        store.set(keyOf(id), { ...payload, consumed: Math.floor(Date.now() / 1000) }, expiresIn)
      },
    }
  }
}
