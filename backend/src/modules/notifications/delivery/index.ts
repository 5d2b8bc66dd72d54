export { deliveryHandler } from './delivery-handler.ts'
export { Delivery } from './delivery-service.ts'
