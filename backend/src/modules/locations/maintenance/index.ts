export { type FixMaintenanceOptions, fixMaintenance } from './fix-maintenance.ts'
