import type {
  InboxHead,
  PushMessage,
  PushReceiver,
  PushReceiverHandlers,
} from '@fairlead/backend/push-receiver'

/** Pushes within this process, which a test can lose, repeat or hold back. */
export class TestBus {
  readonly #receivers = new Set<{ readonly bound: Set<string>; readonly handlers: PushReceiverHandlers }>()
  /** Binding waits for it. */
  gate: Promise<void> = Promise.resolve()

  /** Of all receivers. */
  get bound(): string[] {
    return [...this.#receivers].flatMap(({ bound }) => [...bound])
  }

  async open(handlers: PushReceiverHandlers): Promise<PushReceiver> {
    const bound = new Set<string>()
    const receiver = { bound, handlers }
    this.#receivers.add(receiver)
    return {
      bind: async (userId) => {
        await this.gate
        bound.add(userId)
      },
      unbind: (userId) => {
        bound.delete(userId)
      },
      connected: () => true,
      close: async () => {
        this.#receivers.delete(receiver)
      },
    }
  }

  push(...messages: readonly PushMessage[]): void {
    for (const message of messages) {
      for (const { bound, handlers } of this.#receivers) {
        if (bound.has(message.userId)) handlers.onMessage(message)
      }
    }
  }

  head(head: InboxHead): void {
    for (const { bound, handlers } of this.#receivers) if (bound.has(head.userId)) handlers.onHead(head)
  }

  resync(): void {
    for (const { handlers } of this.#receivers) handlers.onResync()
  }
}
