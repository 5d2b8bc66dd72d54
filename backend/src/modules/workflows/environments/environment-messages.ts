import type {
  EnvironmentLoad,
  Environment as EnvironmentMessage,
  EnvironmentPrice,
} from '@fairlead/proto/server/fairlead/workflows/v1/environments'
import { durationMessage, durationMs } from '../duration.ts'
import { type EnvironmentRecord, environmentIdOf, environmentName } from './environment.ts'

export function environmentMessage(
  environment: EnvironmentRecord,
  load: EnvironmentLoad | undefined,
  price: EnvironmentPrice | undefined,
): EnvironmentMessage {
  return {
    name: environmentName(environment.id),
    displayName: environment.displayName,
    description: environment.description,
    cpuMillis: environment.cpuMillis,
    memoryBytes: environment.memoryBytes,
    diskBytes: environment.diskBytes,
    maxDuration: durationMessage(environment.maxDurationMs),
    maxParallel: environment.maxParallel,
    priceFactorThousandths: environment.priceFactor,
    open: environment.open,
    nodeLabels: { ...environment.nodeLabels },
    load,
    price,
    gpus: environment.gpus,
  }
}

/** Of a message that was checked against the limits of the contract. */
export function environmentOfMessage(message: EnvironmentMessage): EnvironmentRecord {
  return {
    id: environmentIdOf(message.name),
    displayName: message.displayName.trim(),
    description: message.description,
    cpuMillis: message.cpuMillis,
    memoryBytes: message.memoryBytes,
    diskBytes: message.diskBytes,
    maxDurationMs: message.maxDuration === undefined ? 0 : durationMs(message.maxDuration),
    gpus: message.gpus,
    maxParallel: message.maxParallel,
    priceFactor: message.priceFactorThousandths,
    open: message.open,
    nodeLabels: message.nodeLabels,
  }
}
