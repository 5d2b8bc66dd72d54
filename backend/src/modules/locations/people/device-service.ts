import type { DataSource } from 'typeorm'
import { v7 } from 'uuid'
import { personNotFound } from '../consent/index.ts'
import { deviceTokenSecrets } from '../devices/device-token.ts'
import type { NamedRow } from '../page-by-name.ts'
import {
  type Device,
  findDevice,
  insertDevice,
  listDevices,
  removeDeviceToken,
  setDeviceToken,
} from './device-store.ts'
import { deviceNotFound } from './person-errors.ts'
import { translated } from './translated.ts'

export interface DeviceInput {
  readonly personId: string
  readonly displayName: string
  readonly externalId: string
}

const DEFAULT_LIFETIME_DAYS = 365

/** What persons' fixes come from. */
export class DeviceService {
  readonly #dataSource: DataSource

  constructor(dataSource: DataSource) {
    this.#dataSource = dataSource
  }

  list(
    organizationId: string,
    personId: string | undefined,
    after: NamedRow | undefined,
    limit: number,
  ): Promise<readonly Device[]> {
    return listDevices(this.#dataSource, organizationId, personId, after, limit)
  }

  async create(organizationId: string, input: DeviceInput): Promise<Device> {
    const id = v7()
    const made = await translated(() => insertDevice(this.#dataSource, organizationId, { ...input, id }))
    if (!made) throw personNotFound()
    return this.#get(organizationId, id)
  }

  /**
   * @param lifetimeDays 0 for the default
   * @returns the secret, which is in this answer and nowhere else
   */
  async issueToken(
    organizationId: string,
    id: string,
    lifetimeDays: number,
  ): Promise<{ readonly device: Device; readonly secret: string }> {
    const { secret, hash, prefix } = deviceTokenSecrets.make()
    const token = { hash, prefix, lifetimeDays: lifetimeDays === 0 ? DEFAULT_LIFETIME_DAYS : lifetimeDays }
    if (!(await setDeviceToken(this.#dataSource, organizationId, id, token))) throw deviceNotFound()
    return { device: await this.#get(organizationId, id), secret }
  }

  async revokeToken(organizationId: string, id: string): Promise<Device> {
    if (!(await removeDeviceToken(this.#dataSource, organizationId, id))) throw deviceNotFound()
    return this.#get(organizationId, id)
  }

  async #get(organizationId: string, id: string): Promise<Device> {
    const device = await findDevice(this.#dataSource, organizationId, id)
    if (device === undefined) throw deviceNotFound()
    return device
  }
}
