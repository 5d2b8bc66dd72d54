// Loaded before a program: its clock is off by CLOCK_OFF_MS, and steps by CLOCK_STEP_MS at each SIGUSR2.
const systemNow = Date.now
let offMs = Number(process.env['CLOCK_OFF_MS'] ?? 0)
const stepMs = Number(process.env['CLOCK_STEP_MS'] ?? 0)

class ShiftedDate extends Date {
  constructor(...given: unknown[]) {
    if (given.length === 0) super(ShiftedDate.now())
    else super(...(given as [number]))
  }

  static override now(): number {
    return systemNow() + offMs
  }
}

globalThis.Date = ShiftedDate as DateConstructor
process.on('SIGUSR2', () => {
  offMs += stepMs
})
