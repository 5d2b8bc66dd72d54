export type { ComplianceLine, ComplianceReport } from './compliance.ts'
export { ComplianceService, type PeriodReport } from './compliance-service.ts'
export { complianceTable } from './compliance-table.ts'
