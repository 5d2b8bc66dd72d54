/** How an organisation keeps locations. */
export interface LocationPolicy {
  /** 0: for ever. */
  readonly retentionDays: number
  /** Fewer persons than that are not shown in an aggregate. */
  readonly minimumGroupSize: number
  /** 0: never. */
  readonly thinAfterDays: number
  readonly thinIntervalS: number
  readonly stayRadiusM: number
  readonly stayMinimumS: number
  readonly stayIntervalS: number
  readonly updateTime: Date
}

export const policyPaths = [
  'retention_days',
  'minimum_group_size',
  'thin_after_days',
  'thin_interval_s',
  'stay_radius_m',
  'stay_minimum_s',
  'stay_interval_s',
] as const
export type PolicyPath = (typeof policyPaths)[number]
export type PolicyUpdate = Readonly<Partial<Record<PolicyPath, number>>>
