/** Tells a user's open sockets, wherever they are. What gets lost is found by its sequence. */
export type PushMessage =
  | {
      readonly kind: 'notification'
      readonly userId: string
      /** Per user, from 1, without gaps. */
      readonly sequence: number
      /** JSON of fairlead.notifications.v1.Notification; undefined when it is too large to be sent along. */
      readonly notification: string | undefined
    }
  | {
      /** What is read or unread changed. */
      readonly kind: 'inbox'
      readonly userId: string
      readonly lastSequence: number
      readonly unreadCount: number
    }

export interface InboxHead {
  readonly userId: string
  readonly lastSequence: number
}

export interface PushSender {
  /** Without a promise to arrive; messages of one user arrive in order. Resolves when they are handed over. */
  send(messages: readonly PushMessage[]): Promise<void>
  /** To every receiver, whoever is bound there. */
  sendHeads(heads: readonly InboxHead[]): Promise<void>
  close(): Promise<void>
}

export interface PushReceiverHandlers {
  /** Of bound users only. */
  onMessage(message: PushMessage): void
  /** Of bound users only. */
  onHead(head: InboxHead): void
  /** Connected anew: anything may have been missed. */
  onResync(): void
}

export interface PushReceiver {
  /** Messages to the user come in once this resolves, or, when the connection is down, once it is back. */
  bind(userId: string): Promise<void>
  unbind(userId: string): void
  connected(): boolean
  close(): Promise<void>
}
