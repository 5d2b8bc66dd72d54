/**
 * Whose credits, and what for.
 *
 * AVAILABLE: what an organisation may spend. HELD: set aside for jobs and transfers that are under way; its balance is
 * the sum of the open holds. ISSUANCE: where credits come from, never above zero. SINK: where used and reduced credits
 * go. All but ISSUANCE never fall below zero.
 */
export type AccountKind = 'AVAILABLE' | 'HELD' | 'ISSUANCE' | 'SINK'

export type OrganizationAccount = Readonly<{
  kind: 'AVAILABLE' | 'HELD'
  organizationId: string
  classId: string
}>

export type OperatorAccount = Readonly<{ kind: 'ISSUANCE' | 'SINK'; classId: string }>

export type AccountKey = OrganizationAccount | OperatorAccount
