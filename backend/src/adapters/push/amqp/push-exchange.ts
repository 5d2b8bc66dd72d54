import type { Channel } from 'amqplib'

/** @param namespace in front of the name, so that several installations can share a broker */
export function pushExchange(namespace: string): string {
  return `${namespace}.push`
}

/** Every receiver binds it. No user's id is like it. */
export const HEADS_KEY = 'heads'

/** Messages are routed by the user's id alone. */
export async function assertPushExchange(channel: Channel, exchange: string): Promise<void> {
  await channel.assertExchange(exchange, 'direct', { durable: true })
}
