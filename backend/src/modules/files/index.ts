export {
  createFilesModule,
  type FileLimits,
  type FilesModule,
  type FilesModuleOptions,
  type PreviewMethods,
} from './create-files-module.ts'
export { createFilesWorker, type FilesWorkerOptions } from './create-files-worker.ts'
export { type FileUse, releaseUse, useFile } from './files/file-uses.ts'
export { createFilesService, type FilesService, type ReleasedFile } from './files/files-service.ts'
export { mediaTypeOf, SNIFFED_BYTES } from './files/media-type.ts'
export { FilePreviews, previewHandler } from './preview/index.ts'
export { readFilesSeed, seedFiles } from './seed/index.ts'
export { moveFileShares } from './shares/file-shares.ts'
