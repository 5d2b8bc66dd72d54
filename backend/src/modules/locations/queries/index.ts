export { type LocationHandlerDependencies, locationHandler } from './location-handler.ts'
