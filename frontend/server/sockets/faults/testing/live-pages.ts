import { fileURLToPath } from 'node:url'
import { NotificationsServiceClient } from '@fairlead/proto/server/fairlead/notifications/v1/notifications'
import { credentials, Metadata } from '@grpc/grpc-js'
import { WebSocket } from 'ws'
import { publicUrl } from './system.ts'

interface Inbox {
  readonly lastSequence: number
  readonly unreadCount: number
}

/** Of the module that runs in the page, what is used here: it is compiled for browsers, with other settings. */
interface LiveModule {
  startLiveClient(options: {
    readonly url: string
    readonly source: {
      inbox(): Promise<Inbox>
      replay(after: number): Promise<{ notifications: readonly { sequence: bigint }[]; inbox: Inbox }>
      token(): string
      renewToken(): Promise<boolean>
      onSession(): () => void
    }
    readonly listener: {
      onState(state: string): void
      onNotification(notification: { sequence: bigint }): void
      onInbox(): void
      onReset(lastSequence: number): void
      onSignedOut(): void
    }
    readonly browser: { isOnline(): boolean; isHidden(): boolean; listen(): () => void }
    readonly WebSocket: new (url: string) => WebSocket
  }): { state(): string; close(): void }
}

const liveModule = fileURLToPath(new URL('../../../../src/app/live/live-client.ts', import.meta.url))

/** A browser says whose page it is. */
class PageSocket extends WebSocket {
  constructor(url: string) {
    super(url, { origin: publicUrl, perMessageDeflate: false })
    // In a browser a socket that fails tells the page no more than that it closed.
    this.on('error', () => undefined)
  }
}

/** What one page was told. */
export interface LivePage {
  readonly sequences: readonly number[]
  /** When it became live, again and again. */
  readonly liveAtMs: readonly number[]
  readonly surprises: readonly string[]
  state(): string
}

/** The client of the page, many times over. */
export async function openLivePages(
  started: AsyncDisposableStack,
  { socketUrl, grpcAddress, tokens }: { socketUrl: string; grpcAddress: string; tokens: readonly string[] },
): Promise<LivePage[]> {
  const { startLiveClient } = (await import(liveModule)) as LiveModule
  const calls = new NotificationsServiceClient(grpcAddress, credentials.createInsecure())
  started.defer(() => calls.close())
  return tokens.map((token) => {
    const sequences: number[] = []
    const liveAtMs: number[] = []
    const surprises: string[] = []
    const client = startLiveClient({
      url: socketUrl,
      source: callsOf(calls, token),
      listener: {
        onState: (state) => {
          if (state === 'live') liveAtMs.push(performance.now())
        },
        onNotification: ({ sequence }) => sequences.push(Number(sequence)),
        onInbox: () => undefined,
        onReset: (lastSequence) => surprises.push(`set back to ${lastSequence}`),
        onSignedOut: () => surprises.push('signed out'),
      },
      browser: { isOnline: () => true, isHidden: () => false, listen: () => () => undefined },
      WebSocket: PageSocket,
    })
    started.defer(() => client.close())
    return { sequences, liveAtMs, surprises, state: () => client.state() }
  })
}

function callsOf(client: NotificationsServiceClient, token: string) {
  const metadata = new Metadata()
  metadata.set('authorization', `Bearer ${token}`)
  const inboxOf = (inbox: { lastSequence: bigint; unreadCount: number } | undefined) => ({
    lastSequence: Number(inbox?.lastSequence ?? 0),
    unreadCount: inbox?.unreadCount ?? 0,
  })
  return {
    inbox: () =>
      new Promise<Inbox>((resolve, reject) => {
        client.getInbox({}, metadata, (error, inbox) => (error ? reject(error) : resolve(inboxOf(inbox))))
      }),
    replay: (after: number) =>
      new Promise<{ notifications: readonly { sequence: bigint }[]; inbox: Inbox }>((resolve, reject) => {
        const request = { afterSequence: BigInt(after), pageSize: 100 }
        client.replayNotifications(request, metadata, (error, page) =>
          error ? reject(error) : resolve({ ...page, inbox: inboxOf(page.inbox) }),
        )
      }),
    token: () => token,
    renewToken: () => Promise.reject(new Error('no token of this test expires')),
    onSession: () => () => undefined,
  }
}
