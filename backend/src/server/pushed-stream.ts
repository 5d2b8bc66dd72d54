/** Where a stream's messages go. */
export interface MessageSink<Message> {
  /** Takes the message; false when the receiver is behind, who is then to be left alone until drained(). */
  write(message: Message): boolean
  /** Resolves when the receiver has caught up; rejects when it is gone. */
  drained(): Promise<void>
}

/**
 * A stream whose source writes to its receivers by itself. What goes to thousands of receivers at once costs
 * each of them a call, where an async iterator takes several promises a message. It can be iterated all the
 * same.
 */
export interface PushedStream<Message> extends AsyncIterable<Message, void, undefined> {
  /** Resolves at the end of the stream, soon after the signal has aborted, or rejects with why it broke off. */
  pushTo(sink: MessageSink<Message>, signal: AbortSignal): Promise<void>
}

export function pushedStream<Message>(pushTo: PushedStream<Message>['pushTo']): PushedStream<Message> {
  return { pushTo, [Symbol.asyncIterator]: () => iterate(pushTo) }
}

export function isPushed<Message>(stream: AsyncIterable<Message>): stream is PushedStream<Message> {
  return 'pushTo' in stream
}

/** Waiting messages at which a source is told that its reader is behind. */
const BEHIND_MESSAGES = 16

async function* iterate<Message>(
  pushTo: PushedStream<Message>['pushTo'],
): AsyncGenerator<Message, void, undefined> {
  const waiting: Message[] = []
  const left = new AbortController()
  let ended = false
  let arrival = Promise.withResolvers<void>()
  let room = Promise.withResolvers<void>()
  const sink: MessageSink<Message> = {
    write(message) {
      waiting.push(message)
      arrival.resolve()
      return waiting.length < BEHIND_MESSAGES
    },
    drained: () => (waiting.length === 0 || left.signal.aborted ? Promise.resolve() : room.promise),
  }
  const pushing = pushTo(sink, left.signal).finally(() => {
    ended = true
    arrival.resolve()
  })
  // Told below, once what came before has been read.
  pushing.catch(() => undefined)
  try {
    for (;;) {
      const message = waiting.shift()
      if (message !== undefined) {
        yield message
        continue
      }
      room.resolve()
      room = Promise.withResolvers()
      if (ended) break
      await arrival.promise
      arrival = Promise.withResolvers()
    }
    await pushing
  } finally {
    left.abort()
    room.resolve()
    await pushing.catch(() => undefined)
  }
}
