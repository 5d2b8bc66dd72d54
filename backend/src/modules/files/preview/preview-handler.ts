import type { FileServiceService } from '@fairlead/proto/server/fairlead/files/v1/files'
import type { ServiceHandlers } from '../../../server/service-handlers.ts'
import type { FilesService } from '../files/files-service.ts'
import type { FilePreviews } from './file-previews.ts'

export function previewHandler({
  files,
  previews,
}: {
  readonly files: Pick<FilesService, 'forCaller'>
  readonly previews: FilePreviews
}): Pick<ServiceHandlers<typeof FileServiceService>, 'getFilePreview'> {
  return {
    async getFilePreview({ name, version }, context) {
      return await previews.look(await files.forCaller(context, name, version), context.signal)
    },
  }
}
