/** What steps run in. All limits are of one container. */
export interface EnvironmentRecord {
  readonly id: string
  readonly displayName: string
  readonly description: string
  readonly cpuMillis: number
  readonly memoryBytes: bigint
  readonly diskBytes: bigint
  readonly maxDurationMs: number
  readonly gpus: number
  /** Containers of one step side by side. */
  readonly maxParallel: number
  /** What a second counts of a task second, in thousandths. */
  readonly priceFactor: number
  /** Whether new steps may run in it. */
  readonly open: boolean
  readonly nodeLabels: Readonly<Record<string, string>>
}

const PREFIX = 'environments/'

export function environmentName(id: string): string {
  return `${PREFIX}${id}`
}

/** The id in "environments/{environment}". */
export function environmentIdOf(name: string): string {
  return name.slice(PREFIX.length)
}
