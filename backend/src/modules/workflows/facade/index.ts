export { type OperatorRouteOptions, operatorRoute } from './operator-route.ts'
