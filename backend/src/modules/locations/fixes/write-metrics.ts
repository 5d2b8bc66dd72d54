import { Counter, Gauge, Histogram, type Registry } from 'prom-client'

export interface WriteMetrics {
  /** "accepted", "duplicate" and "gone". */
  readonly fixes: Counter<'outcome'>
  /** Seconds that a transaction of fixes took. */
  readonly duration: Histogram
}

/** @param waiting fixes that wait for their turn now */
export function writeMetrics(registry: Registry, waiting: () => number): WriteMetrics {
  const registers = [registry]
  new Gauge({
    name: 'fairlead_location_waiting_fixes',
    help: 'Fixes that this process has taken and that wait to be written.',
    registers,
    collect() {
      this.set(waiting())
    },
  })
  const fixes = new Counter({
    name: 'fairlead_location_fixes_total',
    help: 'Fixes that this process wrote, by what became of them.',
    labelNames: ['outcome'],
    registers,
  })
  // There from the beginning: a rate over what appears with its first increment misses that.
  for (const outcome of ['accepted', 'duplicate', 'gone']) fixes.inc({ outcome }, 0)
  return {
    fixes,
    duration: new Histogram({
      name: 'fairlead_location_write_duration_seconds',
      help: 'Seconds that a transaction of fixes took.',
      buckets: [0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10],
      registers,
    }),
  }
}
