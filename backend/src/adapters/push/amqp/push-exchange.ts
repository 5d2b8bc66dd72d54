import type { Channel } from 'amqplib'

/** Which exchange pushes go through; tests have one of their own. */
export const PUSH_EXCHANGE = 'fairlead.push'
/** Every receiver binds it. No user's id is like it. */
export const HEADS_KEY = 'heads'

/** Messages are routed by the user's id alone. */
export async function assertPushExchange(channel: Channel, exchange: string): Promise<void> {
  await channel.assertExchange(exchange, 'direct', { durable: true })
}
