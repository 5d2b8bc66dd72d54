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

/** A batch that is being put together, and where its rows stand in the file. */
interface GrowingBatch {
  readonly devices: OrganizationDevices
  readonly builder: FixBatchBuilder
  readonly lines: number[]
}

/**
 * Turns the rows of a file into batches for the sink, and counts what becomes of them. Rows are put into columns at
 * once: as objects those of whole batches would outlive the young generation of the heap, and fill the old one.
 */
export class RowWriter {
  readonly #options: RowWriterOptions
  readonly #writes = new Set<Promise<void>>()
  #failure: { readonly error: unknown } | undefined
  #batch: GrowingBatch | undefined
  #nameOf: RowPiece['nameOf'] = (column) => column
  readonly #rejections: RejectedRow[] = []
  #figures = { rowsRead: 0, accepted: 0, duplicates: 0, rejected: 0, devicesCreated: 0 }

  constructor(options: RowWriterOptions) {
    this.#options = options
  }

  get figures(): Omit<ImportFigures, 'bytesRead'> {
    return { ...this.#figures }
  }

  /** The first 1,000, in the order in which they were found. */
  get rejections(): readonly RejectedRow[] {
    return this.#rejections
  }

  /** Resolves when there is room for more. Rejects with what a batch before failed of. */
  async write(piece: RowPiece): Promise<void> {
    this.#nameOf = piece.nameOf
    this.#figures.rowsRead += piece.rows.length + piece.rejections.length
    for (const rejection of piece.rejections) this.#reject(rejection)
    if (piece.rows.length === 0) return
    const devices = await this.#devicesOf(piece.rows)
    if (this.#batch !== undefined && this.#batch.devices.devicesVersion !== devices.devicesVersion)
      await this.#send(this.#batch)
    for (const row of piece.rows) {
      this.#add(row, devices)
      if (this.#batch !== undefined && this.#batch.builder.length >= BATCH_ROWS) await this.#send(this.#batch)
    }
  }

  /** Resolves when everything is written. */
  async finish(): Promise<void> {
    if (this.#batch !== undefined) await this.#send(this.#batch)
    await this.settle()
    if (this.#failure !== undefined) throw this.#failure.error
  }

  /** Waits for what is being written, however it ends. */
  async settle(): Promise<void> {
    await Promise.all(this.#writes)
  }

  #add(row: FixRow, devices: OrganizationDevices): void {
    const ref = this.#options.deviceId ?? row.device
    const device = devices.find(ref)
    if (device === undefined) {
      this.#rejectDevice(row)
      return
    }
    this.#batch ??= { devices, builder: new FixBatchBuilder(devices, { capacity: BATCH_ROWS }), lines: [] }
    const { builder, lines } = this.#batch
    const problem = builder.add(device, row.timeMs, row.latitude, row.longitude, row.accuracyM)
    if (problem === undefined) lines.push(row.line)
    else this.#reject(this.#rejected(row, columnOf[problem.field], problem.description))
  }

  async #devicesOf(pieceRows: readonly FixRow[]): Promise<OrganizationDevices> {
    const { organizationId, deviceId, known, addMissing } = this.#options
    const refs = deviceId === undefined ? new Set(pieceRows.map(({ device }) => device)) : [deviceId]
    const devices = await known.resolve(organizationId, refs)
    if (addMissing === undefined) return devices
    const missing = [...refs].filter((ref) => ref !== '' && !isUuid(ref) && devices.find(ref) === undefined)
    const made = missing.slice(0, DEVICES_MAX - this.#figures.devicesCreated)
    if (made.length === 0) return devices
    this.#figures.devicesCreated += await addMissing(made)
    return known.resolve(organizationId, refs)
  }

  /** Resolves when it is under way. */
  async #send({ builder, lines }: GrowingBatch): Promise<void> {
    this.#batch = undefined
    if (builder.length === 0) return
    while (this.#writes.size >= WRITES_MAX) await Promise.race(this.#writes)
    if (this.#failure !== undefined) throw this.#failure.error
    const batch = builder.build()
    const write = this.#sendUntilTaken(batch)
      .then(({ accepted, duplicates, gone }) => {
        this.#figures.accepted += accepted
        this.#figures.duplicates += duplicates
        for (const index of gone) {
          // Its name was forgotten with it.
          const row = { line: lines[index] ?? 0, device: '' }
          this.#reject(this.#rejected(row, 'device', 'was removed while the file was read'))
        }
      })
      .catch((error: unknown) => {
        this.#failure ??= { error }
      })
      .finally(() => this.#writes.delete(write))
    this.#writes.add(write)
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
    this.#reject(this.#rejected(row, 'device', this.#deviceProblem(row.device)))
  }

  #deviceProblem(device: string): string {
    const { deviceId, addMissing } = this.#options
    if (deviceId !== undefined) return 'is not there any more: the device was removed'
    if (device === '') return 'is missing: name a device in each row, or choose one for the whole file'
    const told = `is no device of the organisation: ${JSON.stringify(device)}`
    if (addMissing === undefined) return `${told}; create it, or name another one`
    if (isUuid(device)) return `${told}; UUIDs are not made by files`
    return `would be a further device: one import makes ${DEVICES_MAX} at most`
  }

  #rejected(
    { line, device }: Pick<FixRow, 'line' | 'device'>,
    column: FixColumn,
    description: string,
  ): RejectedRow {
    return { line, device, field: this.#nameOf(column), description }
  }

  #reject(row: RejectedRow): void {
    this.#figures.rejected++
    if (this.#rejections.length < REJECTIONS_KEPT)
      this.#rejections.push({ ...row, device: ownCopy(row.device) })
  }
}

/** A part of a string keeps all of it in memory: here a whole piece of the file. */
function ownCopy(text: string): string {
  return Buffer.from(text).toString()
}
