import { validate as isUuid } from 'uuid'
import { organizationNo } from '../organization-no.ts'
import { type Database, rows } from '../sql.ts'

/** By which fixes name a device and the person who carries it. */
export interface DeviceNumbers {
  readonly deviceNo: number
  readonly personNo: number
}

/** What is known of an organisation at one version of its devices. */
export interface OrganizationDevices {
  readonly organizationNo: number
  readonly devicesVersion: number
  /** 0: for ever. */
  readonly retentionDays: number
  /** By UUID or, where no device has that, by external id. */
  find(ref: string): DeviceNumbers | undefined
}

const POLICY_FRESH_MS = 5_000
/** Of one organisation; a larger one is read again now and then. */
const DEVICES_MAX = 500_000

/**
 * Devices by what fixes call them. What it answers may be old by seconds: the version that stands in it lets the
 * sink find out that a device was taken away since.
 */
export class KnownDevices {
  readonly #database: Database
  readonly #organizations = new Map<string, KnownOrganization>()

  constructor(database: Database) {
    this.#database = database
  }

  /** The organisation's devices, where each of `refs` was looked up. */
  async resolve(organizationId: string, refs: Iterable<string>): Promise<OrganizationDevices> {
    const asked = [...new Set(refs)]
    for (;;) {
      const known = await this.#organization(organizationId)
      const missing = asked.filter((ref) => !known.devices.has(ref))
      if (missing.length === 0) return known
      const found = await this.#read(organizationId, missing)
      if (found.devicesVersion === known.devicesVersion && known.devices.size < DEVICES_MAX) {
        for (const [ref, device] of found.devices) known.devices.set(ref, device)
        return known
      }
      this.#organizations.delete(organizationId)
    }
  }

  async #organization(organizationId: string): Promise<KnownOrganization> {
    const known = this.#organizations.get(organizationId)
    if (known !== undefined && performance.now() - known.readAt < POLICY_FRESH_MS) return known
    const no = await organizationNo(this.#database, organizationId)
    const readAt = performance.now()
    const [policy] = await rows<{ version: number; retention: number }>(
      this.#database,
      `select devices_version as version, retention_days as retention
       from location_policies where organization_no = $1`,
      [no],
    )
    if (policy === undefined) throw new Error(`the policy of organisation ${organizationId} is gone`)
    const devices =
      known?.devicesVersion === policy.version ? known.devices : new Map<string, DeviceNumbers>()
    const fresh = new KnownOrganization(no, policy.version, policy.retention, readAt, devices)
    this.#organizations.set(organizationId, fresh)
    return fresh
  }

  /** One statement, so that the version is that of the devices. */
  async #read(organizationId: string, refs: readonly string[]) {
    const found = await rows<{
      version: number
      ref: string | null
      device_no: number
      person_no: number
    }>(
      this.#database,
      `select policies.devices_version as version, found.ref, found.device_no, found.person_no
       from location_policies policies left join (
         select devices.external_id as ref, device_no, person_no
         from devices join persons on persons.id = devices.person_id
         where devices.organization_id = $1 and devices.external_id = any ($2::text[])
         union all
         select devices.id::text, device_no, person_no
         from devices join persons on persons.id = devices.person_id
         where devices.organization_id = $1 and devices.id = any ($3::uuid[])
       ) found on true
       where policies.organization_id = $1`,
      [organizationId, refs, refs.filter((ref) => isUuid(ref))],
    )
    const devices = new Map<string, DeviceNumbers>()
    // Those found by UUID come last.
    for (const { ref, device_no: deviceNo, person_no: personNo } of found) {
      if (ref !== null) devices.set(ref, { deviceNo, personNo })
    }
    return { devicesVersion: found[0]?.version, devices }
  }
}

class KnownOrganization implements OrganizationDevices {
  readonly organizationNo: number
  readonly devicesVersion: number
  readonly retentionDays: number
  readonly readAt: number
  readonly devices: Map<string, DeviceNumbers>

  constructor(
    organizationNumber: number,
    devicesVersion: number,
    retentionDays: number,
    readAt: number,
    devices: Map<string, DeviceNumbers>,
  ) {
    this.organizationNo = organizationNumber
    this.devicesVersion = devicesVersion
    this.retentionDays = retentionDays
    this.readAt = readAt
    this.devices = devices
  }

  find(ref: string): DeviceNumbers | undefined {
    return this.devices.get(ref)
  }
}
