import { setTimeout } from 'node:timers/promises'
import { validate as isUuid } from 'uuid'
import { DomainError } from '../../../errors/domain-error.ts'
import {
  type FixBatch,
  FixBatchBuilder,
  type FixOutcome,
  type FixProblem,
  type FixSink,
  type KnownDevices,
  type OrganizationDevices,
} from '../fixes/index.ts'
import type { ImportFigures } from './fix-import.ts'
import type { FixColumn, FixRow, RejectedRow, RowPiece } from './formats/index.ts'

export interface RowWriterOptions {
  readonly organizationId: string
  /** UUID of the device that all rows are of; undefined where each names its own. */
  readonly deviceId: string | undefined
  readonly known: KnownDevices
  readonly sink: FixSink
  /** Makes devices of external ids that there are none for, and tells how many; undefined where none are made. */
  readonly addMissing: ((externalIds: readonly string[]) => Promise<number>) | undefined
  /** Ends waiting for a sink that is full. */
  readonly signal: AbortSignal
}

/** Rows that are written together. */
const BATCH_ROWS = 8_192
/** Batches that are written while the next one is read. */
const WRITES_MAX = 2
const REJECTIONS_KEPT = 1_000
/** By one import: a column that is no device's name has another value in each row. */
const DEVICES_MAX = 10_000
const RETRY_DELAY_MS = 1_000

const columnOf: Readonly<Record<FixProblem['field'], FixColumn>> = {
  record_time: 'time',
  latitude: 'latitude',
  longitude: 'longitude',
  accuracy_m: 'accuracy',
}

/** Turns the rows of a file into batches for the sink, and counts what becomes of them. */
export class RowWriter {
  readonly #options: RowWriterOptions
  readonly #writes = new Set<Promise<void>>()
  #failure: { readonly error: unknown } | undefined
  #waiting: FixRow[] = []
  #nameOf: RowPiece['nameOf'] = (column) => column
  #rejections: RejectedRow[] = []
  #figures = { rowsRead: 0, accepted: 0, duplicates: 0, rejected: 0, devicesCreated: 0 }

  constructor(options: RowWriterOptions) {
    this.#options = options
  }

  get figures(): Omit<ImportFigures, 'bytesRead'> {
    return { ...this.#figures }
  }

  /** The first 1,000, by line. */
  get rejections(): readonly RejectedRow[] {
    return this.#rejections.toSorted((a, b) => a.line - b.line)
  }

  /** Resolves when there is room for more. Rejects with what a batch before failed of. */
  async write(piece: RowPiece): Promise<void> {
    this.#nameOf = piece.nameOf
    this.#figures.rowsRead += piece.rows.length + piece.rejections.length
    for (const rejection of piece.rejections) this.#reject(rejection)
    this.#waiting = this.#waiting.length === 0 ? [...piece.rows] : this.#waiting.concat(piece.rows)
    if (this.#waiting.length >= BATCH_ROWS) await this.#writeWaiting()
  }

  /** Resolves when everything is written. */
  async finish(): Promise<void> {
    if (this.#waiting.length > 0) await this.#writeWaiting()
    await this.settle()
    if (this.#failure !== undefined) throw this.#failure.error
  }

  /** Waits for what is being written, however it ends. */
  async settle(): Promise<void> {
    await Promise.all(this.#writes)
  }

  async #writeWaiting(): Promise<void> {
    const batchRows = this.#waiting
    this.#waiting = []
    const devices = await this.#devicesOf(batchRows)
    const builder = new FixBatchBuilder(devices, { capacity: batchRows.length })
    const written: FixRow[] = []
    for (const row of batchRows) {
      const device = devices.find(this.#options.deviceId ?? row.device)
      if (device === undefined) {
        this.#rejectDevice(row)
        continue
      }
      const problem = builder.add(device, row.timeMs, row.latitude, row.longitude, row.accuracyM)
      if (problem === undefined) written.push(row)
      else this.#rejectRow(row, columnOf[problem.field], problem.description)
    }
    if (builder.length === 0) return
    while (this.#writes.size >= WRITES_MAX) await Promise.race(this.#writes)
    if (this.#failure !== undefined) throw this.#failure.error
    const write = this.#send(builder.build(), written)
      .catch((error: unknown) => {
        this.#failure ??= { error }
      })
      .finally(() => this.#writes.delete(write))
    this.#writes.add(write)
  }

  async #devicesOf(batchRows: readonly FixRow[]): Promise<OrganizationDevices> {
    const { organizationId, deviceId, known, addMissing } = this.#options
    const refs = deviceId === undefined ? new Set(batchRows.map(({ device }) => device)) : [deviceId]
    const devices = await known.resolve(organizationId, refs)
    if (addMissing === undefined) return devices
    const missing = [...refs].filter((ref) => ref !== '' && !isUuid(ref) && devices.find(ref) === undefined)
    const made = missing.slice(0, DEVICES_MAX - this.#figures.devicesCreated)
    if (made.length === 0) return devices
    this.#figures.devicesCreated += await addMissing(made)
    return known.resolve(organizationId, refs)
  }

  async #send(batch: FixBatch, batchRows: readonly FixRow[]): Promise<void> {
    const outcome = await this.#sendUntilTaken(batch)
    this.#figures.accepted += outcome.accepted
    this.#figures.duplicates += outcome.duplicates
    for (const index of outcome.gone) {
      const row = batchRows[index]
      if (row !== undefined) this.#rejectRow(row, 'device', 'was removed while the file was read')
    }
  }

  async #sendUntilTaken(batch: FixBatch): Promise<FixOutcome> {
    const { sink, signal } = this.#options
    for (;;) {
      try {
        return await sink.write(batch)
      } catch (error) {
        if (!(error instanceof DomainError) || error.code !== 'RESOURCE_EXHAUSTED') throw error
        // The sender is held back for as long, since nothing more is read.
        await setTimeout(error.retryDelayMs ?? RETRY_DELAY_MS, undefined, { signal })
      }
    }
  }

  #rejectDevice(row: FixRow): void {
    const { deviceId, addMissing } = this.#options
    const told = JSON.stringify(row.device)
    if (deviceId !== undefined) this.#rejectRow(row, '', 'has no device any more: it was removed')
    else if (row.device === '')
      this.#rejectRow(
        row,
        'device',
        'is missing: name a device in each row, or choose one for the whole file',
      )
    else if (addMissing === undefined)
      this.#rejectRow(
        row,
        'device',
        `is no device of the organisation: ${told}; create it, or name another one`,
      )
    else if (isUuid(row.device))
      this.#rejectRow(row, 'device', `is no device of the organisation: ${told}; UUIDs are not made by files`)
    else this.#rejectRow(row, 'device', `would be a further device: one import makes ${DEVICES_MAX} at most`)
  }

  #rejectRow({ line, device }: FixRow, column: FixColumn | '', description: string): void {
    this.#reject({ line, device, field: column === '' ? '' : this.#nameOf(column), description })
  }

  #reject(row: RejectedRow): void {
    this.#figures.rejected++
    if (this.#rejections.length >= REJECTIONS_KEPT) return
    // Its own copy: a part of a string would keep the whole piece of the file in memory.
    this.#rejections.push({ ...row, device: Buffer.from(row.device).toString() })
  }
}
