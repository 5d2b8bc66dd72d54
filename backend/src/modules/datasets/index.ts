export {
  createDatasetsModule,
  type DatasetsModule,
  type DatasetsModuleDependencies,
} from './create-datasets-module.ts'
export {
  type DatasetOwner,
  DatasetRegistrar,
  type Registration,
  type RegistrationOutcome,
} from './dataset-registrar.ts'
export type { DatasetsService, ReadableDataset } from './datasets-service.ts'
export type { Organization, Organizations } from './organizations.ts'
export { type FolderSummary, registerFolders } from './register-folders.ts'
export { RegistrationError } from './registration-error.ts'
