export { type LocationsSeed, readLocationsSeed } from './locations-seed.ts'
export { type LocationsSeedOptions, seedLocations } from './seed-locations.ts'
