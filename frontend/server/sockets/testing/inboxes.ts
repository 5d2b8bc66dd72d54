import { type AddressInfo, createServer as createTcpServer } from 'node:net'
import {
  type Inbox,
  Notification,
  NotificationsServiceService,
  type ReplayNotificationsRequest,
  ReplayNotificationsResponse,
} from '@fairlead/proto/server/fairlead/notifications/v1/notifications'
import {
  type handleUnaryCall,
  type Metadata,
  Server,
  ServerCredentials,
  type ServiceError,
  StatusBuilder,
  status,
} from '@grpc/grpc-js'

interface Owner {
  readonly notifications: Notification[]
  unreadCount: number
}

interface Credential {
  readonly userId: string
  readonly expireTime: Date | undefined
}

/** The backend as the sockets see it: inboxes and tokens, over real gRPC, that can go away and come back. */
export class Inboxes {
  readonly #owners = new Map<string, Owner>()
  readonly #credentials = new Map<string, Credential>()
  #server: Server | undefined
  #port = 0
  #calls = 0
  /** Calls under way at a time, at most. */
  mostCalls = 0
  replays = 0
  /** Answers wait for it. */
  gate: Promise<void> = Promise.resolve()
  /** Every call fails with it. */
  failure: status | undefined

  get address(): string {
    return `127.0.0.1:${this.#port}`
  }

  async start(): Promise<void> {
    this.#port ||= await freePort()
    const server = new Server()
    const getInbox = this.#handler((_request: unknown, credential) => this.#inboxOf(credential))
    const replayNotifications = this.#handler((request: ReplayNotificationsRequest, credential) => {
      this.replays += 1
      const after = Number(request.afterSequence)
      const { notifications } = this.#owner(credential.userId)
      return ReplayNotificationsResponse.fromPartial({
        notifications: notifications.slice(after, after + (request.pageSize || 100)),
        inbox: this.#inboxOf(credential),
      })
    })
    server.addService(NotificationsServiceService, { getInbox, replayNotifications })
    await new Promise<void>((resolve, reject) => {
      server.bindAsync(this.address, ServerCredentials.createInsecure(), (error) =>
        error === null ? resolve() : reject(error),
      )
    })
    this.#server = server
  }

  stop(): void {
    this.#server?.forceShutdown()
    this.#server = undefined
  }

  accept(token: string, userId: string, expireTime?: Date): void {
    this.#credentials.set(token, { userId, expireTime })
  }

  revoke(token: string): void {
    this.#credentials.delete(token)
  }

  /** Writes notifications, and gives what the worker pushes of them. */
  write(userId: string, count = 1, body = '') {
    const owner = this.#owner(userId)
    return Array.from({ length: count }, () => {
      const sequence = owner.notifications.length + 1
      const notification = Notification.fromPartial({
        name: `users/me/notifications/${sequence}`,
        sequence: BigInt(sequence),
        eventType: 'jobs.completed',
        title: `Job ${sequence} completed`,
        body,
        createTime: new Date(0),
      })
      owner.notifications.push(notification)
      owner.unreadCount += 1
      const json = JSON.stringify({ ...(Notification.toJSON(notification) as object), sequence })
      return { kind: 'notification' as const, userId, sequence, notification: json }
    })
  }

  readAll(userId: string) {
    const owner = this.#owner(userId)
    owner.unreadCount = 0
    return { kind: 'inbox' as const, userId, lastSequence: owner.notifications.length, unreadCount: 0 }
  }

  #owner(userId: string): Owner {
    const owner = this.#owners.get(userId) ?? { notifications: [], unreadCount: 0 }
    this.#owners.set(userId, owner)
    return owner
  }

  #inboxOf({ userId, expireTime }: Credential): Inbox {
    const { notifications, unreadCount } = this.#owner(userId)
    return {
      lastSequence: BigInt(notifications.length),
      unreadCount,
      user: `users/${userId}`,
      credentialExpireTime: expireTime,
    }
  }

  #handler<Request, Response>(
    answer: (request: Request, credential: Credential) => Response,
  ): handleUnaryCall<Request, Response> {
    return async (call, callback) => {
      this.#calls += 1
      this.mostCalls = Math.max(this.mostCalls, this.#calls)
      const credential = this.#credentialOf(call.metadata)
      const response = credential === undefined ? undefined : answer(call.request, credential)
      await this.gate
      this.#calls -= 1
      if (this.failure !== undefined) callback(failed(this.failure))
      else if (response === undefined) callback(failed(status.UNAUTHENTICATED))
      else callback(null, response)
    }
  }

  #credentialOf(metadata: Metadata): Credential | undefined {
    const [authorization] = metadata.get('authorization')
    const credential = this.#credentials.get(String(authorization).replace(/^Bearer /, ''))
    const expired = (credential?.expireTime?.getTime() ?? Number.POSITIVE_INFINITY) <= Date.now()
    return expired ? undefined : credential
  }
}

function failed(code: status): Partial<ServiceError> {
  return new StatusBuilder().withCode(code).withDetails('as the test says').build()
}

/** The same again after a stop. */
async function freePort(): Promise<number> {
  const server = createTcpServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}
