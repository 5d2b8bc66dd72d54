import type { ChannelModel } from 'amqplib'
import { type AmqpConnection, type AmqpConnectionOptions, openAmqpConnection } from '../../amqp/index.ts'

/** A connection whose users wait for it, and begin anew with the next one. */
export interface BrokerConnection extends AmqpConnection {
  /** The one that stands, once there is one; undefined when aborted before. */
  model(signal: AbortSignal): Promise<ChannelModel | undefined>
}

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
      const aborted = Promise.withResolvers<void>()
      signal.addEventListener('abort', () => aborted.resolve(), { once: true })
      while (model === undefined && !signal.aborted) await Promise.race([arrival.promise, aborted.promise])
      return signal.aborted ? undefined : model
    },
  }
}
