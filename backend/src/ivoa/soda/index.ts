export { parameterField } from './parameter-fields.ts'
export { type ServiceAddress, serviceAddress } from './service-address.ts'
export { sodaRoute } from './soda-routes.ts'
