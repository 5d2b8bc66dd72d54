import { DomainError } from '../../../errors/domain-error.ts'
import type { HttpRoute } from '../../../server/http-route.ts'
import type { FixImportRecord } from './fix-import.ts'
import { uploadForged } from './import-errors.ts'
import { UPLOADS_PATH, verifyUpload } from './upload-address.ts'
import type { UploadService } from './upload-service.ts'

export interface UploadRouteOptions {
  readonly uploads: UploadService
  readonly signingKey: Buffer
  /** JSON that the sender of a whole file is answered. */
  answer(record: FixImportRecord): Promise<string>
}

/** Takes files of fixes at addresses that CreateFixImport signed. */
export function uploadRoute({ uploads, signingKey, answer }: UploadRouteOptions): HttpRoute {
  return {
    methods: ['PUT'],
    prefix: UPLOADS_PATH,
    async handle(request, response, { signal }) {
      response.setHeader('cache-control', 'no-store')
      const verdict = verifyUpload(signingKey, request.url ?? '', new Date())
      const ended = (status: number, type: string, text: string) => {
        // A body that nobody reads any more ends with its connection.
        if (!request.complete) response.setHeader('connection', 'close')
        response.writeHead(status, { 'content-type': `${type}; charset=utf-8` }).end(text)
      }
      try {
        if (verdict.outcome === 'expired') {
          ended(410, 'text/plain', 'This address has expired: begin another import.\n')
          return
        }
        if (verdict.outcome === 'forged') throw uploadForged()
        const bytes = request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>
        const record = await uploads.receive(verdict.importId, bytes, signal)
        if (record.state === 'COMPLETED') ended(200, 'application/json', await answer(record))
        else if (record.state === 'CANCELLED') ended(409, 'text/plain', 'The import was cancelled.\n')
        else ended(400, 'text/plain', `${record.failure}\n`)
      } catch (error) {
        if (error instanceof DomainError && !request.complete) response.setHeader('connection', 'close')
        throw error
      }
    },
  }
}
