import type { ChannelModel } from 'amqplib'
import { pause } from '../../../outbox/locked-session.ts'
import { type AmqpConnection, type AmqpConnectionOptions, openAmqpConnection } from '../../amqp/index.ts'

/** A connection whose users wait for it, and begin anew with the next one. */
export interface BrokerConnection extends AmqpConnection {
  /**
   * The one that stands, once there is one; undefined when aborted before, or when there was none for 10 s: then
   * another process may reach the broker, and should not be kept from it.
   */
  model(signal: AbortSignal): Promise<ChannelModel | undefined>
}

const AWAY_MS = 10_000

export function brokerConnection(options: Omit<AmqpConnectionOptions, 'begin' | 'onLost'>): BrokerConnection {
  let model: ChannelModel | undefined
  let arrival = Promise.withResolvers<void>()
  const connection = openAmqpConnection({
    ...options,
    begin: async (connected) => {
      model = connected
      arrival.resolve()
    },
    onLost: () => {
      if (model !== undefined) arrival = Promise.withResolvers<void>()
      model = undefined
    },
  })
  return {
    status: () => connection.status(),
    close: () => connection.close(),
    async model(signal) {
      const over = new AbortController()
      const isLate = pause(AWAY_MS, AbortSignal.any([signal, over.signal])).then(() => true)
      for (let late = false; model === undefined && !late && !signal.aborted; ) {
        late = await Promise.race([arrival.promise.then(() => false), isLate])
      }
      over.abort()
      return signal.aborted ? undefined : model
    },
  }
}
