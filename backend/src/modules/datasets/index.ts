export { createDatasetsModule } from './create-datasets-module.ts'
export { DatasetRegistrar } from './dataset-registrar.ts'
export { DATASETS_USAGE, runDatasetsCommand } from './datasets-command.ts'
export { registerFolders } from './register-folders.ts'
