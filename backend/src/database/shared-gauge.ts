import { Gauge, type Registry } from 'prom-client'
import type { Figures, SharedFigures } from './shared-figures.ts'

export interface SharedGaugeOptions<Counted extends Figures> {
  readonly name: string
  readonly help: string
  figureOf(figures: Counted): number
}

/** Registers a gauge of one of the installation's figures; NaN while they are not known. */
export function sharedGauge<Counted extends Figures>(
  registry: Registry,
  figures: SharedFigures<Counted>,
  { name, help, figureOf }: SharedGaugeOptions<Counted>,
): void {
  new Gauge({
    name,
    help,
    registers: [registry],
    async collect() {
      const counted = await figures.read()
      this.set(counted === undefined ? Number.NaN : figureOf(counted))
    },
  })
}
