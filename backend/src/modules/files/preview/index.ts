export { FilePreviews, type FilePreviewsOptions } from './file-previews.ts'
export { previewHandler } from './preview-handler.ts'
