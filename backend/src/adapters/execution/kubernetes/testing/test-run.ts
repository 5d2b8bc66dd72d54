import { randomUUID } from 'node:crypto'
import type {
  ContainerChange,
  ContainerExecution,
  ContainerLogLine,
  ContainerOrder,
  ContainerUse,
} from '../../../../ports/containers.ts'

/** What a run of containers told. */
export interface TestRun {
  readonly order: ContainerOrder
  readonly changes: ContainerChange[]
  readonly lines: ContainerLogLine[]
  readonly uses: ContainerUse[]
  readonly waiting: (string | undefined)[]
  readonly stop: AbortController
  /** How the call ended: undefined when well. */
  readonly ended: Promise<unknown>
  states(number?: number): string[]
  texts(number?: number): string[]
}

/** What is told goes to the run. */
export type TestOrder = Partial<
  Omit<ContainerOrder, 'onChange' | 'onLog' | 'onUse' | 'onWaiting' | 'signal'>
> & { readonly image: string; readonly stagingUrl: string }

/** A small order, but for what is said. */
export function begin(containers: ContainerExecution, { stagingUrl, ...given }: TestOrder): TestRun {
  const changes: ContainerChange[] = []
  const lines: ContainerLogLine[] = []
  const uses: ContainerUse[] = []
  const waiting: (string | undefined)[] = []
  const stop = new AbortController()
  const order: ContainerOrder = {
    key: { jobId: randomUUID(), taskIndex: 0, run: 1 },
    organizationId: randomUUID(),
    command: ['bash', '-c'],
    arguments: ['true'],
    variables: {},
    count: 1,
    parallel: 10,
    cpuMillis: 250,
    memoryBytes: 64 * 2 ** 20,
    diskBytes: 64 * 2 ** 20,
    gpus: 0,
    nodeLabels: {},
    containerTimeoutMs: 120_000,
    timeoutMs: 180_000,
    logsAfter: () => undefined,
    staging: { url: stagingUrl, token: 'a-token' },
    ...given,
    signal: stop.signal,
    onChange: (change) => changes.push(change),
    onLog: (line) => lines.push(line),
    onUse: (use) => uses.push(use),
    onWaiting: (message) => waiting.push(message),
  }
  return {
    order,
    changes,
    lines,
    uses,
    waiting,
    stop,
    ended: containers.run(order).then(
      () => undefined,
      (error: unknown) => error,
    ),
    states: (number = 0) => changes.filter((change) => change.number === number).map(({ state }) => state),
    texts: (number = 0) => lines.filter((line) => line.number === number).map(({ text }) => text),
  }
}
