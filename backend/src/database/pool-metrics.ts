import type { Pool } from 'pg'
import { Gauge, type Registry } from 'prom-client'
import type { DataSource } from 'typeorm'
import type { PostgresDriver } from 'typeorm/driver/postgres/PostgresDriver.js'

/** Registers figures of a process's connections to PostgreSQL. */
export function poolMetrics(registry: Registry, dataSource: DataSource): void {
  const registers = [registry]
  const pool = () => (dataSource.driver as PostgresDriver).master as Pool
  new Gauge({
    name: 'fairlead_database_connections',
    help: "Connections of this process's pool to PostgreSQL, by what they do.",
    labelNames: ['state'],
    registers,
    collect() {
      const { totalCount, idleCount } = pool()
      this.set({ state: 'idle' }, idleCount)
      this.set({ state: 'busy' }, totalCount - idleCount)
    },
  })
  new Gauge({
    name: 'fairlead_database_connections_limit',
    help: "Connections that this process's pool may have.",
    registers,
    collect() {
      this.set(pool().options.max)
    },
  })
  new Gauge({
    name: 'fairlead_database_queries_waiting',
    help: 'Queries of this process that wait for a connection.',
    registers,
    collect() {
      this.set(pool().waitingCount)
    },
  })
}
