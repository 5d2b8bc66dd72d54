export { preparePostgis } from './connections/index.ts'
export {
  createLocationsModule,
  type LocationsModule,
  type LocationsModuleOptions,
} from './create-locations-module.ts'
export { createLocationsWorker, type LocationsWorkerOptions } from './create-locations-worker.ts'
export { deviceTokenSecrets } from './devices/device-token.ts'
export { deviceTokens } from './devices/device-tokens.ts'
export { connectionsInput, planLocations } from './job/index.ts'
export { moveInvitedPerson } from './people/index.ts'
export { FIX_QUEUE } from './queue/index.ts'
export { readLocationsSeed, seedLocations } from './seed/index.ts'
