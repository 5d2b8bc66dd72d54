import type { Fix, RejectedFix } from '@fairlead/proto/server/fairlead/locations/v1/fixes'
import { DomainError } from '../../../errors/domain-error.ts'
import type { FixOutcome, FixSink } from '../fixes/index.ts'
import { FixBatchBuilder, type KnownDevices, type OrganizationDevices } from '../fixes/index.ts'
import type { FixTarget } from './fix-target.ts'

export interface RecordedFixes {
  readonly accepted: number
  readonly duplicates: number
  readonly rejected: number
  /** The first 100, by their places. */
  readonly rejections: readonly RejectedFix[]
  readonly queued: boolean
}

const REJECTIONS_TOLD = 100
/** Of an external id; a longer one is nobody's. */
const DEVICE_REF_MAX = 120

const nothingKept: FixOutcome = { accepted: 0, duplicates: 0, gone: [], queued: false }

/**
 * Looks each fix of a batch over, and writes the good ones.
 *
 * @throws DomainError NOT_FOUND when the target is a device that is not there; as the sink
 */
export async function recordFixes(
  known: KnownDevices,
  sink: FixSink,
  target: FixTarget,
  fixes: readonly Fix[],
): Promise<RecordedFixes> {
  const refs = target.deviceId === undefined ? refsOf(fixes) : [target.deviceId]
  const devices = await known.resolve(target.organizationId, refs)
  if (target.deviceId !== undefined && devices.find(target.deviceId) === undefined) throw deviceNotFound()
  const rejected = new Rejections()
  const builder = new FixBatchBuilder(devices, { capacity: fixes.length })
  /** By row of the batch, where the fix stands in the request. */
  const places: number[] = []
  for (const [index, fix] of fixes.entries()) {
    const device = deviceOf(devices, target, fix)
    if ('description' in device) {
      rejected.add(index, 'device', device.description)
      continue
    }
    const timeMs = fix.recordTime?.getTime() ?? Number.NaN
    const problem = builder.add(device, timeMs, fix.latitude, fix.longitude, fix.accuracyM)
    if (problem === undefined) places.push(index)
    else rejected.add(index, problem.field, problem.description)
  }
  const outcome = builder.length === 0 ? nothingKept : await sink.write(builder.build())
  for (const row of outcome.gone) {
    rejected.add(places[row] ?? row, 'device', 'was removed just now; send fixes of a device that is there')
  }
  const { accepted, duplicates, queued } = outcome
  return { accepted, duplicates, rejected: rejected.count, rejections: rejected.first(), queued }
}

function refsOf(fixes: readonly Fix[]): Set<string> {
  const refs = new Set<string>()
  for (const { device } of fixes) if (isRef(device)) refs.add(device)
  return refs
}

/** Whether it can be anybody's: PostgreSQL keeps no U+0000. */
function isRef(device: string): boolean {
  return device !== '' && device.length <= DEVICE_REF_MAX && !device.includes('\0')
}

type Device = NonNullable<ReturnType<OrganizationDevices['find']>>

function deviceOf(
  devices: OrganizationDevices,
  { deviceId }: FixTarget,
  { device }: Fix,
): Device | { readonly description: string } {
  if (deviceId !== undefined) {
    const found = devices.find(deviceId)
    if (device === '' && found !== undefined) return found
    return {
      description: 'is told by the parent already; leave it out, or name the organisation as the parent',
    }
  }
  if (device === '') return { description: 'is missing; name the UUID or the external id of a device' }
  const found = isRef(device) ? devices.find(device) : undefined
  return (
    found ?? {
      description: `is no device of the organisation: ${JSON.stringify(device.slice(0, 80))}; create it, or name another one`,
    }
  )
}

/** Counts what could not be taken, and keeps what is told of it. */
class Rejections {
  readonly #kept: RejectedFix[] = []
  count = 0

  add(index: number, field: string, description: string): void {
    this.count++
    // Those of the sink come last, and may stand before others.
    this.#kept.push({ index, field, description })
  }

  first(): RejectedFix[] {
    return this.#kept.sort((one, other) => one.index - other.index).slice(0, REJECTIONS_TOLD)
  }
}

const deviceNotFound = () =>
  new DomainError('NOT_FOUND', 'DEVICE_NOT_FOUND', 'The organisation has no such device.')
