import type { NamedRow } from '../page-by-name.ts'
import { type Database, rows } from '../sql.ts'

export interface Device {
  readonly id: string
  readonly personId: string
  readonly personDisplayName: string
  readonly displayName: string
  /** Empty for none. */
  readonly externalId: string
  /** Empty while it has no token. */
  readonly tokenPrefix: string
  readonly tokenExpireTime: Date | undefined
  readonly lastFixTime: Date | undefined
  readonly createTime: Date
}

interface DeviceRow {
  id: string
  person_id: string
  person_display_name: string
  display_name: string
  external_id: string | null
  token_prefix: string | null
  token_expire_time: Date | null
  last_fix_time: Date | null
  create_time: Date
}

function deviceOf(row: DeviceRow): Device {
  return {
    id: row.id,
    personId: row.person_id,
    personDisplayName: row.person_display_name,
    displayName: row.display_name,
    externalId: row.external_id ?? '',
    tokenPrefix: row.token_prefix ?? '',
    tokenExpireTime: row.token_expire_time ?? undefined,
    lastFixTime: row.last_fix_time ?? undefined,
    createTime: row.create_time,
  }
}

const SELECT = `
  select devices.id, person_id, persons.display_name as person_display_name, devices.display_name,
    devices.external_id, token_prefix, token_expire_time, devices.create_time,
    (select recorded_at from fixes where fixes.device_no = devices.device_no
     order by recorded_at desc limit 1) as last_fix_time
  from devices join persons on persons.id = person_id`

/** By display name. */
export async function listDevices(
  database: Database,
  organizationId: string,
  personId: string | undefined,
  after: NamedRow | undefined,
  limit: number | undefined,
): Promise<Device[]> {
  const found = await rows<DeviceRow>(
    database,
    `${SELECT} where devices.organization_id = $1 and ($2::uuid is null or person_id = $2)
       and ($3::text is null or (devices.display_name, devices.id) > ($3, $4::uuid))
     order by devices.display_name, devices.id limit $5`,
    [organizationId, personId ?? null, after?.displayName ?? null, after?.id ?? null, limit ?? null],
  )
  return found.map(deviceOf)
}

export async function findDevice(
  database: Database,
  organizationId: string,
  id: string,
): Promise<Device | undefined> {
  const [row] = await rows<DeviceRow>(
    database,
    `${SELECT} where devices.organization_id = $1 and devices.id = $2`,
    [organizationId, id],
  )
  return row === undefined ? undefined : deviceOf(row)
}

/** False when the organisation has no such person. Fails with 23505 when the external id is another device's. */
export async function insertDevice(
  database: Database,
  organizationId: string,
  device: {
    readonly id: string
    readonly personId: string
    readonly displayName: string
    readonly externalId: string
  },
): Promise<boolean> {
  const made = await rows(
    database,
    `with person as (
       select id from persons where id = $3 and organization_id = $2 for key share
     )
     insert into devices (id, organization_id, person_id, display_name, external_id)
     select $1, $2, person.id, $4, nullif($5, '') from person
     returning id`,
    [device.id, organizationId, device.personId, device.displayName, device.externalId],
  )
  return made.length > 0
}

/** In place of an earlier one; false when the organisation has no such device. */
export async function setDeviceToken(
  database: Database,
  organizationId: string,
  id: string,
  token: { readonly hash: Buffer; readonly prefix: string; readonly lifetimeDays: number },
): Promise<boolean> {
  const updated = await rows(
    database,
    `update devices set token_hash = $3, token_prefix = $4,
       token_expire_time = now() + make_interval(days => $5)
     where organization_id = $1 and id = $2 returning id`,
    [organizationId, id, token.hash, token.prefix, token.lifetimeDays],
  )
  return updated.length > 0
}

/** False when the organisation has no such device. */
export async function removeDeviceToken(
  database: Database,
  organizationId: string,
  id: string,
): Promise<boolean> {
  const updated = await rows(
    database,
    `update devices set token_hash = null, token_prefix = null, token_expire_time = null
     where organization_id = $1 and id = $2 returning id`,
    [organizationId, id],
  )
  return updated.length > 0
}
