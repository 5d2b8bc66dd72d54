import { organizationNo } from '../organization-no.ts'
import { type Database, rows } from '../sql.ts'
import { type LocationPolicy, type PolicyUpdate, policyPaths } from './location-policy.ts'

interface PolicyRow {
  retention_days: number
  minimum_group_size: number
  thin_after_days: number
  thin_interval_s: number
  stay_radius_m: number
  stay_minimum_s: number
  stay_interval_s: number
  update_time: Date
}

/** Made with the defaults when the organisation has none. */
export async function policyOf(database: Database, organizationId: string): Promise<LocationPolicy> {
  await organizationNo(database, organizationId)
  const [row] = await rows<PolicyRow>(
    database,
    `select ${policyPaths.join(', ')}, update_time from location_policies where organization_id = $1`,
    [organizationId],
  )
  if (row === undefined) throw new Error(`the location policy of ${organizationId} is gone`)
  return {
    retentionDays: row.retention_days,
    minimumGroupSize: row.minimum_group_size,
    thinAfterDays: row.thin_after_days,
    thinIntervalS: row.thin_interval_s,
    stayRadiusM: row.stay_radius_m,
    stayMinimumS: row.stay_minimum_s,
    stayIntervalS: row.stay_interval_s,
    updateTime: row.update_time,
  }
}

export async function updatePolicy(
  database: Database,
  organizationId: string,
  update: PolicyUpdate,
): Promise<LocationPolicy> {
  await organizationNo(database, organizationId)
  const paths = policyPaths.filter((path) => update[path] !== undefined)
  await rows(
    database,
    `update location_policies
     set ${paths.map((path, index) => `${path} = $${index + 2}`).join(', ')}, update_time = now()
     where organization_id = $1`,
    [organizationId, ...paths.map((path) => update[path])],
  )
  return policyOf(database, organizationId)
}
