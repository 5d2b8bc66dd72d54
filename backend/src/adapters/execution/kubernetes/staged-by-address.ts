import { lookup } from 'node:dns/promises'
import type { ContainerOrder } from '../../../ports/containers.ts'

/**
 * The order with the address of its staging server in place of its name: pods then need no DNS, which would be a way
 * out for data. A certificate is for a name, so that one stays as it is; so does a name that is not known here.
 */
export async function stagedByAddress(order: ContainerOrder): Promise<ContainerOrder> {
  const url = new URL(order.staging.url)
  if (url.protocol !== 'http:') return order
  const found = await lookup(url.hostname.replace(/^\[|\]$/gu, '')).catch(() => undefined)
  if (found === undefined) return order
  url.hostname = found.family === 6 ? `[${found.address}]` : found.address
  return { ...order, staging: { ...order.staging, url: url.origin } }
}
