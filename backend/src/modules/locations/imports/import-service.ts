import type { DataSource } from 'typeorm'
import { v7 as uuid } from 'uuid'
import { DomainError, invalidField } from '../../../errors/domain-error.ts'
import type { NamedRow } from '../page-by-name.ts'
import type { FixImportRecord, NewFixImport } from './fix-import.ts'
import { timeReader } from './formats/index.ts'
import { type ImportDevice, listImportDevices } from './import-devices.ts'
import { importEnded, importNotFound, tooManyImports } from './import-errors.ts'
import { ImportStore, WAITING_MAX } from './import-store.ts'
import { uploadAddress } from './upload-address.ts'

export interface ImportServiceOptions {
  readonly dataSource: DataSource
  readonly signingKey: Buffer
  /** Of the one that is cancelled, where this process reads it. */
  readonly stopReading: (importId: string) => void
}

const UPLOAD_LIFETIME_MS = 3_600_000

/** Imports of an organisation. */
export class ImportService {
  readonly #options: ImportServiceOptions
  readonly #store: ImportStore

  constructor(options: ImportServiceOptions) {
    this.#options = options
    this.#store = new ImportStore(options.dataSource)
  }

  /** @param mayManage whether the caller may make persons and devices */
  async create(
    asked: Omit<NewFixImport, 'id' | 'expireTime'>,
    mayManage: boolean,
  ): Promise<{ record: FixImportRecord; uploadUri: string }> {
    if (asked.createMissing && !mayManage)
      throw new DomainError(
        'PERMISSION_DENIED',
        'CREATE_MISSING_DENIED',
        'To make persons and devices needs the permission locations.manage: leave create_missing out.',
      )
    if (asked.createMissing && asked.deviceId !== undefined)
      throw invalidField('create_missing', 'goes with files whose rows name their devices: leave device out')
    if (!isTimeZone(asked.timeZone))
      throw invalidField('time_zone', 'is no zone of the IANA time zone database, such as Europe/Zurich')
    if (
      asked.deviceId !== undefined &&
      !(await this.#store.deviceExists(asked.organizationId, asked.deviceId))
    )
      throw new DomainError('NOT_FOUND', 'DEVICE_NOT_FOUND', 'The organisation has no such device.')
    const expireTime = new Date(Math.floor((Date.now() + UPLOAD_LIFETIME_MS) / 1000) * 1000)
    const record = await this.#store.insert({ ...asked, id: uuid(), expireTime })
    if (record === undefined) throw tooManyImports(WAITING_MAX)
    return { record, uploadUri: uploadAddress(this.#options.signingKey, record.id, expireTime) }
  }

  async get(organizationId: string, id: string): Promise<FixImportRecord> {
    const record = await this.#store.find(id)
    if (record?.organizationId !== organizationId) throw importNotFound()
    return record
  }

  page(organizationId: string, afterId: string | undefined, size: number): Promise<FixImportRecord[]> {
    return this.#store.page(organizationId, afterId, size)
  }

  /** Those whose fixes a file may hold, by display name. */
  devices(
    organizationId: string,
    search: string,
    after: NamedRow | undefined,
    limit: number,
  ): Promise<ImportDevice[]> {
    return listImportDevices(this.#options.dataSource, organizationId, search, after, limit)
  }

  /** What was read so far is kept. */
  async cancel(organizationId: string, id: string): Promise<FixImportRecord> {
    const cancelled = await this.#store.cancel(organizationId, id)
    this.#options.stopReading(id)
    if (cancelled !== undefined) return cancelled
    await this.get(organizationId, id)
    throw importEnded()
  }
}

function isTimeZone(timeZone: string): boolean {
  try {
    timeReader(timeZone)
    return true
  } catch (error) {
    if (error instanceof RangeError) return false
    throw error
  }
}
