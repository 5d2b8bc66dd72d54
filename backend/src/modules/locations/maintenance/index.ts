export { type FixMaintenanceOptions, fixMaintenance } from './fix-maintenance.ts'
export { storedMetrics } from './stored-metrics.ts'
