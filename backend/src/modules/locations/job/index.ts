export { connectionsInput } from './connections-input.ts'
export { planLocations } from './plan-locations.ts'
