import { randomUUID } from 'node:crypto'
import type { DataSource } from 'typeorm'
import { organizationNo } from '../organization-no.ts'
import { rows } from '../sql.ts'

export interface LocatedDevice {
  readonly id: string
  readonly externalId: string
  readonly personId: string
  readonly deviceNo: number
  readonly personNo: number
}

export interface LocatedOrganization {
  readonly id: string
  readonly slug: string
  readonly organizationNo: number
  /** One a person, "device-0" and so on. */
  readonly devices: readonly LocatedDevice[]
}

/** An organisation of its own with as many persons, each with one device, that keeps fixes for ever. */
export async function addLocatedOrganization(
  dataSource: DataSource,
  deviceCount: number,
): Promise<LocatedOrganization> {
  const id = randomUUID()
  const slug = `o-${id.slice(0, 8)}`
  await dataSource.query(
    `insert into organizations (id, slug, display_name, kind) values ($1, $2, $2, 'MEMBER')`,
    [id, slug],
  )
  const no = await organizationNo(dataSource, id)
  await dataSource.query('update location_policies set retention_days = 0 where organization_id = $1', [id])
  const devices = await rows<LocatedDevice>(
    dataSource,
    `with given as (
       select n, gen_random_uuid() as device_id, gen_random_uuid() as person_id from generate_series(0, $2 - 1) n
     ), people as (
       insert into persons (id, organization_id, display_name)
       select person_id, $1, 'Person ' || n from given order by n returning id, person_no
     ), made as (
       insert into devices (id, organization_id, person_id, display_name, external_id)
       select device_id, $1, person_id, 'Device ' || n, 'device-' || n from given order by n
       returning id, device_no, external_id
     )
     select made.id, made.external_id as "externalId", people.id as "personId",
       made.device_no as "deviceNo", people.person_no as "personNo"
     from given join made on made.id = device_id join people on people.id = given.person_id order by n`,
    [id, deviceCount],
  )
  return { id, slug, organizationNo: no, devices }
}
