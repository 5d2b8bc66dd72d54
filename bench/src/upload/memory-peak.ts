import { residentMb } from '../resident-mb.ts'

const EVERY_MS = 50

export interface MemoryPeak {
  begin(): void
  /** The most since, above what it was when the watch was made, in MiB. */
  end(): number
}

/** Watches the resident memory of a process that is idle now. */
export async function watchMemory(pid: number): Promise<MemoryPeak> {
  const idle = await residentMb(pid)
  let peak = idle
  let timer: NodeJS.Timeout | undefined
  return {
    begin() {
      peak = idle
      timer = setInterval(() => {
        residentMb(pid).then(
          (now) => {
            peak = Math.max(peak, now)
          },
          (error: unknown) => {
            clearInterval(timer)
            console.error(error)
          },
        )
      }, EVERY_MS)
    },
    end() {
      clearInterval(timer)
      return peak - idle
    },
  }
}
