import type {
  Environment,
  EnvironmentPrice,
  ListEnvironmentsResponse,
} from '@fairlead/proto/server/fairlead/workflows/v1/environments'

/** An environment as compute-to-data clients know it. */
export interface OperatorEnvironment {
  readonly id: string
  readonly desc: string
  readonly currentJobs: number
  readonly maxJobs: number
  readonly cpuNumber: number
  readonly cpuType: string
  readonly gpuNumber: number
  readonly gpuType: string
  readonly ramGB: number
  readonly diskGB: number
  /** Of one minute, in the unit of the credits that pay it. */
  readonly priceMin: number
  readonly consumerAddress: string
  /** Seconds for which results are kept. */
  readonly storageExpiry: number
  /** Seconds. */
  readonly maxJobDuration: number
  /** Unix time in seconds; empty when nothing that runs jobs was heard of. */
  readonly lastSeen: string
  readonly feeToken: string
}

/** Nobody's: there are no payments in tokens. */
const NO_ACCOUNT = `0x${'0'.repeat(40)}`
/** What a job gets that asks for nothing else: 30 days. */
const STORAGE_EXPIRY_SECONDS = 30 * 86_400
const GIB = 2 ** 30

/** None where nothing can run. */
export function operatorEnvironments({
  available,
  environments,
}: ListEnvironmentsResponse): OperatorEnvironment[] {
  return available ? environments.map(operatorEnvironment) : []
}

function operatorEnvironment(environment: Environment): OperatorEnvironment {
  const { load, price, maxDuration, description, displayName } = environment
  const lastSeen = load?.lastSeenTime
  return {
    id: environment.name.slice('environments/'.length),
    desc: description === '' ? displayName : description,
    currentJobs: load?.runningSteps ?? 0,
    maxJobs: environment.maxParallel,
    cpuNumber: environment.cpuMillis / 1000,
    cpuType: '',
    gpuNumber: environment.gpus,
    gpuType: '',
    ramGB: gigabytes(environment.memoryBytes),
    diskGB: gigabytes(environment.diskBytes),
    priceMin: price === undefined ? 0 : pricePerMinute(price),
    consumerAddress: NO_ACCOUNT,
    storageExpiry: STORAGE_EXPIRY_SECONDS,
    maxJobDuration: Number(maxDuration?.seconds ?? 0n),
    lastSeen: lastSeen === undefined ? '' : String(lastSeen.getTime() / 1000),
    feeToken: NO_ACCOUNT,
  }
}

function gigabytes(bytes: bigint): number {
  return Math.round((Number(bytes) / GIB) * 1000) / 1000
}

/** To tell, never to reckon with: rounded up to six decimals. */
function pricePerMinute({ perHour, decimals }: EnvironmentPrice): number {
  const divisor = 60n * 10n ** BigInt(decimals)
  return Number((perHour * 1_000_000n + divisor - 1n) / divisor) / 1_000_000
}
