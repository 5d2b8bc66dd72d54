export { createFilesModule, type FilesModule, type FilesModuleOptions } from './create-files-module.ts'
export { createFilesWorker, type FilesWorkerOptions } from './create-files-worker.ts'
