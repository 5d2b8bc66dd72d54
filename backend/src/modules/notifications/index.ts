export { keepEvents } from './consumer/inbox-consumer.ts'
export {
  createNotificationsModule,
  type NotificationsModule,
  type NotificationsModuleOptions,
} from './create-notifications-module.ts'
export { createNotificationsWorker, type NotificationsWorkerOptions } from './create-notifications-worker.ts'
export type { WorkerPart } from './worker-part.ts'
