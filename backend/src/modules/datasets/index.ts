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
export { DATASETS_USAGE, type DatasetsCommandDependencies, runDatasetsCommand } from './datasets-command.ts'
export type { DatasetsService, ReadableDataset } from './datasets-service.ts'
export { type FolderSummary, registerFolders } from './register-folders.ts'
export { RegistrationError } from './registration-error.ts'
