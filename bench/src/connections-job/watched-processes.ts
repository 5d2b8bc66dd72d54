import { readdir, readFile } from 'node:fs/promises'

const SAMPLE_MS = 100
const KIB_PER_MIB = 1024

/** Peaks of memory of a worker and of the processes of its tasks, in MiB, as the kernel counts them. Linux only. */
interface Peaks {
  readonly workerMb: number
  readonly taskMb: number
}

/** Looks at a worker and its children for as long as it is not stopped. */
export class WatchedProcesses {
  readonly #worker: number
  readonly #timer: NodeJS.Timeout
  #looking = Promise.resolve()
  #workerMb = 0
  #taskMb = 0

  constructor(worker: number) {
    this.#worker = worker
    this.#timer = setInterval(() => {
      this.#looking = this.#looking.then(() => this.#look())
    }, SAMPLE_MS)
  }

  /** What is there now, without what was before. */
  get tasks(): Promise<number[]> {
    return childrenOf(this.#worker)
  }

  async stop(): Promise<Peaks> {
    clearInterval(this.#timer)
    await this.#looking
    await this.#look()
    return { workerMb: this.#workerMb, taskMb: this.#taskMb }
  }

  async #look(): Promise<void> {
    this.#workerMb = Math.max(this.#workerMb, await memoryMb(this.#worker, 'VmRSS'))
    for (const pid of await childrenOf(this.#worker))
      this.#taskMb = Math.max(this.#taskMb, await memoryMb(pid, 'VmHWM'))
  }
}

export async function memoryMb(pid: number, field: 'VmRSS' | 'VmHWM'): Promise<number> {
  const status = await statusOf(pid)
  return Number(new RegExp(`${field}:\\s+(\\d+) kB`).exec(status)?.[1] ?? 0) / KIB_PER_MIB
}

/** The process of this one's whose command line ends so. */
export async function childNamed(entry: string): Promise<number> {
  for (const pid of await childrenOf(process.pid)) {
    const line = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')
    if (line.split('\0').some((word) => word.endsWith(entry))) return pid
  }
  throw new Error(`there is no process of ${entry}`)
}

async function childrenOf(parent: number): Promise<number[]> {
  const pids = (await readdir('/proc')).map(Number).filter(Number.isInteger)
  const statuses = await Promise.all(pids.map(async (pid) => [pid, await statusOf(pid)] as const))
  return statuses.filter(([, status]) => status.includes(`\nPPid:\t${parent}\n`)).map(([pid]) => pid)
}

/** Empty for one that is gone. */
function statusOf(pid: number): Promise<string> {
  return readFile(`/proc/${pid}/status`, 'utf8').catch(() => '')
}
