export { type ComputeProvider, computeProviders } from './compute-provider.ts'
export { type OperatorRouteOptions, operatorRoute } from './operator-route.ts'
