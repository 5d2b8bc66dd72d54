import type { PushReceiver } from '@fairlead/backend/push-receiver'
import type { ClientSocket } from './client-socket.ts'

export interface ConnectedUser {
  /** UUID. */
  readonly id: string
  /** Oldest first. */
  readonly sockets: ClientSocket[]
  /** Sockets that are about to come. */
  joining: number
  /** Resolves when the user's pushes come in here. */
  bound: Promise<void>
  /** By performance.now(); Infinity until then. */
  boundAtMs: number
  /** The highest sequence that any push told of. */
  lastHeard: number
}

/** Users with sockets here. Pushes of others are not received. */
export class ConnectedUsers {
  readonly #receiver: () => Pick<PushReceiver, 'bind' | 'unbind'>
  readonly #users = new Map<string, ConnectedUser>()

  constructor(receiver: () => Pick<PushReceiver, 'bind' | 'unbind'>) {
    this.#receiver = receiver
  }

  get(id: string): ConnectedUser | undefined {
    return this.#users.get(id)
  }

  get size(): number {
    return this.#users.size
  }

  /** Binds the user if need be. `add` or `abandon` must follow. */
  join(id: string): ConnectedUser {
    const known = this.#users.get(id)
    if (known !== undefined) {
      known.joining += 1
      return known
    }
    const user: ConnectedUser = {
      id,
      sockets: [],
      joining: 1,
      bound: Promise.resolve(),
      boundAtMs: Number.POSITIVE_INFINITY,
      lastHeard: 0,
    }
    this.#users.set(id, user)
    user.bound = this.#bind(user)
    return user
  }

  add(user: ConnectedUser, socket: ClientSocket): void {
    user.joining -= 1
    user.sockets.push(socket)
  }

  abandon(user: ConnectedUser): void {
    user.joining -= 1
    this.#removeIfEmpty(user)
  }

  remove(user: ConnectedUser, socket: ClientSocket): void {
    const place = user.sockets.indexOf(socket)
    if (place >= 0) user.sockets.splice(place, 1)
    this.#removeIfEmpty(user)
  }

  async #bind(user: ConnectedUser): Promise<void> {
    await this.#receiver().bind(user.id)
    user.boundAtMs = performance.now()
  }

  #removeIfEmpty(user: ConnectedUser): void {
    if (user.joining > 0 || user.sockets.length > 0) return
    this.#users.delete(user.id)
    this.#receiver().unbind(user.id)
  }
}
