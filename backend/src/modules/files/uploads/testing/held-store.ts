import type { Objects, ObjectUploads } from '../../../../ports/objects.ts'

type Method = keyof Objects | Exclude<keyof ObjectUploads, 'list' | 'listUploads'>

export interface Hold {
  /** Resolves when a call stands still. */
  readonly reached: Promise<void>
  release(): void
}

interface Store {
  readonly objects: Objects
  readonly uploads: ObjectUploads
}

interface Held {
  readonly at: 'before' | 'after'
  readonly reached: PromiseWithResolvers<void>
  readonly released: PromiseWithResolvers<void>
}

/** A store whose calls a test may hold, so that something else happens in the middle of them. */
export class HeldStore implements Store {
  readonly objects: Objects
  readonly uploads: ObjectUploads
  readonly #holds = new Map<PropertyKey, Held>()
  #under: Store | undefined

  constructor() {
    this.objects = this.#over('objects')
    this.uploads = this.#over('uploads')
  }

  /** What it holds the calls of. */
  stand(under: Store): void {
    this.#under = under
  }

  /** The next call of the method stands still: before it reaches the store, or with the store's answer. */
  hold(method: Method, at: Held['at']): Hold {
    const held = { at, reached: Promise.withResolvers<void>(), released: Promise.withResolvers<void>() }
    this.#holds.set(method, held)
    return { reached: held.reached.promise, release: () => held.released.resolve() }
  }

  #over<Port extends keyof Store>(port: Port): Store[Port] {
    return new Proxy({} as Store[Port], {
      get: (_, name) => {
        const under = this.#under?.[port]
        if (under === undefined) throw new Error('the store stands on nothing')
        const method: unknown = Reflect.get(under, name)
        if (typeof method !== 'function') throw new Error(`the store has no method ${String(name)}`)
        return (...parameters: unknown[]) => {
          const held = this.#holds.get(name)
          if (held === undefined) return Reflect.apply(method, under, parameters)
          this.#holds.delete(name)
          return hold(held, () => Reflect.apply(method, under, parameters))
        }
      },
    })
  }
}

async function hold(held: Held, call: () => unknown): Promise<unknown> {
  const stand = () => {
    held.reached.resolve()
    return held.released.promise
  }
  if (held.at === 'before') await stand()
  const answer = await call()
  if (held.at === 'after') await stand()
  return answer
}
