import { describe, expect, it } from 'vitest'
import { FixBatchBuilder } from './fix-batch-builder.ts'

const nowMs = Date.UTC(2026, 5, 1, 12)
const day = 86_400_000
const device = { deviceNo: 3, personNo: 4 }
const organization = {
  organizationNo: 2,
  devicesVersion: 5,
  retentionDays: 30,
  find: () => device,
}

describe('the builder of batches', () => {
  it.each([
    ['the limit of the north', nowMs, 90, 0, 0],
    ['the limit of the south', nowMs, -90, 0, 0],
    ['the limit of the west', nowMs, 0, -180, 0],
    ['5 minutes ahead', nowMs + 300_000, 0, 0, 0],
    ['the oldest kept', nowMs - 30 * day, 0, 0, 0],
    ['the widest circle', nowMs, 0, 0, 100_000],
  ])('takes %s', (_name, timeMs, latitude, longitude, accuracyM) => {
    const builder = new FixBatchBuilder(organization, { nowMs })
    expect(builder.add(device, timeMs, latitude, longitude, accuracyM)).toBeUndefined()
    expect(builder.length).toBe(1)
  })

  it.each([
    ['latitude', nowMs, 91, 0, 0, 'is 91; it must be degrees from -90 to 90'],
    ['latitude', nowMs, Number.NaN, 0, 0, 'is NaN'],
    ['latitude', nowMs, 1e308, 0, 0, 'is 1e+308'],
    ['latitude', nowMs, Number.NEGATIVE_INFINITY, 0, 0, 'is -Infinity'],
    ['longitude', nowMs, 0, 180.000001, 0, 'from -180 to 180'],
    ['longitude', nowMs, 0, Number.NaN, 0, 'is NaN'],
    ['accuracy_m', nowMs, 0, 0, -1, 'from 0, for not known, to 100000'],
    ['accuracy_m', nowMs, 0, 0, Number.NaN, 'is NaN'],
    ['accuracy_m', nowMs, 0, 0, 100_001, 'is 100001'],
    ['record_time', Number.NaN, 0, 0, 0, 'is missing or no time'],
    ['record_time', Number.POSITIVE_INFINITY, 0, 0, 0, 'is missing or no time'],
    ['record_time', nowMs + 300_001, 0, 0, 0, "after 2026-06-01T12:00:00.000Z, the server's time"],
    ['record_time', nowMs - 30 * day - 1, 0, 0, 0, 'the earliest of the 30 days that the organisation keeps'],
  ])('refuses the %s of %s, %s, %s, %s', (field, timeMs, latitude, longitude, accuracyM, description) => {
    const builder = new FixBatchBuilder(organization, { nowMs })
    expect(builder.add(device, timeMs, latitude, longitude, accuracyM)).toEqual({
      field,
      description: expect.stringContaining(description),
    })
    expect(builder.length).toBe(0)
  })

  it('keeps nothing of before 2000, whatever the organisation keeps', () => {
    const builder = new FixBatchBuilder({ ...organization, retentionDays: 0 }, { nowMs })
    expect(builder.add(device, Date.UTC(2000, 0, 1), 0, 0, 0)).toBeUndefined()
    expect(builder.add(device, Date.UTC(2000, 0, 1) - 1, 0, 0, 0)?.description).toContain(
      'is before 2000-01-01T00:00:00.000Z',
    )
  })

  it('keeps whole milliseconds, and 180 degrees as -180', () => {
    const builder = new FixBatchBuilder(organization, { nowMs, capacity: 1 })
    builder.add(device, nowMs - 0.25, 1, 180, 5)
    builder.add(device, nowMs, 2, -180, 0)
    expect(builder.build()).toEqual({
      organizationNo: 2,
      devicesVersion: 5,
      length: 2,
      deviceNos: Int32Array.of(3, 3),
      personNos: Int32Array.of(4, 4),
      timesMs: Float64Array.of(nowMs - 1, nowMs),
      latitudes: Float64Array.of(1, 2),
      longitudes: Float64Array.of(-180, -180),
      accuraciesM: Float32Array.of(5, 0),
    })
  })
})
