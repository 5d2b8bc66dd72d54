export {
  type AttachableFiles,
  type AttachedFile,
  type AttachedFileJson,
  type AttachmentAddress,
  attachedFileJson,
  attachedFileOf,
  fileToAttach,
  keepFiles,
  placeOf,
  signAttached,
} from './attached-file.ts'
export { attachedAddressMessage, attachedFileMessage } from './attachment-message.ts'
