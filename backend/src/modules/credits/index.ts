export {
  type CreditsModule,
  type CreditsModuleOptions,
  createCreditsModule,
} from './create-credits-module.ts'
export { type CreditsWorkerOptions, createCreditsWorker } from './create-credits-worker.ts'
