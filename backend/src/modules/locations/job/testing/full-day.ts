import { closeSync, openSync, writeSync } from 'node:fs'
import { FIX_RECORD_BYTES } from '../fix-records.ts'

export interface FullDay {
  readonly people: number
  /** Seconds between two fixes of a person. */
  readonly everyS: number
  /** Of the day, from midnight. */
  readonly fromHour: number
  readonly toHour: number
  /** Colleagues at one workplace. */
  readonly colleagues: number
  /** Whether all fixes are of whole intervals, the same ones of everybody. */
  readonly inStep: boolean
}

const HOMES_APART_DEG = 0.01
const NOISE_DEG = 0.0002
/** Of a working day; the rest is spent at home, in households of three. */
const WORK_HOURS = [8, 17] as const

/** Writes the fixes of people at home and at work, in the order of time, as a task is given them; answers how many. */
export function writeFullDay(
  path: string,
  startMs: number,
  { people, everyS, fromHour, toHour, colleagues, inStep }: FullDay,
): number {
  const file = openSync(path, 'wx')
  try {
    const [first, end] = [fromHour, toHour].map((hour) => Math.floor((hour * 3600) / everyS)) as [
      number,
      number,
    ]
    const buffer = Buffer.alloc(people * FIX_RECORD_BYTES)
    const offsetMs = (person: number) => (inStep ? 0 : Math.floor((person * everyS * 1000) / people))
    for (let step = first; step < end; step++) {
      const hour = (step * everyS) / 3600
      const isAtWork = hour >= WORK_HOURS[0] && hour < WORK_HOURS[1]
      for (let person = 0; person < people; person++) {
        const at = person * FIX_RECORD_BYTES
        const place = isAtWork ? -1 - Math.floor(person / colleagues) : Math.floor(person / 3)
        const noise = (salt: number) =>
          (((person * 7919 + step * 104_729 + salt * 1299_709) % 1000) / 1000 - 0.5) * 2
        buffer.writeBigInt64BE(BigInt(startMs + step * everyS * 1000 + offsetMs(person)), at)
        buffer.writeDoubleBE(40 + place * HOMES_APART_DEG + NOISE_DEG * noise(1), at + 8)
        buffer.writeDoubleBE(8 + NOISE_DEG * noise(2), at + 16)
        buffer.writeFloatBE(8, at + 24)
        buffer.writeInt32BE(person + 1, at + 28)
        buffer.writeInt32BE(person + 1, at + 32)
      }
      writeSync(file, buffer)
    }
    return (end - first) * people
  } finally {
    closeSync(file)
  }
}
