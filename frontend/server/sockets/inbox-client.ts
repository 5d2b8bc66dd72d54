import {
  Notification,
  NotificationsServiceClient,
} from '@fairlead/proto/server/fairlead/notifications/v1/notifications'
import { credentials, Metadata, type ServiceError, status } from '@grpc/grpc-js'
import { notificationFrame } from './frames.ts'
import type { InboxState, Replayed } from './session.ts'

/** The token is not accepted (or gives no right to an inbox), or the backend cannot say so now. */
export type Failure = { readonly kind: 'REFUSED' } | { readonly kind: 'AWAY'; readonly problem: string }

export interface CheckedToken {
  readonly kind: 'CHECKED'
  /** "users/{uuid}" */
  readonly user: string
  readonly inbox: InboxState
  /** When the token stops being accepted, in milliseconds since 1970; Infinity when that is not known. */
  readonly expireAtMs: number
}

export interface ReplayedPage {
  readonly kind: 'REPLAYED'
  readonly notifications: readonly Replayed<Buffer>[]
  readonly inbox: InboxState
}

/** The backend, as the owner of a token sees it. */
export interface InboxClient {
  check(token: string): Promise<CheckedToken | Failure>
  replay(token: string, after: number): Promise<ReplayedPage | Failure>
  close(): void
}

const DEADLINE_MS = 5_000
const PAGE_SIZE = 200
const KEEPALIVE_MS = 20_000
const KEEPALIVE_TIMEOUT_MS = 5_000
const MAX_RECONNECT_BACKOFF_MS = 3_000
/** Backends are looked up anew when a connection ends, and they come and go within seconds of each other. */
const RESOLUTION_INTERVAL_MS = 5_000
/**
 * And at this interval, so that new backends get their share. The backend does not end connections for it: that would
 * cut the streams of Envoy's.
 */
const RENEWAL_MS = 5 * 60_000
/** A page of the largest notifications there may be. */
const MAX_RESPONSE_BYTES = 8 * 1024 * 1024
const REFUSALS: ReadonlySet<status> = new Set([status.UNAUTHENTICATED, status.PERMISSION_DENIED])

/** `address`: host:port of the backend's gRPC; calls are spread over all that the name stands for. */
export function createInboxClient(address: string, renewalMs: number = RENEWAL_MS): InboxClient {
  let latest = { client: connect(address), madeAtMs: performance.now() }
  const client = () => {
    if (performance.now() - latest.madeAtMs >= renewalMs) {
      const { client: former } = latest
      latest = { client: connect(address), madeAtMs: performance.now() }
      // Its calls have ended by then.
      setTimeout(() => former.close(), DEADLINE_MS).unref()
    }
    return latest.client
  }
  const options = () => ({ deadline: Date.now() + DEADLINE_MS })

  return {
    check: (token) =>
      new Promise((resolve) => {
        client().getInbox({}, authorized(token), options(), (error, inbox) => {
          if (error !== null) return resolve(failureOf(error))
          resolve({
            kind: 'CHECKED',
            user: inbox.user,
            inbox: { lastSequence: Number(inbox.lastSequence), unreadCount: inbox.unreadCount },
            expireAtMs: inbox.credentialExpireTime?.getTime() ?? Number.POSITIVE_INFINITY,
          })
        })
      }),
    replay: (token, after) =>
      new Promise((resolve) => {
        const request = { afterSequence: BigInt(after), pageSize: PAGE_SIZE }
        client().replayNotifications(request, authorized(token), options(), (error, page) => {
          if (error !== null) return resolve(failureOf(error))
          if (page.inbox === undefined)
            return resolve({ kind: 'AWAY', problem: 'an answer without an inbox' })
          resolve({
            kind: 'REPLAYED',
            notifications: page.notifications.map(replayed),
            inbox: {
              lastSequence: Number(page.inbox.lastSequence),
              unreadCount: page.inbox.unreadCount,
            },
          })
        })
      }),
    close: () => latest.client.close(),
  }
}

function connect(address: string): NotificationsServiceClient {
  return new NotificationsServiceClient(`dns:///${address}`, credentials.createInsecure(), {
    'grpc.service_config': JSON.stringify({ loadBalancingConfig: [{ round_robin: {} }] }),
    'grpc.keepalive_time_ms': KEEPALIVE_MS,
    'grpc.keepalive_timeout_ms': KEEPALIVE_TIMEOUT_MS,
    'grpc.keepalive_permit_without_calls': 1,
    'grpc.max_reconnect_backoff_ms': MAX_RECONNECT_BACKOFF_MS,
    'grpc.dns_min_time_between_resolutions_ms': RESOLUTION_INTERVAL_MS,
    // What is above is what is wanted, whatever a TXT record says.
    'grpc.service_config_disable_resolution': 1,
    'grpc.max_receive_message_length': MAX_RESPONSE_BYTES,
  })
}

function authorized(token: string): Metadata {
  const metadata = new Metadata()
  metadata.set('authorization', `Bearer ${token}`)
  return metadata
}

function failureOf({ code, details }: ServiceError): Failure {
  if (REFUSALS.has(code)) return { kind: 'REFUSED' }
  return { kind: 'AWAY', problem: `${status[code]}: ${details}` }
}

function replayed(notification: Notification): Replayed<Buffer> {
  const sequence = Number(notification.sequence)
  const json = { ...(Notification.toJSON(notification) as object), sequence }
  return { sequence, frame: notificationFrame(JSON.stringify(json)) }
}
