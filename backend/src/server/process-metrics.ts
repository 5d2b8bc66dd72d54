import { collectDefaultMetrics, Registry } from 'prom-client'

/** A registry of one process, with what Node tells of it; nothing is registered globally. */
export function createRegistry(): Registry {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  return registry
}
